"""Page 1 as a task list: what the customer has to decide, and what is decided. Decisions live in the session."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest

from pamitan.stores.types import OpenItem

Decision = Literal["", "wait", "anyway"]
DECISIONS: tuple[Decision, ...] = ("", "wait", "anyway")


@dataclass(frozen=True)
class Task:
    """An open item, with what the customer has decided about it."""

    item: OpenItem
    decision: Decision
    latest: dt.datetime
    """Until then we wait at most, before we ask again."""

    @property
    def anchor(self) -> str:
        return "item-" + "".join(letter if letter.isalnum() else "-" for letter in self.item.key)


@dataclass(frozen=True)
class Tasks:
    """All open items."""

    all: list[Task]

    @property
    def undecided(self) -> list[Task]:
        return [task for task in self.all if not task.decision]

    @property
    def orders(self) -> bool:
        """Whether there is an order among them, besides subscriptions and returns."""
        return any(task.item.kind == "order" for task in self.all)

    @property
    def waiting(self) -> bool:
        """Whether the closing is to wait for an order."""
        return any(task.decision == "wait" for task in self.all)

    @property
    def given_up(self) -> list[Task]:
        """What the customer closes in spite of."""
        return [task for task in self.all if task.decision == "anyway"]


def tasks(request: HttpRequest, items: list[OpenItem], latest: dt.datetime) -> Tasks:
    decided = _decided(request)
    return Tasks([Task(item, decided.get(item.key, ""), latest) for item in items])


def decide(request: HttpRequest, items: list[OpenItem], key: str, decision: Decision) -> None:
    """Note the decision for one item, or for each of them where ``key`` is ``all``. An unknown key changes nothing."""
    decided = _decided(request)
    for item in items:
        if key in (item.key, "all"):
            decided[item.key] = decision
    request.session["decided"] = decided


def _decided(request: HttpRequest) -> dict[str, Decision]:
    decided: dict[str, Decision] = dict(request.session.get("decided", {}))
    return decided
