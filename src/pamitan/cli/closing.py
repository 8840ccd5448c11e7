"""``pamitan plan``, ``pamitan close`` and ``pamitan status``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pamitan.cli.output import Exit, JsonFlag, err, fail, print_json, print_table, say
from pamitan.cli.searching import explanation
from pamitan.cli.session import (
    AccountOption,
    ReferenceArgument,
    StoreOption,
    accounts_named,
    held_back_words,
    open_store,
    plain_failures,
    refuse_while_held_back,
    the_account,
    the_closure,
)
from pamitan.content.identifiers import parse_identifier
from pamitan.storefile.labels import text
from pamitan.stores.store import Store
from pamitan.stores.types import Account, Identifier, OpenItem, Subject

if TYPE_CHECKING:
    from pamitan.closure.models import Closure

ProvenOption = Annotated[
    list[str] | None,
    typer.Option(
        "--proven",
        help="An e-mail address or number that the customer has proven to you to be theirs; rows that are linked by it "
        "alone (guest orders) are taken as well. May be given more than once.",
    ),
]


def plan(store: StoreOption, account: AccountOption, proven: ProvenOption = None, as_json: JsonFlag = False) -> None:
    """Show what would happen to which rows. Writes nothing."""
    from pamitan.erasure.errors import ErasureError
    from pamitan.erasure.plan import plan as plan_erasure

    with plain_failures(as_json):
        opened = open_store(store)
        person = the_account(opened, account, as_json)
        try:
            planned = plan_erasure(opened, [Subject(person.id, _identifiers(opened, proven, as_json))])
        except ErasureError as error:
            fail(str(error), Exit.FAILED, as_json)
    receipts = [_receipt_row(receipt) for receipt in planned.per_account.get(person.id, [])]
    if as_json:
        print_json({"account": person.id, "receipts": receipts})
        return
    _print_receipts("What would happen", receipts)
    say("Nothing was written.")


def close(
    store: StoreOption,
    account: AccountOption,
    now: Annotated[bool, typer.Option("--now", help="Skip the withdrawal period, never what is still open.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    ignore_blockers: Annotated[
        str | None,
        typer.Option(
            "--ignore-blockers", metavar="REASON", help="Close although something is open; goes into the ledger."
        ),
    ] = None,
    proven: ProvenOption = None,
    shadow: Annotated[
        bool,
        typer.Option(
            "--shadow",
            help="Run the erasure in transactions that are rolled back, and report what it would have done. Asks "
            "nothing, changes nothing.",
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Close one account. With --now the whole life runs here, and the exit code is 0 only when it is closed."""
    with plain_failures(as_json):
        opened = open_store(store)
        if shadow:
            _rehearse(opened, account, _identifiers(opened, proven, as_json), as_json)
            return
        if now:
            refuse_while_held_back(as_json)
        closure = _cut_short(opened, account)
        if closure is None:
            person = the_account(opened, account, as_json)
            question = f"Close account {person.id} of {opened.file.store.name} for good?"
            if not yes and not typer.confirm(question, err=True):
                fail("Nothing was done.", Exit.FAILED, as_json)
            closure = _asked_for(opened, person, now, ignore_blockers, _identifiers(opened, proven, as_json), as_json)
        if now:
            _run_to_the_end(closure)
        _report(closure, as_json)
    if now and closure.state != "closed":
        raise typer.Exit(int(Exit.UNAVAILABLE if _is_silent(closure) else Exit.NOT_CLOSED))


def status(
    reference: ReferenceArgument,
    store: StoreOption,
    as_json: JsonFlag = False,
) -> None:
    """Show where a closure stands."""
    with plain_failures(as_json):
        open_store(store)
        _report(the_closure(reference, as_json), as_json)


def _identifiers(store: Store, words: list[str] | None, as_json: bool) -> frozenset[Identifier]:
    found = {word: parse_identifier(word, store.file.store.country) for word in words or []}
    for word, identifier in found.items():
        if identifier is None:
            fail(f"--proven '{word}' is neither an e-mail address nor a phone number.", Exit.USAGE, as_json)
    return frozenset(identifier for identifier in found.values() if identifier)


def _rehearse(store: Store, named: str, proven: frozenset[Identifier], as_json: bool) -> None:
    from pamitan.closure.retention import all_retained
    from pamitan.erasure.errors import ErasureError
    from pamitan.erasure.shadow import rehearse

    person = the_account(store, named, as_json)
    try:
        result = rehearse(store, [Subject(person.id, proven)], retained=all_retained)
    except ErasureError as error:
        fail(str(error), Exit.FAILED, as_json)
    reason = result.set_aside.get(person.id)
    receipts = [_receipt_row(receipt) for receipt in result.receipts.get(person.id, [])]
    unverified = result.verified.set_aside.get(person.id)
    late = [_receipt_row(receipt) for receipt in result.verified.receipts.get(person.id, [])]
    residue = [asdict(found) for found in result.verified.residue.get(person.id, [])]
    if as_json:
        verified = {"late": late, "residue": residue, "not_verified": unverified}
        print_json({"account": person.id, "receipts": receipts, "set_aside": reason} | verified)
    else:
        _print_receipts("What the erasure would have done", receipts)
        _print_receipts("What its verification would have done", late)
        _print_residue("What would be found afterwards in the tables of the data map", residue)
        say("Everything was rolled back; nothing is changed.")
    if reason:
        fail(f"The erasure could not be done: {reason}", Exit.FAILED, as_json=False)
    if unverified:
        fail(f"It could not be verified: {unverified}", Exit.FAILED, as_json=False)


