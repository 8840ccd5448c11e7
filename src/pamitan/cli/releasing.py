"""``pamitan release``: after a restore of our own database from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, print_table, say
from pamitan.cli.session import (
    StoreOption,
    held_back_words,
    open_store,
    plain_failures,
    refuse_while_held_back,
    the_closure,
)

if TYPE_CHECKING:
    from pamitan.closure.models import Closure

BEFORE = """\
Before you release: is there a newer backup? What happened since this one is not in here: closings that were taken back,
addresses that were barred. Released, each open closing is taken with care: its withdrawal period begins anew and its
customer gets a mail; accounts that are gone are listed here, and not called erased."""


def release(
    store: StoreOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    gone: Annotated[
        str | None,
        typer.Option(
            "--gone",
            metavar="REFERENCE",
            help="Of a closing whose account is gone: search everything for what is known of it, erase that, and "
            "finish the closing.",
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Let Pamitan erase again after its own database was restored from a backup."""
    with plain_failures(as_json):
        open_store(store)
        if gone:
            refuse_while_held_back(as_json)
            _finish(the_closure(gone, as_json), as_json)
            return
        released = _release(yes, as_json)
        lost = _gone()
    if as_json:
        print_json({"released": released is not None, "closures": released or 0, "gone": lost})
        return
    if released is None:
        say("Nothing is held back.")
    else:
        say(f"Released. {released} open closings are taken with care; their withdrawal periods begin anew.")
    print_table("Open closings whose account is gone", ("reference", "state"), [[one, state] for one, state in lost])
    if lost:
        say("Look at each; finish it by: pamitan release --gone REFERENCE")


def _release(yes: bool, as_json: bool) -> int | None:
    from pamitan.closure import restored

    found = restored.held_back()
    if found is None:
        return None
    if not as_json:
        say(held_back_words(found))
        say(BEFORE)
    if not yes and not typer.confirm("Release it?", err=True):
        fail("Nothing was done.", Exit.FAILED, as_json)
    return restored.release("command line")


def _gone() -> list[tuple[str, str]]:
    """Reference and state of each closing that is taken with care and has lost its account."""
    from pamitan.closure.gone import is_gone
    from pamitan.closure.restored import taken_with_care

    return [(closure.reference, closure.state) for closure in taken_with_care() if is_gone(closure)]


def _finish(closure: Closure, as_json: bool) -> None:
    from pamitan.closure.errors import AccountIsThere, NotPossible
    from pamitan.closure.gone import search_and_finish
    from pamitan.worker.sweep import run_until_idle

    try:
        search_and_finish(closure, "command line")
    except AccountIsThere:
        sentence = f"The account of {closure.reference} is there; close it as any other."
        fail(sentence, Exit.FAILED, as_json)
    except NotPossible:
        sentence = f"{closure.reference} is {closure.state}: there is nothing to finish."
        fail(sentence, Exit.FAILED, as_json)
    run_until_idle(closure.pk)
    closure.refresh_from_db()
    facts: dict[str, Any] = {"reference": closure.reference, "state": closure.state, "receipts": closure.receipts}
    if as_json:
        print_json(facts | {"stuck_reason": closure.stuck_reason or None})
    else:
        say(f"{closure.reference}: {closure.state}")
        if closure.stuck_reason:
            say(f"Not finished: {closure.stuck_reason}")
    if closure.state != "closed":
        raise typer.Exit(int(Exit.NOT_CLOSED))
