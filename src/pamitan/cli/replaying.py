"""``pamitan replay``: after a restore of the shop from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pamitan.cli.output import Exit, JsonFlag, print_json, print_table, say
from pamitan.cli.session import StoreOption, open_store, plain_failures, refuse_while_held_back

if TYPE_CHECKING:
    from pamitan.closure.models import Closure
    from pamitan.closure.replay import Returned


def replay(
    store: StoreOption,
    yes: Annotated[
        bool, typer.Option("--yes", help="Erase those that are certain; without it they are listed.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Find closed accounts that a restore from backup brought back, and erase them again."""
    with plain_failures(as_json):
        open_store(store)
        if yes:
            refuse_while_held_back(as_json)
        from pamitan.closure.replay import erase_again, returned_accounts

        found = list(returned_accounts())
        closures = erase_again(one for one in found if one.certain) if yes else []
        for closure in closures:
            _run_to_the_end(closure)
    left = [one for one in found if not (yes and one.certain)]
    _report(found, closures, as_json)
    if any(closure.state != "closed" for closure in closures):
        raise typer.Exit(int(Exit.NOT_CLOSED))
    if left:
        raise typer.Exit(int(Exit.BLOCKED))


def _run_to_the_end(closure: Closure) -> None:
    from pamitan.worker.sweep import run_until_idle

    run_until_idle(closure.pk)
    closure.refresh_from_db()


def _report(found: list[Returned], closures: list[Closure], as_json: bool) -> None:
    if as_json:
        print_json({"returned": [_facts(one) for one in found], "closures": [_closure(c) for c in closures]})
        return
    columns = ("account", "closed_at", "certain", "why")
    print_table("Closed accounts that are there again", columns, [[_facts(one)[c] for c in columns] for one in found])
    print_table("Erased again", ("reference", "state"), [[c.reference, c.state] for c in closures])
    if not found:
        say("No closed account has come back.")
    elif not closures and any(one.certain for one in found):
        say("Nothing was erased. Look at the list; with --yes those that are certain are erased again.")
    if any(not one.certain for one in found):
        say("Look at those that are not certain; erase one by: pamitan close --account ID")


def _facts(one: Returned) -> dict[str, Any]:
    return {"account": one.account_id, "closed_at": one.closed_at, "certain": one.certain, "why": one.why}


def _closure(closure: Closure) -> dict[str, Any]:
    return {"reference": closure.reference, "state": closure.state, "receipts": closure.receipts}
