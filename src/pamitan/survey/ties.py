"""Finds how tables are tied to the accounts: by foreign keys, and where there are none by names and sampled values.

A name alone is not believed where there are values, nor are values alone where keys are small numbers that fit any
table: the one must bear the other out, or a row must hold its supposed owner's own address or name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pamitan.stores.sampling import Row, as_text
from pamitan.stores.schema import Column, ForeignKey, Table
from pamitan.survey.found import Place, Tie
from pamitan.survey.pairs import follow_to_entities, key_value_columns, key_value_ties
from pamitan.survey.polymorphic import polymorphic_ties, typed_ids
from pamitan.survey.reading import NOBODY, Reading
from pamitan.survey.tables import SAYS_NOTHING, is_about_account, subject_of
from pamitan.survey.unfold import Format
from pamitan.survey.words import PERSON_COLUMN, is_staff, kind_of, spelt, words_of

SURE = 0.5
"""The confidence from which on a tie is taken up into a draft."""
_HANDLED = re.compile(
    r"_(create|created|write|updated|modified|uploaded|approved|assigned|handled|edited|published|deleted|processed|verified|checked|"
    r"author|editor|moderator|reviewed|last_edited|last_modified|changed|closed|resolved|invited|referred|support|rep|salesman|sales_person|salesperson)_"
)
_KEY_KINDS = ("integer", "text", "uuid", "decimal", "other")
_OWN_ROLES = ("buyer", "purchaser", "owner", "holder", "recipient", "subscriber", "member")
_PREFIXED = re.compile(
    r"^(?P<before>\D*?(?:customer|user|member|account|client|pelanggan|cliente|utente|kunde|cust|usr)s?[:/_#.|-])(?P<id>[\w-]+)$",
    re.I,
)
_KEY = re.compile(r"^_(id|fk)_.|_(id|ids|uuid|guid|fk|no|number|ref|reference|code|key)_$")
_GENERIC_SUBJECTS = (("entity",), ("parent",), ("object",), ("row",))
_LONG = 12
"""Characters of a key that no other table has by chance."""
_BY_EACH = 6
"""Rows for each account, from which on those accounts may have handled them only."""
_DEPTH = 8
_MOST_PATHS = 80

Names = Callable[[str], Any]


def find_ties(reading: Reading) -> list[Tie]:
    """All ties, sure and doubtful; the sure ones are remembered in ``reading`` as well."""
    doubtful: list[Tie] = []
    for _round in range(_DEPTH):
        before = sum(map(len, reading.ties.values()))
        doubtful = []
        for table in reading.schema.tables.values():
            known = {tie.on for tie in reading.ties.get(table.name, [])}
            for tie in _new_ties(reading, table, known):
                if tie.confidence >= SURE:
                    reading.add(tie)
                    known.add(tie.on)
                else:
                    doubtful.append(tie)
        follow_to_entities(reading)
        if sum(map(len, reading.ties.values())) == before:
            break
    return [*(tie for ties in reading.ties.values() for tie in ties), *doubtful]


def _new_ties(reading: Reading, table: Table, known: set[tuple[tuple[str, str], ...]]) -> Iterator[Tie]:
    seen = set(known)
    used = {cell for on in known for cell, _target in on}
    for tie in _ties(reading, table):
        cells = {cell for cell, _target in tie.on}
        if tie.on and (tie.on in seen or (tie.how != "polymorphic" and cells & used and not _is_key_value(tie))):
            continue
        if not tie.on and any(old.place == tie.place for old in reading.ties.get(table.name, [])):
            continue
        seen.add(tie.on)
        used |= cells
        yield tie


def _is_key_value(tie: Tie) -> bool:
    return tie.how == "key/value"


def _ties(reading: Reading, table: Table) -> Iterator[Tie]:
    yield from _declared(reading, table)
    if table.name == reading.account.table:
        return
    yield from polymorphic_ties(reading, table)
    typed = typed_ids(reading, table)
    typed |= set((key_value_columns(reading, table) or ())[:1])
    for column in table.columns.values():
        if column.kind in _KEY_KINDS and column.name not in typed:
            yield from _by_column(reading, table, column)
    yield from _composite(reading, table)
    yield from _inside(reading, table)
    yield from key_value_ties(reading, table)
    yield from _by_shared_key(reading, table)


# declared


def _declared(reading: Reading, table: Table) -> Iterator[Tie]:
    account = reading.account
    for key in table.foreign_keys:
        if key.target == account.table and table.name != account.table:
            yield _by_foreign_key(reading, table, key, "account")
    for key in table.foreign_keys:
        if key.target == account.table or _is_covered(reading, table):
            continue
        is_other = table.name not in (key.target, account.table) and reading.belongs(key.target)
        if key.target == table.name and _hand_on(reading, table, key):
            yield _by_foreign_key(reading, table, key, table.name)
        if is_other and not _leads_back(reading, key.target, table.name):
            yield _borne_out(reading, _by_foreign_key(reading, table, key, key.target), key.target)


def _hand_on(reading: Reading, table: Table, key: ForeignKey) -> bool:
    """Whether rows that name nobody point at rows of the same table that do, and none at those of another."""
    rows = [row for row in reading.samples[table.name].found if row[key.columns[0]] is not None]
    own = reading.true_owners(table.name, rows)
    on = tuple(zip(key.columns, (f"{table.name}.{name}" for name in key.target_columns), strict=True))
    whole = reading.owners_of_targets(on, rows)
    pairs = [(one, other) for one, other in zip(own, whole, strict=True) if other]
    return any(one is None for one, _other in pairs) and all(one in (None, other) for one, other in pairs)


def _borne_out(reading: Reading, tie: Tie, target: str) -> Tie:
    """A tie to rows of which only some are customers', such as addresses: a doubt where no sampled row is one's."""
    rows = reading.samples[tie.table].found
    if not rows or not all(one.how == "reverse" for one in reading.ties.get(target, [])):
        return tie
    if any(reading.owners_by(tie, rows)):
        return tie
    reason = f"{tie.reason}, but none of the sampled rows is a customer's"
    return replace(tie, confidence=0.3, reason=reason)


def _is_covered(reading: Reading, table: Table) -> bool:
    """Whether each sampled row is already some customer's, directly: no other way to its owner is wanted."""
    direct = [t for t in reading.ties.get(table.name, []) if t.owns and t.targets == {"account"} and not t.where]
    rows = reading.samples[table.name].found
    nobody = NOBODY | reading.staff
    return any(all(reading.at(row, cell) not in nobody for row in rows for cell, _target in tie.on) for tie in direct)


