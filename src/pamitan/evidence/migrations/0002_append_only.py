"""The database itself refuses to change an entry of the ledger.

A deletion is refused by PostgreSQL alone; on SQLite it shows when the chain is verified.
"""

from django.db import migrations

TABLE = "evidence_ledgerentry"
SQLITE = f"""
CREATE TRIGGER ledger_append_only BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
POSTGRESQL = f"""
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
"""


def protect(apps, schema_editor):
    schema_editor.execute(SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER ledger_append_only")
    else:
        schema_editor.execute(f"DROP TRIGGER ledger_append_only ON {TABLE}; DROP FUNCTION ledger_append_only()")


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