def _asked_for(
    store: Store, person: Account, now: bool, ignore: str | None, proven: frozenset[Identifier], as_json: bool
) -> Closure:
    """A new closure; one that is open already is taken up where it stands."""
    from pamitan.closure import service
    from pamitan.closure.errors import BlockersInTheWay
    from pamitan.closure.models import Pace, Source
    from pamitan.closure.states import State

    existing = service.open_closure_for(person.id)
    try:
        if existing and existing.state != State.REQUESTED:
            return service.hasten(existing, ignore_blockers=ignore) if now else existing
        return service.request_closure(
            person.id,
            language=person.language or store.file.store.languages[0],
            proven=proven,
            pace=Pace.NOW if now else Pace.WITHDRAWAL,
            source=Source.CLI,
            ignore_blockers=ignore,
        )
    except BlockersInTheWay as error:
        _report_blockers(error.items, as_json)
        raise typer.Exit(int(Exit.BLOCKED)) from None


def _cut_short(store: Store, named: str) -> Closure | None:
    """The closure of an account that the store no longer has: its erasure was interrupted after that, or it is done."""
    from pamitan.closure import service

    if accounts_named(store, named):
        return None
    closure = service.begun_closure_named(named)
    return service.look_again(closure, "command line") if closure else None


def _is_silent(closure: Closure) -> bool:
    """A database or a hook of the store did not answer at the last step."""
    return bool(closure.failures) and not closure.stuck_reason


def _run_to_the_end(closure: Closure) -> None:
    from pamitan.worker.sweep import run_until_idle

    _with_progress("Closing", lambda: run_until_idle(closure.pk))
    closure.refresh_from_db()


def _with_progress(words: str, work: Callable[[], object]) -> None:
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as progress:
        progress.add_task(words, total=None)
        work()


def _report(closure: Closure, as_json: bool) -> None:
    from pamitan.closure.restored import held_back

    if as_json:
        print_json(_facts(closure))
        return
    say(f"{closure.reference}: {closure.state}")
    if found := held_back():
        say(held_back_words(found))
    if reason := _reason(closure):
        say(f"Not finished: {reason}")
    if waiting := _mails_waiting():
        say(f"{waiting} mails wait for the mail server; `pamitan serve` tries again by itself.")
    _print_receipts("What was done", closure.receipts)
    _print_residue("What was found afterwards", closure.residue)
    if any(found["blocking"] for found in closure.residue):
        say(f"The keys of all these rows: pamitan residue --store STORE.yaml {closure.reference}")


def _facts(closure: Closure) -> dict[str, Any]:
    from pamitan.closure.restored import held_back

    return {
        "reference": closure.reference,
        "state": closure.state,
        "blockers": [_blocker(item) for item in _in_the_way(closure)],
        "stuck_reason": _reason(closure),
        "receipts": closure.receipts,
        "residue": closure.residue,
        "mails_waiting": _mails_waiting(),
        "held_back": held_back() is not None,
    }


def _reason(closure: Closure) -> str | None:
    if _is_silent(closure):
        return "a database or a hook of the store does not answer now; nothing is lost, run the same command again"
    return closure.stuck_reason or None


def _in_the_way(closure: Closure) -> list[OpenItem]:
    """What is still open, of a closure that waits for it."""
    from pamitan.closure import service
    from pamitan.closure.states import State

    return service.standing_in_the_way(closure) if closure.state in (State.REQUESTED, State.WAITING) else []


def _blocker(item: OpenItem) -> dict[str, Any]:
    status = text(item.status, "en")
    return {"key": item.key, "kind": item.kind, "number": item.number, "status": status, "date": item.date}


def _mails_waiting() -> int:
    from pamitan.channels.outbox import waiting_mails

    return waiting_mails()


def _report_blockers(items: list[OpenItem], as_json: bool) -> None:
    blockers = [_blocker(item) for item in items]
    if as_json:
        print_json({"state": None, "reference": None, "blockers": blockers, "receipts": [], "residue": []})
        return
    print_table(
        "Still open",
        ("kind", "number", "status", "since"),
        [[b[k] for k in ("kind", "number", "status", "date")] for b in blockers],
    )
    err.print("Nothing was closed. Finish or cancel these first, or give --ignore-blockers REASON.", markup=False)


def _receipt_row(receipt: Any) -> dict[str, Any]:
    return {
        "datastore": receipt.datastore,
        "table": receipt.table,
        "action": receipt.action,
        "rows": receipt.rows,
        "note": receipt.note,
    }


def _print_residue(title: str, residue: list[dict[str, Any]]) -> None:
    columns = ("datastore", "table", "column", "kind", "rows")
    rows = [[*(found[column] for column in columns), explanation(found)] for found in residue]
    print_table(title, (*columns, "explained by"), rows)


def _print_receipts(title: str, receipts: list[dict[str, Any]]) -> None:
    columns = ("datastore", "table", "action", "rows", "note")
    print_table(title, columns, [[receipt.get(column) for column in columns] for receipt in receipts])