def _by_foreign_key(reading: Reading, table: Table, key: ForeignKey, target: str) -> Tie:
    id_ = reading.account.id
    names = ["id" if target == "account" and column == id_ else column for column in key.target_columns]
    on = tuple(zip(key.columns, (f"{target}.{name}" for name in names), strict=True))
    owns = not _is_handled(key.columns[0]) and not (target == "account" and is_staff(table.name))
    owns = owns and not (target == "account" and _is_staffs_alone(reading, table, key.columns[0]))
    tie = Tie(table.name, "foreign key", on, reason=f"foreign key to {key.target}", owns=owns)
    return replace(tie, owns=False) if target == "account" and _is_by_few(reading, table, tie) else tie


def _leads_back(reading: Reading, parent: str, child: str) -> bool:
    """Whether the parent itself is tied through the child: the tie is there already, the other way round."""
    return any(child in tie.targets for tie in reading.ties.get(parent, []))


def _is_staffs_alone(reading: Reading, table: Table, column: str) -> bool:
    """Whether the column names staff in all sampled rows, though they are accounts as customers are."""
    named = {reading.at(row, column) for row in reading.samples[table.name].found} - NOBODY
    return bool(named) and named <= reading.staff


def _is_by_few(reading: Reading, table: Table, tie: Tie) -> bool:
    """Whether hardly any accounts are named, in many rows that do not hold what they hold: those of salespeople."""
    rows = reading.samples[table.name].found
    named = [one for row in rows if (one := reading.at(row, tie.on[0][0])) not in NOBODY]
    few = len(set(named)) * _BY_EACH <= len(named) and len(set(named)) * 4 <= len(reading.panel)
    return len(named) >= _BY_EACH and few and not _rows_name_owner(reading, table, tie)


