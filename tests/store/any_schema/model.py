"""A shop that was drawn at random: people, tables, rows with their owners, and what the store file says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

EMAIL, PHONE, NAME = "email", "phone", "name"
KEPT_YEARS = 10
FOLDER = "memory://any-schema"


@dataclasses.dataclass(frozen=True)
class Person:
    """A row of the customer table. Staff are there too, and are never erased."""

    number: int
    id: Any
    email: str
    phone: str
    name: str
    street: str
    staff: bool = False

    @property
    def certain(self) -> list[str]:
        """What tells this person from all others."""
        return [self.email, self.phone, *([self.id] if len(str(self.id)) == 36 else [])]


@dataclasses.dataclass(frozen=True)
class Column:
    """A column; ``type`` is one of integer, text, varchar, date, json, uuid."""

    name: str
    type: str
    null: bool = True
    length: int = 80
    check: str = ""


@dataclasses.dataclass(frozen=True)
class ForeignKey:
    """A constraint of the database."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str | None = None


@dataclasses.dataclass(frozen=True)
class Emptied:
    """The cell is NULL, or the empty value of its type."""


@dataclasses.dataclass(frozen=True)
class Becomes:
    """The cell holds this."""

    value: Any


@dataclasses.dataclass(frozen=True)
class Pseudonym:
    """The cell holds the template, with other digits in each row; where there is no room, fewer of them."""

    template: str


@dataclasses.dataclass(frozen=True)
class Rewritten:
    """What ``read`` gives of the cell is ``expected`` of what it gave before: parts are gone, the rest is as it was."""

    read: Callable[[Any], Any]
    expected: Callable[[Any], Any]


Effect = Emptied | Becomes | Pseudonym | Rewritten


@dataclasses.dataclass
class Rule:
    """What the store file says of a table's rows, and what that must come to."""

    said: dict[str, Any]
    """The rule as it stands in the store file, without link and personal."""
    deletes: bool = False
    effects: dict[str, Effect] = dataclasses.field(default_factory=dict)
    keeps: frozenset[str] | None = frozenset()
    """The columns that a law keeps; ``None``: all that the rule does not change."""
    status: str | None = None
    """For rows of this status alone."""
    unlinks: bool = False
    """The file that the row names goes."""
    kept_from: str | None = None
    """The column with the date from which the law counts; ``None``: from the closing."""

    def change(self, column: str, action: str, value: Any, effect: Effect) -> None:
        """Clear, replace, redact or scrub a column."""
        if action in ("clear", "redact"):
            self.said.setdefault(action, []).append(column)
        else:
            self.said.setdefault(action, {})[column] = value
        self.effects[column] = effect

    def cut(self, column: str) -> None:
        """Detach a column that may be NULL; a row that is deleted needs no cutting."""
        if not self.deletes and column not in self.effects:
            self.said.setdefault("detach", []).append(column)
            self.effects[column] = Becomes(None)

    def unlink(self, table: str) -> None:
        """Delete the file that the row names, unless a law keeps its name."""
        self.said["unlink"] = [f"{FOLDER}/{table}/{{photo}}"]
        self.unlinks = True

    def keep(self, columns: Sequence[str] | None, kept_from: str | None) -> None:
        """Keep these columns by law, or the whole row, for ten years."""
        until = {"years": KEPT_YEARS, **({"column": kept_from} if kept_from else {})}
        self.said["keep"] = {"law": "Tax Act 7", "reason": "Books", "until": until}
        self.kept_from = kept_from
        self.keeps = None if columns is None else frozenset(columns)
        if columns is not None:
            self.said["keep"]["columns"] = list(columns)


@dataclasses.dataclass
class Row:
    """One row. ``values["no"]`` tells it from the others of its table, whatever happens to its key."""

    values: dict[str, Any]
    owner: int | None
    """Whose leaving erases it."""
    needs: frozenset[str] = frozenset()
    """What has to be proven of the owner for the row to be found."""
    mapped: bool = True
    """The links of the data map lead to it."""
    sharers: frozenset[int] = frozenset()
    """Who else has it too: it goes with the last of them."""
    tells: tuple[tuple[int, str, str], ...] = ()
    """The row is nobody's, and mentions these: the number of the person, what of them, and how it is written."""


def pattern(name: str, names: Iterable[str]) -> str:
    """A pattern that fits the name alone, if there is one."""
    found = f"{name[:-1]}*"
    return found if [other for other in names if fnmatchcase(other, found)] == [name] else name


