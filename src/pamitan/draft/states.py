"""Order tables, the states of their orders, and whether a state sounds open: a question, never decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pamitan.stores.schema import Table
from pamitan.survey.survey import Survey
from pamitan.survey.words import ORDER_WORDS, spelt, words_of

SUBSCRIPTION_WORDS = {"subscription", "membership", "langganan", "abbonamento", "abonnement", "suscripcion", "abo"}
RETURN_WORDS = {"return", "rma", "retur", "reso", "pengembalian", "retoure", "devolucion"}
_STATE = re.compile(r"_(status|state|stato|estado|statut|stage|phase|keadaan)_")
_BETTER = re.compile(r"^_(order_|post_)?(status|state|stato|estado|statut)(_id|_code|_name)?_$")
FINISHED = re.compile(
    r"(?<!in)(?<!un)complet|closed|(?<!un)delivered|\bdone\b|(?<!un)finish|cancel|refund|return(ed)?\b|reject|fail|expire|"
    r"void|denied|revers|charge.?back|archiv|trash|(?<!un)fulfilled|selesai|batal|terkirim|diterima|dikembalikan|gagal|"
    r"kedaluwarsa|ditolak|consegn|"
    r"annull|rimbors|chius|fallit|rifiut|stornier|abgeschlossen|geliefert|erledigt|entregad|terminad|livr[ée]|termin[ée]|"
    r"voltooid|geannuleerd|afgeleverd|abandon|missing|draft",
    re.IGNORECASE,
)


_TRANSLATED = re.compile(r"_(lang|language|translation|translations|description|i18n|label|labels|locale)_$")


@dataclass(frozen=True)
class State:
    """A state that orders are in. ``value`` as the table has it, ``name`` as people call it."""

    value: Any
    name: str
    rows: int

    @property
    def sounds_finished(self) -> bool:
        """Whether its name sounds as if nothing were to come any more."""
        return bool(FINISHED.search(self.name))


@dataclass(frozen=True)
class Orders:
    """A table of orders, subscriptions or returns."""

    kind: Literal["order", "subscription", "return"]
    table: Table
    state: str | None
    states: tuple[State, ...]
    is_counted: bool
    """The rows are counted in the whole table, not in a sample."""
    where: Mapping[str, Any]
    looked_up: tuple[str, str, str] | None = None
    """Where the states have their names: table, key and column."""


def order_tables(survey: Survey) -> list[Orders]:
    """The tables of orders and the like, orders first."""
    found = [orders for name in survey.ties if (orders := _orders(survey, survey.schema.table(name)))]
    by_kind = {"order": 0, "return": 1, "subscription": 2}
    return sorted(found, key=lambda orders: (by_kind[orders.kind], orders.table.name))


def _orders(survey: Survey, table: Table) -> Orders | None:
    if not survey.reading.belongs(table.name):
        return None
    words = survey.reading.names.words(table.name)
    kind = _kind(words)
    where: Mapping[str, Any] = {}
    if kind is None or _is_part(survey, table):
        where = dict(_order_type(survey, table))
        if not where:
            return None
        kind = "order"
    state = _state_column(table, words[-1] if words else "")
    if state is None:
        return Orders(kind, table, None, (), True, where)
    looked_up = _look_up(survey, table, state)
    counts, is_counted = survey.reading.sampler.counts(survey.samples[table.name], state)
    names = _names_of(survey, looked_up)
    states = tuple(State(v, names.get(str(v), str(v)), rows) for v, rows in counts if v is not None)
    return Orders(kind, table, state, states, is_counted, where, looked_up)


def _kind(words: tuple[str, ...]) -> Literal["order", "subscription", "return"] | None:
    last = words[-1] if words else ""
    if last in ORDER_WORDS:
        return "order"
    if last in SUBSCRIPTION_WORDS:
        return "subscription"
    return "return" if last in RETURN_WORDS else None


def _is_part(survey: Survey, table: Table) -> bool:
    """Whether its rows are somebody's only as parts of other orders."""
    names = survey.reading.names
    ways = [tie.targets - {"account"} for tie in survey.ties[table.name] if tie.owns and tie.how != "reverse"]
    return bool(ways) and all(any(_kind(names.words(name)) for name in way) for way in ways)


def _order_type(survey: Survey, table: Table) -> Iterator[tuple[str, Any]]:
    """``post_type = shop_order``: orders among other things in one table."""
    for column in table.columns:
        if words_of(column)[-1:] == ["type"]:
            values = {value for value in survey.samples[table.name].cells(column) if isinstance(value, str)}
            orders = sorted(value for value in values if words_of(value) and words_of(value)[-1] in ORDER_WORDS)
            if orders and _state_column(table):
                yield column, orders[0]
                return


def _state_column(table: Table, called: str = "") -> str | None:
    named = [name for name in table.columns if _STATE.search(spelt(name)) and table.columns[name].kind != "datetime"]
    named = [name for name in named if not re.search(r"_(address|billing|shipping|payment|country)_", spelt(name))]
    return min(
        named,
        key=lambda name: (not _BETTER.match(spelt(name)) and called not in words_of(name), len(name)),
        default=None,
    )


def _look_up(survey: Survey, table: Table, state: str) -> tuple[str, str, str] | None:
    declared = next((key for key in table.foreign_keys if key.columns == (state,)), None)
    called = survey.reading.names.table_of(state, table.name) if re.search(r"_id_$", spelt(state)) else None
    name = declared.target if declared else called
    if name is None:
        return _numbered(survey, table, state)
    target = survey.schema.table(name)
    key = (
        declared.target_columns[0]
        if declared
        else state
        if state in target.columns
        else (target.primary_key or ("",))[0]
    )
    return _labelled(survey, target, key)


def _numbered(survey: Survey, table: Table, state: str) -> tuple[str, str, str] | None:
    """The table that says what numbers mean which nothing declares: ``current_state`` is one of ``order_state``."""
    if table.columns[state].kind != "integer":
        return None
    held = {str(value) for value in survey.samples[table.name].cells(state)}
    called = [*words_of(table.name), words_of(state)[-1]]
    for name, target in survey.schema.tables.items():
        if words_of(name) == called and len(target.primary_key) == 1:
            known = {str(value) for value in survey.samples[name].cells(target.primary_key[0])}
            if held and held <= known:
                return _labelled(survey, target, target.primary_key[0])
    return None


def _labelled(survey: Survey, target: Table, key: str) -> tuple[str, str, str] | None:
    """Where a state's name stands: beside its key, or in a table of translations."""
    translations = [
        other
        for name, other in survey.schema.tables.items()
        if words_of(name)[:-1] == words_of(target.name) and _TRANSLATED.search(spelt(name))
    ]
    for one in (target, *translations):
        label = next((c for c in one.columns if re.search(r"_(name|label|title|code|nama|nome)_$", spelt(c))), None)
        called = next((c for c in one.columns if c in (key, f"{target.name}_{key}")), None)
        if label and called:
            return one.name, called, label
    return None


def _names_of(survey: Survey, looked_up: tuple[str, str, str] | None) -> dict[str, str]:
    if looked_up is None:
        return {}
    name, key, label = looked_up
    return {str(row[key]): str(row[label]) for row in reversed(survey.samples[name].found)}
