"""``pamitan screenshots``: for those who change Pamitan's pages. Needs Chromium and Playwright."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, say
from pamitan.cli.session import plain_failures

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def screenshots(
    check: Annotated[bool, typer.Option("--check", help="Only say which pictures are stale; write nothing.")] = False,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="Take all pictures anew, not the stale ones alone.")
    ] = False,
    chromium: Annotated[
        Path | None, typer.Option(help="The program of Chromium or Chrome.", show_default=False)
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take the help centre's pictures of a demo of its own, where the pages have changed since."""
    album = _album(as_json)
    program = chromium or _found(as_json)
    with plain_failures(as_json):
        if check:
            _tell_stale(album.stale_pictures(program), as_json)
        else:
            _tell_taken(album.take_pictures(program, all_of_them), as_json)


def _tell_stale(stale: dict[str, str], as_json: bool) -> None:
    if as_json:
        print_json({"stale": stale})
    for name, difference in () if as_json else stale.items():
        say(f"{name}: {difference}")
    if stale:
        raise typer.Exit(int(Exit.FAILED))
    if not as_json:
        say("Every picture shows what the pages show.")


def _tell_taken(taken: list[str], as_json: bool) -> None:
    if as_json:
        print_json({"taken": taken})
    else:
        say("\n".join([*taken, f"Taken: {len(taken)}. Look at them before you commit them."]))


def _album(as_json: bool) -> ModuleType:
    try:
        from pamitan.demo.pictures import album
    except ModuleNotFoundError as error:
        if error.name != "playwright":
            raise
        fail(
            "Screenshots need Playwright, which is not installed with Pamitan itself. `./run test` installs it; "
            "elsewhere: pip install playwright.",
            Exit.USAGE,
            as_json,
        )
    return album


def _found(as_json: bool) -> Path:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        fail(
            "Screenshots need Chromium, which is not installed (Debian: apt-get install chromium); or name the program "
            "of your Chromium or Chrome with --chromium.",
            Exit.USAGE,
            as_json,
        )
    return Path(program)
