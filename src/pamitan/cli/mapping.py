"""``pamitan map``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pamitan.cli.output import Exit, fail, print_list
from pamitan.cli.session import plain_failures

_HELP = """Draft a store file from a live database: account table, orders, links, personal columns, what is in doubt.

Reads a sample in a read-only transaction and writes nothing. A table of up to 300 rows is read whole. Of a larger one
come the first and last rows by primary key and rows from 12 evenly spaced places of its range, each found by the
index; without a key of whole numbers PostgreSQL gives TABLESAMPLE SYSTEM, other databases their first and last rows.
The rows of 120 of the sampled accounts are then followed through indexed columns into the other tables. Sizes come
from the database's statistics. The draft goes to standard output as YAML."""


def map_(
    url: Annotated[str, typer.Argument(help="The database: a SQLAlchemy URL.")],
    account_table: Annotated[
        str | None, typer.Option("--account-table", help="The table of the customers, where more than one may be it.")
    ] = None,
    country: Annotated[
        str, typer.Option("--country", help="ISO 3166-1; how phone numbers without a country code are read.")
    ] = "ID",
    review: Annotated[
        Path | None,
        typer.Option("--review", help="A reviewed draft: keep what stands there, add and mark what is new."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON list, for scripts.")] = False,
) -> None:
    from pamitan.draft.draft import draft
    from pamitan.draft.review import reviewed, settings_of
    from pamitan.survey.survey import AccountTableError

    with plain_failures(as_json):
        settings = settings_of(review) if review else None
        try:
            made = draft(
                url,
                settings.country if settings else country,
                account_table or (settings.account_table if settings else None),
            )
        except AccountTableError as error:
            fail(str(error), Exit.NOT_FOUND, as_json)
        if as_json:
            print_list([asdict(finding) for finding in made.findings])
        else:
            typer.echo(reviewed(review, made) if review else made.text, nl=False)


map_.__doc__ = _HELP
