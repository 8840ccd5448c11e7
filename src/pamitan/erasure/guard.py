"""The blast-radius guard: stops a plan that takes far more rows than one customer has, before the first write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

from pamitan.erasure.errors import GuardTripped
from pamitan.storefile.model import Guard

SMALL_TABLE = 1000
"""In tables of no more rows the percentage says nothing."""


HoldsMoreThan = Callable[[str, int], bool]
"""Whether that table, other people's rows included, has more rows than that."""


def check_radius(guard: Guard, holds: HoldsMoreThan, touched: Mapping[str, Mapping[str, int]]) -> None:
    """Raise :class:`GuardTripped` where an account goes beyond the limits. ``touched``: table -> account -> rows."""
    _check_rows(guard, touched)
    for table, by_account in touched.items():
        _check_share(guard, table, partial(holds, table), by_account)


def _check_rows(guard: Guard, touched: Mapping[str, Mapping[str, int]]) -> None:
    rows: Counter[str] = Counter()
    for by_account in touched.values():
        rows.update(by_account)
    beyond = frozenset(account for account, number in rows.items() if number > guard.rows_per_account)
    if beyond:
        most = max(touched, key=lambda table: max((touched[table].get(a, 0) for a in beyond), default=0))
        raise GuardTripped(
            f"one account would touch {max(rows[a] for a in beyond)} rows, most of them in '{most}'; the guard allows "
            f"{guard.rows_per_account}. Check the links of that table, or raise guard.rows_per_account",
            beyond,
        )


def _check_share(guard: Guard, table: str, holds: Callable[[int], bool], by_account: Mapping[str, int]) -> None:
    largest = max(by_account.values(), default=0)
    if not _is_too_much(guard, holds, largest):
        return
    beyond = frozenset(account for account, rows in by_account.items() if _is_too_much(guard, holds, rows))
    raise GuardTripped(
        f"one account would touch {largest} rows of '{table}', more than {guard.table_percent:g} % of that table. "
        "Check its links, or raise guard.table_percent",
        beyond,
    )


def _is_too_much(guard: Guard, holds: Callable[[int], bool], rows: int) -> bool:
    """More than the share allowed, in a table that is not small. Reads no more rows than decide it."""
    enough = int(rows * 100 / guard.table_percent)
    if rows <= SMALL_TABLE * guard.table_percent / 100:
        return False
    return holds(SMALL_TABLE) and not holds(enough)