def _is_handled(column: str) -> bool:
    return bool(_HANDLED.search(spelt(column)))


# by name and values


def _by_column(reading: Reading, table: Table, column: Column) -> Iterator[Tie]:
    if table.primary_key == (column.name,) and _is_running_number(reading, table, column):
        return
    values = [as_text(value) for value in reading.samples[table.name].cells(column.name)]
    if any(column.name in key.columns and len(key.columns) == 1 for key in table.foreign_keys):
        return  # what it points at is declared
    yield from _candidates(reading, table, column.name, values)


def _is_running_number(reading: Reading, table: Table, column: Column) -> bool:
    """Whether it numbers the table's own rows; a key that is called after the accounts is one of theirs."""
    return column.kind in ("integer", "decimal") and subject_of(column.name) != reading.names.words(
        reading.account.table
    )


def _by_shared_key(reading: Reading, table: Table) -> Iterator[Tie]:
    """Rows with the account's own key: particulars, or a flat copy for a grid. For want of any other tie."""
    if len(table.primary_key) != 1 or reading.ties.get(table.name):
        return
    (column,), account = table.primary_key, reading.account
    if spelt(column) not in (spelt(account.id), *SAYS_NOTHING):
        return
    values = [as_text(value) for value in reading.samples[table.name].cells(column)]
    reason = "the same key, and its rows hold what that account holds"
    tie = Tie(table.name, "overlap", ((column, "account.id"),), confidence=0.85, reason=reason)
    is_same = len(values) > 1 and reading.share_of(account.table, account.id, values) >= 0.9
    if is_same and _rows_name_owner(reading, table, tie):
        yield tie


def _candidates(reading: Reading, table: Table, cell: str, values: Sequence[str]) -> Iterator[Tie]:
    """The ties of one cell (a column or a JSON path), by what it is called and what it holds."""
    called = _last(cell)
    if kind_of(called) == "email":
        return
    filled = list(dict.fromkeys(value for value in values if value not in NOBODY))
    to_account = _account_evidence(reading, table, called)
    parent = reading.names.table_of(called, table.name)
    if to_account > 0 and (parent is None or parent == reading.account.table or to_account >= 0.9):
        yield from _to_account(reading, table, cell, filled, to_account)
    elif parent is not None and parent != reading.account.table:
        yield from _to_parent(reading, table, cell, parent, filled)
    elif filled:
        yield from _by_values_alone(reading, table, cell, filled)


def _last(cell: str) -> str:
    """What a cell is called: a path by its last key, with the one before where it is a mere ``id``."""
    column, _arrow, path = cell.partition("->")
    steps = [step for step in re.split(r"[.\[\]]+", path) if step]
    if not steps:
        return column
    return f"{steps[-2]}_{steps[-1]}" if steps[-1].casefold() in ("id", "uuid", "pk") and len(steps) > 1 else steps[-1]


def _account_evidence(reading: Reading, table: Table, column: str) -> float:
    """How much the name alone says that the column holds accounts."""
    account = reading.account
    subject, words = subject_of(column), reading.names.words(account.table)
    generic = spelt(account.id) in SAYS_NOTHING
    if subject in _GENERIC_SUBJECTS and _is_part_of(reading.names.words(table.name), words):
        return 0.7
    if not generic and spelt(column) == spelt(account.id):
        return 0.95
    if subject and subject == words:
        return 0.9
    if not subject or (
        len(subject) == 1 and subject[0] == words_of(column)[0] == column and not PERSON_COLUMN.search(spelt(column))
    ):
        return 0.0
    if subject[-1] == words[-1]:
        return 0.7
    if is_about_account((subject[-1],)) or PERSON_COLUMN.search(spelt("_".join(subject))):
        return 0.3 if is_staff(column) else 0.6
    return 0.3 if _is_handled(column) else 0.0


