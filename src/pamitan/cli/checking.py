"""``pamitan check`` and ``pamitan schema``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, print_json, print_table, say
from pamitan.cli.session import plain_failures


def check(
    store: Annotated[str, typer.Argument(help="The store file: a path, or preset:NAME.")], as_json: JsonFlag = False
) -> None:
    """Refuse a store file that leaves something of a customer unmapped, or whose actions could not be carried out."""
    from pamitan.erasure.check import check as check_store
    from pamitan.kit.clock import SystemClock
    from pamitan.storefile.load import load_store_file
    from pamitan.stores.store import Store

    with plain_failures(as_json):
        problems = check_store(Store(load_store_file(store), SystemClock()))
    refused = any(problem.severity == "error" for problem in problems)
    if as_json:
        print_json({"ok": not refused, "problems": [asdict(problem) for problem in problems]})
    else:
        rows = [(problem.severity, problem.where, problem.message, problem.mend) for problem in problems]
        print_table("What check found", ("", "where", "what", "the mend"), rows)
        say("Refused: mend the errors above." if refused else "The store file fits the store.")
    if refused:
        raise typer.Exit(int(Exit.FAILED))


def schema(as_json: JsonFlag = True) -> None:
    """Print the JSON Schema of a store file, for editors."""
    from pamitan.storefile.schema import json_schema

    print_json(json_schema())