class Table:
    """One table with its rows and rules."""

    def __init__(self, name: str, key: tuple[str, ...], *columns: Column) -> None:
        self.name = name
        self.key = key
        self.columns = {column.name: column for column in columns}
        self.primary = True
        """The key is declared as primary key; else as a unique index."""
        self.other = False
        """It is in the second datastore."""
        self.links: list[dict[str, Any]] = []
        self.foreign_keys: list[ForeignKey] = []
        self.uniques: list[str] = []
        self.rules: list[Rule] = []
        self.personal: dict[str, str] = {}
        self.rows: list[Row] = []
        self.wild = False
        """The store file names the table and its columns by patterns, where these fit nothing else."""

    def add(self, column: Column) -> None:
        """One more column."""
        self.columns[column.name] = column

    def rule_of(self, row: Row) -> Rule | None:
        """The rule that speaks of this row, if a link leads to it."""
        fitting = [rule for rule in self.rules if rule.status in (None, row.values.get("status"))]
        return fitting[0] if fitting and row.mapped else None

    def said(self) -> Any:
        """The rules of the table, as the store file has them."""
        rules = [{"link": self.links, "personal": self.personal, **rule.said} for rule in self.rules]
        if self.wild:
            rules = [{action: self._by_pattern(action, value) for action, value in rule.items()} for rule in rules]
        return rules if len(rules) > 1 else rules[0]

    def _by_pattern(self, action: str, value: Any) -> Any:
        if action not in ("clear", "replace", "scrub", "redact", "detach", "personal"):
            return value
        if isinstance(value, dict):
            return {pattern(column, self.columns): item for column, item in value.items()}
        return [pattern(column, self.columns) for column in value]

    @property
    def mentions(self) -> bool:
        """Its rows are nobody's."""
        return any("mentions" in link for link in self.links)

    @property
    def deletes(self) -> bool:
        """Some rows may be deleted."""
        return any(rule.deletes for rule in self.rules)


@dataclasses.dataclass
class Shop:
    """The whole; the first table is that of the customers."""

    people: list[Person]
    tables: list[Table]
    guests: bool = False
    """The customer table also has rows of people who bought without signing in."""

    def table(self, name: str) -> Table:
        """The table of that name."""
        return next(table for table in self.tables if table.name == name)

    @property
    def customers(self) -> list[Person]:
        """Who can leave."""
        return [person for person in self.people if not person.staff]

    @property
    def has_uuids(self) -> bool:
        """The ids are such as tell one person from all others."""
        return len(str(self.people[0].id)) == 36

    def id_column(self, name: str, null: bool = True) -> Column:
        """A column of the type of the customers' ids."""
        if isinstance(self.people[0].id, int):
            return Column(name, "integer", null)
        return Column(name, "uuid", null) if self.has_uuids else Column(name, "varchar", null, 40)

    def store_file(self, url: str, other_url: str) -> dict[str, Any]:
        """What the store file says."""
        maps: dict[str, dict[str, Any]] = {"main": {}, "other": {}}
        for table in self.tables:
            names = [other.name for other in self.tables if other.other == table.other]
            name = pattern(table.name, names) if table.wild else table.name
            maps["other" if table.other else "main"][name] = table.said()
        guests = {"guests": {"guest": 1}} if self.guests else {}
        account = {"datastore": "main", "table": "customer", "id": "id", "email": "email", "phone": "phone"}
        return {
            "store": {"name": "Toko", "email": "shop@toko.example", "country": "ID"},
            "datastores": {"main": {"url": url}, "other": {"url": other_url}},
            "account": {**account, "name": "name", "where": {"staff": 0}, **guests},
            "map": maps,
        }


@dataclasses.dataclass(frozen=True)
class History:
    """Who leaves which shop, what they have proven, and before which statement the power fails."""

    shop: Shop
    leaving: tuple[int, ...]
    proven: frozenset[tuple[int, str]]
    crash: int

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """For hypothesis's report of a failure."""
        printer.text(self.told())

    def told(self) -> str:
        """All that one needs to see what happened."""
        lines = [f"{self.leaving} leave, proven {sorted(self.proven)}, crash before statement {self.crash}"]
        lines += [str(person) for person in self.shop.people]
        for table in self.shop.tables:
            lines.append(f"{table.name} {'(other) ' if table.other else ''}key {table.key} {table.foreign_keys}")
            lines += [f"    {rule.said}" for rule in table.rules] + [f"    link {table.links}"]
            lines += [f"    {row.owner} {sorted(row.sharers) or ''} {row.values}" for row in table.rows]
        return "\n".join(lines)