def _is_part_of(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether a table is called after the account and something of it: ``customer_address`` after ``customer``."""
    bare = whole[:-1] if len(whole) > 1 and whole[-1] == "entity" else whole
    return len(words) > len(bare) and words[: len(bare)] == bare


def _to_account(reading: Reading, table: Table, cell: str, filled: Sequence[str], evidence: float) -> Iterator[Tie]:
    on = ((cell, "account.id"),)
    owns = not _is_handled(_last(cell)) and not is_staff(table.name)
    if not filled:
        if evidence >= 0.9:
            yield Tie(
                table.name,
                "overlap",
                on,
                confidence=0.6,
                reason="called after the account; no values to see",
                owns=owns,
            )
        elif evidence >= 0.6 and _KEY.search(spelt(_last(cell))):
            yield Tie(
                table.name,
                "overlap",
                on,
                confidence=0.4,
                reason="called as if it held accounts; no values to see",
                owns=owns,
            )
        return
    if evidence < 0.9 and len(filled) < 2 and len(reading.panel) > 5:
        return  # one value alone bears nothing out
    share = reading.share_of(reading.account.table, reading.account.id, filled)
    borne_out = share >= (0.2 if evidence >= 0.9 else 0.6)
    if borne_out:
        confidence = min(0.97, evidence + 0.05 if share >= 0.9 else evidence * 0.9)
        if evidence < 0.9 and _fits_staff_too(reading, filled):
            confidence = 0.45
        confidence = max(confidence, 0.9 if _rows_name_owner(reading, table, Tie(table.name, "overlap", on)) else 0)
        reason = f"{share:.0%} of the sampled values are accounts, and it is called so"
        yield Tie(table.name, "overlap", on, confidence=confidence, reason=reason, owns=owns)
        return
    yield from _by_other_key(reading, table, cell, filled)


def _by_other_key(reading: Reading, table: Table, cell: str, filled: Sequence[str]) -> Iterator[Tie]:
    """By another unique column of the account: a customer number, a public id, a user name."""
    account = reading.schema.table(reading.account.table)
    for (column,) in (unique for unique in account.uniques if len(unique) == 1):
        if column != reading.account.id and "@" not in "".join(filled[:3]):
            share = reading.share_of(account.name, column, filled)
            if share >= 0.6:
                reason = f"{share:.0%} of the sampled values are in {account.name}.{column}"
                yield Tie(
                    table.name, "overlap", ((cell, f"account.{column}"),), confidence=min(0.95, share), reason=reason
                )
                return


def _fits_staff_too(reading: Reading, filled: Sequence[str]) -> bool:
    others = [name for name in reading.schema.tables if name != reading.account.table and is_staff(name)]
    people = [n for n in others if len(reading.schema.table(n).primary_key) == 1 and len(reading.names.words(n)) == 1]
    return any(reading.share_of(name, reading.schema.table(name).primary_key[0], filled) >= 0.9 for name in people)


def _to_parent(reading: Reading, table: Table, cell: str, parent: str, filled: Sequence[str]) -> Iterator[Tie]:
    if not reading.belongs(parent) or _leads_back(reading, parent, table.name):
        return
    is_their_key = reading.schema.table(parent).primary_key == (cell,)
    if (kind_of(_last(cell)) is not None and not is_their_key) or _is_covered(reading, table):
        return
    in_role = (
        subject_of(_last(cell)) != reading.names.words(parent)
        and _last(cell) not in reading.schema.table(parent).columns
    )
    if in_role and any(tie.targets == {"account"} for tie in reading.ties.get(table.name, [])):
        return  # it points at an address or the like of its owner's, and is not a part of that
    described = reading.schema.table(parent)
    keys = [described.primary_key[0]] if len(described.primary_key) == 1 else []
    keys += [unique[0] for unique in described.uniques if len(unique) == 1]
    keys += [name for name in described.columns if name not in keys and _is_called_after(cell, parent, name, reading)]
    is_key = bool(_KEY.search(spelt(_last(cell))))
    for key in dict.fromkeys(keys):
        if not filled and not (is_key and subject_of(_last(cell)) == reading.names.words(parent)):
            return
        if not filled:
            reason = f"called after {parent}; no values to see"
            yield Tie(table.name, "overlap", ((cell, f"{parent}.{key}"),), confidence=0.55, reason=reason)
            return
        share = reading.share_of(parent, key, filled)
        if share >= (0.5 if is_key else 0.9) and (is_key or (len(filled) > 2 and not all(map(str.isdigit, filled)))):
            reason = f"{share:.0%} of the sampled values are in {parent}.{key}, and it is called so"
            yield Tie(table.name, "overlap", ((cell, f"{parent}.{key}"),), confidence=min(0.95, share), reason=reason)
            return


def _is_called_after(cell: str, parent: str, column: str, reading: Reading) -> bool:
    """Whether a cell such as ``order_reference`` has the name of that column, or that of the table and the column."""
    return cell == column or words_of(cell) == [*reading.names.words(parent), *words_of(column)]


def _by_values_alone(reading: Reading, table: Table, cell: str, filled: Sequence[str]) -> Iterator[Tie]:
    """Keys that are no small numbers fit one table alone; small numbers fit any, unless the rows name their owner."""
    if len(filled) < 2 or any("@" in value or " " in value for value in filled[:20]):
        return
    account = reading.account
    prefixed = [match for value in filled if (match := _PREFIXED.match(value))]
    if len(prefixed) > len(filled) * 0.6:
        yield from _by_template(reading, table, cell, prefixed)
        return
    telling = sum(1 for value in filled if len(value) >= 6 and re.search(r"\d", value)) > len(filled) * 0.8
    on = ((cell, "account.id"),)
    if telling and reading.share_of(account.table, account.id, filled) >= 0.7:
        yield Tie(table.name, "overlap", on, confidence=0.85, reason="the sampled values are keys of accounts")
        return
    if telling:
        yield from _by_other_key(reading, table, cell, filled)
        yield from _by_same_column(reading, table, cell, filled)
    tie = Tie(table.name, "overlap", on)
    may_be = not telling and bool(re.search(r"_(id|no|ref|uid|code|who|by|key)_", spelt(_last(cell))))
    numbers = [value for value in filled if value.isdigit()]
    some = numbers if len(numbers) >= len(filled) * 0.3 else filled  # others may be keys of guests
    if may_be and reading.share_of(account.table, account.id, some) >= 0.9 and _rows_name_owner(reading, table, tie):
        yield Tie(table.name, "overlap", on, confidence=0.85, reason="its rows hold what that account holds")


def _by_same_column(reading: Reading, table: Table, cell: str, filled: Sequence[str]) -> Iterator[Tie]:
    """By a key that another table of the customer's has under the same name: the token of a session and its cart."""
    for name, other in reading.schema.tables.items():
        keys = [other.primary_key, *other.uniques]
        if name in (table.name, reading.account.table) or (cell,) not in keys or not reading.belongs(name):
            continue
        share = reading.share_of(name, cell, filled)
        is_enough = len(filled) > 2 or all(len(value) >= _LONG for value in filled)
        if share >= 0.5 and is_enough and not _leads_back(reading, name, table.name):
            reason = f"{share:.0%} of the sampled values are in {name}.{cell}"
            yield Tie(table.name, "overlap", ((cell, f"{name}.{cell}"),), confidence=0.8, reason=reason)
            return


def _by_template(reading: Reading, table: Table, cell: str, found: Sequence[re.Match[str]]) -> Iterator[Tie]:
    before = {match["before"] for match in found}
    if len(before) != 1:
        return
    share = reading.share_of(reading.account.table, reading.account.id, [match["id"] for match in found])
    if share >= 0.5:
        on = ((cell, f"{before.pop()}{{account.id}}"),)
        yield Tie(table.name, "template", on, confidence=0.85, reason="the account's id stands in a longer key")


def _rows_name_owner(reading: Reading, table: Table, tie: Tie) -> bool:
    """Whether rows hold the address or name of the very account that the tie leads to, more than by chance."""
    rows = reading.samples[table.name].found[:100]
    keys = [reading.at(row, tie.on[0][0]) for row in rows]
    account = reading.account
    people = {
        as_text(row[account.id]): row
        for row in reading.parents(account.table, [account.id], {(key,) for key in keys if key not in NOBODY})
    }
    hits = sum(1 for row, key in zip(rows, keys, strict=True) if key in people and _names(reading, row, people[key]))
    owned = sum(1 for key in keys if key in people)
    return owned >= 2 and hits >= max(2, owned * 0.3)


def _names(reading: Reading, row: Row, person: Row) -> bool:
    account = reading.account
    own = [str(person[name]) for name in account.names if person[name]]
    own += [str(value) for value in (reading.values(person, account.email) if account.email else [])]
    texts = " ".join(str(value).casefold() for value in row.values() if isinstance(value, str))
    return any(len(value) > 3 and value.casefold() in texts for value in own)


# composite


def _composite(reading: Reading, table: Table) -> Iterator[Tie]:
    if _is_covered(reading, table):
        return
    for name, parent in reading.schema.tables.items():
        if name == table.name or not reading.belongs(name) or _leads_back(reading, name, table.name):
            continue
        for key in (parent.primary_key, *parent.uniques):
            if (
                len(key) < 2
                or not set(key) <= set(table.columns)
                or any(set(f.columns) >= set(key) for f in table.foreign_keys)
            ):
                continue
            if set(key) <= set(table.primary_key) and len(table.primary_key) == len(key):
                continue
            rows = reading.samples[table.name].found
            held = {tuple(reading.at(row, column) for column in key) for row in rows}
            there = {tuple(reading.at(row, c) for c in key) for row in reading.parents(name, key, held)}
            if held and len(there) >= 0.5 * len(held):
                target = "account" if name == reading.account.table else name
                on = tuple((column, f"{target}.{_as_id(reading, target, column)}") for column in key)
                yield Tie(
                    table.name, "composite", on, confidence=0.8, reason=f"the same key as {name}, of several columns"
                )


def _as_id(reading: Reading, target: str, column: str) -> str:
    return "id" if target == "account" and column == reading.account.id else column


# inside JSON, sessions and serialised values


def _inside(reading: Reading, table: Table) -> Iterator[Tie]:
    for column in table.columns.values() if not _is_covered(reading, table) else ():
        if column.kind in ("text", "json", "binary", "other"):
            for (path, format_), values in list(_by_path(reading, table, column.name).items())[:_MOST_PATHS]:
                for tie in _candidates(reading, table, f"{column.name}->{path}", values):
                    inner = tie if format_ == "json" else _as_blob(tie, Place(column.name, path), format_)
                    yield from [inner] if inner else []


def _by_path(reading: Reading, table: Table, column: str) -> dict[tuple[str, Format], list[str]]:
    """The values inside a column's cells, by path and format."""
    found: dict[tuple[str, Format], list[str]] = {}
    for row in reading.samples[table.name].found:
        for leaf in reading.leaves(row, column):
            if leaf.path and leaf.format != "packed" and isinstance(leaf.value, (str, int)):
                found.setdefault((leaf.path, leaf.format), []).append(as_text(leaf.value))
    return found


def _as_blob(tie: Tie, place: Place, format_: Format) -> Tie | None:
    """The same as a link by what is inside an opaque value; such a one leads to the account's id alone."""
    if tie.how != "overlap" or tie.on[0][1] != "account.id":
        return None
    return replace(
        tie, how="blob", on=(), place=place, format=format_, reason=f"inside a {format_} value: {tie.reason}"
    )
