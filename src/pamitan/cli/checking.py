"""``pamitan check`` and ``pamitan schema``."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, print_json, print_table, say
from pamitan.cli.session import plain_failures

if TYPE_CHECKING:
    from pamitan.stores.store import Store


def check(
    store: Annotated[str, typer.Argument(help="The store file: a path, or preset:NAME.")],
    record: Annotated[
        bool, typer.Option("--record", help="Write the schema down as reviewed, if there is no error.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Refuse a store file that leaves something of a customer unmapped, or whose actions could not be carried out."""
    from pamitan.erasure.check import check as check_store
    from pamitan.erasure.check import undecided
    from pamitan.erasure.estimates import estimates
    from pamitan.kit.clock import SystemClock
    from pamitan.storefile.load import load_store_file
    from pamitan.storefile.places import Places
    from pamitan.stores.store import Store

    with plain_failures(as_json):
        examined = Store(load_store_file(store), SystemClock(), None if record else store)
        problems = [*check_store(examined), *undecided(store)]
        work = estimates(examined)
        lines = Places(store)
        refused = any(problem.severity == "error" for problem in problems)
        recorded = _record(examined, store) if record and not refused else None
    if as_json:
        told = {
            "recorded": recorded,
            "problems": [asdict(problem) | {"line": lines.line(problem.where)} for problem in problems],
            "estimates": [asdict(one) for one in work],
        }
        print_json({"ok": not refused, **told})
    else:
        rows = [(p.severity, lines.line(p.where) or "", p.where, p.message, p.mend) for p in problems]
        print_table(f"What check found ({store})", ("", "line", "where", "what", "the mend"), rows)
        sizes = [(one.table, one.rows, one.per_account, one.locks) for one in work]
        print_table("What one account is, about", ("table", "rows", "rows per account", "locked meanwhile"), sizes)
        nothing = " Nothing was recorded." if record else ""
        say(f"Refused: mend the errors above.{nothing}" if refused else "The store file fits the store.")
        if recorded:
            say(f"The schema is recorded in {recorded}; an erasure stops as soon as it is another one.")
    if refused:
        raise typer.Exit(int(Exit.FAILED))


def _record(store: Store, source: str) -> str:
    """Write the schema down beside the store file; where that is."""
    from pamitan.stores.schemalock import SchemaLock

    schemas = {datastore: store.schema(datastore) for datastore in store.file.datastores}
    return str(SchemaLock(source).record(store.file, schemas))


class FileSort(StrEnum):
    """The sorts of files that people write."""

    STORE = "store"
    GUIDE = "guide"


def schema(
    of: Annotated[FileSort, typer.Argument(help="Which file: that of a store, or a guide.")] = FileSort.STORE,
    as_json: JsonFlag = True,
) -> None:
    """Print the JSON Schema of a store file, or of a guide file, for editors."""
    from pamitan.guide import schema as guide_file
    from pamitan.storefile import schema as store_file

    print_json((guide_file if of is FileSort.GUIDE else store_file).json_schema())
