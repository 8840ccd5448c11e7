"""``pamitan residue``: search everything for what is left of a customer, and list the rows with their keys."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, print_table, say
from pamitan.cli.session import ReferenceArgument, StoreOption, open_store, plain_failures, the_closure

if TYPE_CHECKING:
    from pamitan.closure.models import Closure
    from pamitan.erasure.residue import Residue, Unread


def residue(reference: ReferenceArgument, store: StoreOption, as_json: JsonFlag = False) -> None:
    """Search all tables for what is left of a customer whose account is being erased; writes nothing."""
    with plain_failures(as_json):
        open_store(store)
        closure = the_closure(reference, as_json)
        found, unread = _searched(closure, as_json)
    if as_json:
        not_looked_at = [dataclasses.asdict(one) for one in unread]
        print_json(
            {"reference": closure.reference, "residue": [_facts(one) for one in found], "not_looked_at": not_looked_at}
        )
        return
    say(f"{closure.reference}: {len(found)} findings, {sum(one.blocking for one in found)} of them unexplained")
    columns = ("datastore", "table", "column", "kind", "rows", "explained by", "keys")
    print_table("What was found", columns, [_row(one) for one in found])


def _searched(closure: Closure, as_json: bool) -> tuple[list[Residue], list[Unread]]:
    from pamitan.closure.errors import NothingWrittenDown
    from pamitan.closure.findings import all_findings

    try:
        return all_findings(closure)
    except NothingWrittenDown as reason:
        fail(f"{reason}.", Exit.FAILED, as_json)


def explanation(found: dict[str, Any]) -> str | None:
    """Why it may stand there, with the last day of what a law keeps."""
    until = found.get("until")
    return f"{found['explained_by']}, until {until}" if until else found["explained_by"]


def _facts(found: Residue) -> dict[str, Any]:
    facts = dataclasses.asdict(found)
    del facts["key"]
    return facts | {"keys": found.keys}


def _row(found: Residue) -> list[object]:
    where = [found.datastore, found.table, found.column, found.kind, found.rows]
    return [*where, explanation(dataclasses.asdict(found)), found.key]
