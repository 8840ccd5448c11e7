"""What the commands print, for people or (``--json``) for scripts, and with which exit code they end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """Exit codes. Everything but 0 means that what was asked for was not done."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    """Wrong words on the command line, or a store file that cannot be read."""
    BLOCKED = 3
    """Something is still open: an order, a subscription."""
    NOT_CLOSED = 4
    """The erasure could not be finished; the closure stays open and visible."""
    UNAVAILABLE = 5
    """A database of the store, or our own, does not answer; the same command may work later."""
    NOT_FOUND = 6
    """No such account, or no such reference."""
    HELD_BACK = 7
    """Our own database was restored from a backup; nothing is erased until somebody releases it."""


def fail(sentence: str, code: Exit, as_json: bool) -> NoReturn:
    """End with that code and one sentence that says the mend."""
    if as_json:
        print_json({"error": sentence, "exit_code": int(code)})
    else:
        err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(int(code))


def print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_list(values: Sequence[dict[str, Any]]) -> None:
    """One JSON list, for scripts."""
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2, default=str))


def say(sentence: str) -> None:
    out.print(sentence, markup=False, soft_wrap=True)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table for people; nothing at all when there are no rows."""
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table)
