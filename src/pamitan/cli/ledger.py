"""``pamitan ledger``: where the ledger ends, and whether it holds."""

from __future__ import annotations

from typing import Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, say
from pamitan.cli.session import StoreOption, open_store, plain_failures


def ledger(
    store: StoreOption,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="NUMBER:HASH", help="A head that was told outside: is it still in the ledger?"),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Walk the whole ledger: exit code 0 when the chain holds, and has the head that was told outside."""
    with plain_failures(as_json):
        open_store(store)
        from pamitan.evidence.ledger import verify_chain
        from pamitan.evidence.mark import ledger_end, stands

        number, _, digest = (head or "0:").partition(":")
        if head and not (number.isdecimal() and digest):
            fail("--head is NUMBER:HASH, as the hook got it.", Exit.USAGE, as_json)
        broken, end = verify_chain(), ledger_end()
        if broken:
            fail(f"The ledger does not hold at entry {broken.number}: {broken.why}.", Exit.FAILED, as_json)
        if head and not stands(int(number), digest):
            fail(f"The ledger holds, but has no entry {number} with this hash.", Exit.FAILED, as_json)
    if as_json:
        print_json({"holds": True, "number": end.number if end else 0, "hash": end.hash if end else ""})
    elif end:
        say(f"The ledger holds. It ends with entry {end.number} of {end.time:%Y-%m-%d %H:%M} UTC:")
        say(f"{end.number}:{end.hash}")
    else:
        say("The ledger is empty.")
