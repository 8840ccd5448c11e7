"""Key/value tables: which key names the account, and what the rows with it describe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pamitan.stores.schema import Table
from pamitan.survey.found import Tie
from pamitan.survey.reading import NOBODY, Reading
from pamitan.survey.tables import subject_of
from pamitan.survey.words import is_account_word, spelt


def key_value_ties(reading: Reading, table: Table) -> Iterator[Tie]:
    """Values of a key such as ``_customer_user``, where they are accounts."""
    columns = key_value_columns(reading, table)
    if columns is None:
        return
    key, value = columns
    by_key: dict[str, list[str]] = {}
    for row in reading.samples[table.name].found:
        by_key.setdefault(str(row[key]), []).append(reading.at(row, value))
    for name, values in by_key.items():
        filled = [v for v in dict.fromkeys(values) if v not in NOBODY]
        subject = subject_of(name)
        account_word = bool(subject) and is_account_word(subject[-1])
        if (
            account_word
            and len(filled) >= min(3, len(reading.panel))
            and reading.share_of(reading.account.table, reading.account.id, filled) >= 0.6
        ):
            on = ((value, "account.id"),)
            yield Tie(
                table.name,
                "key/value",
                on,
                where={key: name},
                confidence=0.85,
                reason=f"the values of '{name}' are accounts",
            )


def key_value_columns(reading: Reading, table: Table) -> tuple[str, str] | None:
    """The column of the keys and that of the values, where the table holds such pairs."""
    texts = [c.name for c in table.columns.values() if c.kind in ("text", "json", "other", "choice")]
    values = [name for name in texts if re.search(r"_(value|val|meta_value|nilai|valore|wert)_$", spelt(name))]
    keys = [
        n
        for n in texts
        if re.search(r"_(key|name|attribute|field|code|option|property|setting|label|meta_key|kunci)_$", spelt(n))
    ]
    keys = sorted((name for name in keys if name not in values), key=lambda name: "key" not in name)
    if not keys or not values or len(table.columns) > 9:
        return None
    rows = reading.samples[table.name].found
    distinct = {str(row[keys[0]]) for row in rows}
    if len(rows) >= 6 and len(distinct) > len(rows) * 0.6:
        return None
    return keys[0], values[0]


def follow_to_entities(reading: Reading) -> None:
    """Where a key/value row names the account, what it describes is the account's, with all its other pairs."""
    for name, ties in list(reading.ties.items()):
        if any(tie.how == "key/value" for tie in ties):
            table = reading.schema.table(name)
            for column in table.columns:
                _follow(reading, table, column)


def _follow(reading: Reading, table: Table, column: str) -> None:
    if column in (*(key_value_columns(reading, table) or ()), *table.primary_key):
        return
    declared = next((key.target for key in table.foreign_keys if key.columns == (column,)), None)
    parent = reading.names.table_of(column, table.name) or declared
    if parent is None or reading.belongs(parent):
        return
    key = reading.schema.table(parent).primary_key
    if len(key) == 1:
        reason = f"described by rows of {table.name} that name the account"
        reading.add(Tie(parent, "reverse", ((key[0], f"{table.name}.{column}"),), confidence=0.8, reason=reason))
        back = ((column, f"{parent}.{key[0]}"),)
        reading.add(Tie(table.name, "overlap", back, confidence=0.8, reason=f"describes {parent}"))
