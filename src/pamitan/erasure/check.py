"""``pamitan check``: does the store file fit the store, and does it leave nothing of a customer out?

Reads the schema and samples of the rows, never writes, and is quick on large tables.
"""

from __future__ import annotations

from pamitan.content.patterns import Matcher
from pamitan.erasure.constraints import broken_constraints
from pamitan.erasure.due import unerasable
from pamitan.erasure.examined import Examined, Problem
from pamitan.erasure.fit import misfits
from pamitan.erasure.gaps import gaps, hindrances, some_customers
from pamitan.erasure.reviewed import schema_changes
from pamitan.storefile.questions import open_questions
from pamitan.stores.store import Store

__all__ = ["Problem", "check", "undecided"]


def check(store: Store) -> list[Problem]:
    """All that is to be mended, errors first. Raises :class:`pamitan.stores.errors.StoreUnavailable`."""
    datastores = [Examined(store, name) for name in store.file.datastores]
    customers = Matcher(needle for examined in datastores for needle in some_customers(examined))
    found: list[Problem] = []
    for examined in datastores:
        found += schema_changes(store, examined)
        found += unerasable(examined)
        found += [*misfits(examined), *broken_constraints(examined), *gaps(examined, customers), *hindrances(examined)]
    return sorted(
        dict.fromkeys(found), key=lambda problem: (problem.severity != "error", problem.where, problem.message)
    )


def undecided(source: str) -> list[Problem]:
    """What the file itself still asks: proposals marked ``# ?``, and texts that read TODO. ``source``: its path."""
    return [
        Problem(
            "error" if question.to_write else "warning",
            f"line {question.line}",
            f"is still to be {'written' if question.to_write else 'decided'}: {question.text}",
            "write it" if question.to_write else "decide, then take the mark '# ?' away",
        )
        for question in open_questions(source)
    ]
