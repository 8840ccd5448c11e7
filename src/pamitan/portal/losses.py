"""What the customer would lose, in their own numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language, ngettext

from pamitan.closure.service import BeforeYouGo
from pamitan.portal import money
from pamitan.portal.tasks import Tasks
from pamitan.storefile.labels import text
from pamitan.stores.types import HeldBalance


@dataclass(frozen=True)
class Loss:
    """``3`` ``E-books``, or ``Rp 120.000`` ``Gift card``."""

    figure: str
    what: str


def losses(before: BeforeYouGo, tasks: Tasks) -> list[Loss]:
    language = get_language() or "en"
    shelves = Counter(text(shelved.item.shelf, language) for shelved in before.library)
    purchases = [Loss(money.number(Decimal(number), 0), shelf) for shelf, number in shelves.items()]
    owned = [balance for balance in before.balances if balance.amount > 0]
    held = [Loss(_figure(balance, language), text(balance.label, language)) for balance in owned]
    given_up = len(tasks.given_up)
    unfinished = [Loss(str(given_up), ngettext("open order", "open orders", given_up))] if given_up else []
    return [*purchases, *held, *unfinished]


def _figure(balance: HeldBalance, language: str) -> str:
    if balance.unit == "money":
        return money.written(balance.amount, balance.currency, language)
    return money.number(balance.amount, 0 if balance.amount == int(balance.amount) else 2)
