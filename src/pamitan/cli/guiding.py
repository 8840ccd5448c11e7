"""``pamitan guide``: for people whose store has no Pamitan. Needs no store, no database and no home."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, say


class Spoken(StrEnum):
    """The languages that a guide can speak."""

    ID = "id"
    EN = "en"
    IT = "it"


def guide(
    file: Annotated[str, typer.Argument(help="The guide file: a path, or preset:NAME.")],
    language: Annotated[
        Spoken | None,
        typer.Option("--language", help="One language alone; else all that the guide speaks."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write the page to this file; else it goes to standard output.")
    ] = None,
    calendar: Annotated[
        Path | None,
        typer.Option("--calendar", help="Write the reminder (.ics) to this file, in --language or in English."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make one offline page of a guide: steps to tick, a letter to send, a reminder for the calendar."""
    from pamitan.config.offline import set_up_words
    from pamitan.guide.load import GuideError, load_guide
    from pamitan.kit.clock import SystemClock

    try:
        read = load_guide(file)
    except GuideError as error:
        fail(str(error), Exit.USAGE, as_json)
    chosen = tuple(one for one in read.languages if language in (None, one))
    if not chosen:
        spoken = ", ".join(read.languages)
        fail(f"{file} does not speak '{language}'; choose one of {spoken}, or add it to the file.", Exit.USAGE, as_json)
    set_up_words("pamitan.guide")
    from pamitan.guide.page import first_language, page
    from pamitan.guide.reminder import calendar as reminder

    now = SystemClock().now().astimezone()
    made = page(read, now, chosen)
    if calendar:
        _write(calendar, reminder(read, first_language(chosen), now), as_json)
    if output:
        _write(output, made, as_json)
    if as_json:
        print_json(
            {"guide": read.guide.name, "languages": chosen, "output": output, "calendar": calendar}
            | ({} if output else {"page": made})
        )
    elif output:
        say(f"The guide is in {output}; open it in a browser. It needs no internet.")
    else:
        typer.echo(made, nl=False)


def _write(path: Path, text: str, as_json: bool) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        fail(
            f"{path} cannot be written ({error.strerror}); name another file with --output or --calendar.",
            Exit.FAILED,
            as_json,
        )
