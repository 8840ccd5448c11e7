"""Who the person is: what the columns that the data map calls personal hold, written into the case files.

What redact takes out of one datastore may stand in another one, so before the first of them is written all are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pamitan.content.patterns import ERASED
from pamitan.erasure.casefile import PersonalValue
from pamitan.erasure.fates import Fates
from pamitan.erasure.people import Person, seeds
from pamitan.storefile.model import StoreFile
from pamitan.stores.cells import UNIQUE
from pamitan.stores.engine import reading
from pamitan.stores.keys import collect
from pamitan.stores.store import Store
from pamitan.stores.writes import TableWriter

PersonalValues = Iterable[tuple[str, str, Any]]
"""(account id, kind, value)."""


def learn(file: StoreFile, datastore: str, told: Mapping[str, PersonalValues], people: Sequence[Person]) -> None:
    """Add the personal values of the batch's rows to the case files. ``told``: by table."""
    by_id = {person.subject.account_id: person.casefile for person in people}
    for table, values in told.items():
        written = _written_by(file, datastore, table)
        for account, kind, value in values:
            text = _as_text(value)
            if text is not None and not written.fullmatch(text) and ERASED not in text:
                by_id[account].identifiers.add(PersonalValue(kind, text))  # type: ignore[arg-type]


def learn_ahead(store: Store, fates: Mapping[str, Fates], people: Sequence[Person]) -> None:
    """The same for the datastores that are written after the first one in which something is redacted."""
    redacting = [
        any(rule.redact for rules in store.file.map.get(name, {}).values() for rule in rules) for name in fates
    ]
    if people and any(redacting):
        for datastore in list(fates)[redacting.index(True) + 1 :]:
            _read(store, datastore, fates[datastore], people)


def _read(store: Store, datastore: str, fates: Fates, people: Sequence[Person]) -> None:
    schema, now, vetted = store.schema(datastore), store.clock.now(), [person.vetted for person in people]
    with (
        reading(store.engine(datastore)) as connection,
        collect(
            connection, schema, store.file, datastore, vetted, now, seeds(people, datastore), lookup=store.who_are
        ) as keys,
    ):
        writers = [TableWriter(connection, keys, fate) for fate in fates.tables if fate.personal]
        learn(store.file, datastore, {writer.fate.table: writer.personal_values() for writer in writers}, people)


def _written_by(file: StoreFile, datastore: str, table: str) -> re.Pattern[str]:
    """The values that the store file itself writes there: after a first run they stand where the person's did."""
    rules = file.map.get(datastore, {}).get(table, [])
    values = [re.escape(str(value)) for rule in rules for value in rule.replace.values()]
    return re.compile("|".join(value.replace(re.escape(UNIQUE), ".+") for value in values) or r"(?!)", re.DOTALL)


def _as_text(value: Any) -> str | None:
    text = value.decode(errors="replace") if isinstance(value, bytes) else "" if value is None else str(value)
    return text.strip() or None
