"""A batch of accounts on one connection: their ids, and the identifiers that may lead to rows, as tables to join with.

PostgreSQL takes the ids as arrays within each statement, which spares a temporary table; the others have one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import BIGINT, VARCHAR
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from pamitan.storefile.model import StoreFile
from pamitan.stores.columns import ColumnKind
from pamitan.stores.equality import family, fitted
from pamitan.stores.ids import as_bytes, as_uuid, whole_number
from pamitan.stores.keytables import drop_temporary
from pamitan.stores.schema import Column, Schema, Table
from pamitan.stores.spelling import pattern_of, sieve_of
from pamitan.stores.strangers import Strangers
from pamitan.stores.types import Identifier


@dataclass(frozen=True)
class Vetted:
    """An account of a batch after :func:`pamitan.stores.vetting.vet` looked at it.

    Only ``usable`` identifiers may lead to rows: proven in this closure or verified by the store, and held by no other
    living account.
    """

    account_id: str
    state: str = "customer"
    """``customer``, ``absent`` (no such row), or ``other``: a row that the store file does not count as a customer."""
    usable: frozenset[Identifier] = frozenset()
    own: frozenset[Identifier] = frozenset()
    """The addresses that the account's own row holds, proven or not."""
    phones: frozenset[str] = field(default=frozenset(), repr=False)
    """The numbers that it holds, as they are written there; to bring thousands into one spelling takes its time."""
    created: str | None = None
    """The date of sign-up, in the store's own words."""
    names: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def marks(self) -> frozenset[str]:
        """What tells this account from a later one that is given the same id."""
        created = {f"created {self.created}"} if self.created else set[str]()
        return self.phones | created | {item.value for item in self.own}


_BYTES = "utf8mb4_nopad_bin"
_ACCOUNTS: dict[str, TypeEngine[Any]] = {
    "n": sa.Integer(),
    "as_text": sa.String(255).with_variant(VARCHAR(255, collation=_BYTES), "mysql", "mariadb"),
    "as_integer": sa.BigInteger().with_variant(BIGINT(unsigned=True), "mysql", "mariadb"),
    "as_uuid": sa.Uuid(),
    "dashed": sa.String(36),
    "bare": sa.String(32).with_variant(VARCHAR(32, collation=_BYTES), "mysql", "mariadb"),
    "as_binary": sa.LargeBinary(255),
}


class Batch:
    """The tables ``accounts`` (n, the id as_text, as_integer …) and ``identifiers`` (n, kind, value …)."""

    def __init__(
        self, connection: Connection, schema: Schema, file: StoreFile, datastore: str, now: dt.datetime
    ) -> None:
        self.connection = connection
        self.schema = schema
        self.file = file
        self.datastore = datastore
        self.now = file.datastores[datastore].local(now)
        self.dialect = connection.dialect.name
        self.wide = False
        self.has_identifiers = False
        """Whether any address or number may lead to rows; without one there are no tables of them."""
        self.strangers: Strangers | None = None
        """Outside the home datastore: whom account ids name that are not of the batch."""
        self._has_uuids = False
        self.arrays: dict[str, str] = {}
        """On PostgreSQL the accounts themselves, by the names that :attr:`accounts` has for them in each statement."""
        self._accounts: FromClause | None = None
        self.identifiers = _IDENTIFIER
        self.spellings = _SPELLING

    @property
    def accounts(self) -> FromClause:
        """The table of accounts, to be joined with."""
        if self._accounts is None:
            self._accounts = _in_arrays(self.arrays) if self.arrays else _ACCOUNT
        return self._accounts

    def unfilled(self) -> Batch:
        """The same for statements that outlive the batch: PostgreSQL is given :attr:`arrays` with each execution."""
        if self.dialect != "postgresql":
            return self
        other = copy(self)
        other._accounts = _unfilled(self.shape)
        return other

    @property
    def shape(self) -> tuple[str, ...]:
        """What a statement over the accounts depends on, besides the accounts themselves."""
        return tuple(self.arrays)

    def execute(self, statement: sa.Executable, **options: Any) -> CursorResult[*tuple[Any, ...]]:
        """Execute a statement that was built for the batch :meth:`unfilled`."""
        return self.connection.execute(statement, self.arrays, execution_options=options)

    @property
    def is_home(self) -> bool:
        """Whether this is the datastore of the account table."""
        return self.datastore == self.file.home

    @property
    def account_table(self) -> Table:
        """The account table; only in the home datastore."""
        return self.schema.table(self.file.account.table)

    def mention_rules(self, table: str) -> list[int]:
        """The rules of that table by which rows are taken that only mention an account."""
        rules = self.file.map.get(self.datastore, {}).get(table, [])
        return [number for number, rule in enumerate(rules) if rule.by_mention]

    @contextmanager
    def tables(self, ids: Sequence[str | None], identifiers: Sequence[tuple[int, Identifier]]) -> Iterator[None]:
        """Create and fill the tables; drop them in the end. An id of ``None`` leads to no rows."""
        accounts = self._columns(ids)
        self._has_uuids = any(accounts["bare"])
        self.has_identifiers = bool(identifiers)
        made: list[sa.Table] = []
        if self.dialect == "postgresql":
            self.arrays = {f"pamitan_{name}": _array(accounts[name]) for name in _filled(accounts)}
            self._accounts = None
        else:
            rows = zip(*accounts.values(), strict=True)
            made += self._made(_ACCOUNT, [dict(zip(accounts, row, strict=True)) for row in rows])
        if identifiers:
            held = [_identifier_row(n, identifier) for n, identifier in identifiers]
            self.wide = any(row["pattern"] for row in held)
            made += [*self._made(_IDENTIFIER, held), *self._made(_SPELLING, [])]
        try:
            yield
        except BaseException:
            forget_temporary_tables(self.connection)
            raise
        for table in made:
            drop_temporary(self.connection, table.name)

    def account_key(self, column: Column) -> ColumnElement[Any]:
        """The account's id, in the type and collation of that column."""
        by_family: dict[str, tuple[str, ColumnKind]] = {
            "integer": ("as_integer", "integer"),
            "uuid": ("as_uuid", "uuid"),
            "binary": ("as_binary", "binary"),
        }
        name, kind = by_family.get(family(column.kind), ("as_text", "text"))
        if self.dialect == "sqlite" and kind == "uuid":
            name, kind = "as_text", "text"
        return fitted(column, self.accounts.c[name], kind, self.dialect)

    def names_account(self, cell: ColumnElement[Any], column: Column, everywhere: bool = False) -> ColumnElement[bool]:
        """The cell of that column holds the account's id. Another database may spell the same UUID otherwise.

        ``everywhere``: a value inside JSON, where no index serves and the shop may spell a UUID as it likes.
        """
        if everywhere and self._has_uuids and family(column.kind) == "text":
            bare = sa.func.replace(cell, "-", "")
            in_one_spelling = sa.case((sa.func.length(bare) == 32, sa.func.lower(bare)), else_=cell)
            return in_one_spelling == sa.func.coalesce(self.accounts.c.bare, self.accounts.c.as_text)
        return sa.or_(*(cell == key for key in self.account_keys(column)))

    def account_keys(self, column: Column, everywhere: bool = False) -> list[ColumnElement[Any]]:
        """The account's id as that column may hold it, in each spelling of its own.

        ``everywhere``: the shop may spell a UUID otherwise even in its home datastore, as inside JSON.
        """
        same = self.account_key(column)
        if not self._has_uuids or family(column.kind) != "text":
            return [same]
        if self.is_home and not everywhere and self._spelt_like_the_id(column):
            return [same]
        known = self.accounts.c
        spellings = [known.dashed, known.bare, sa.func.upper(known.dashed), sa.func.upper(known.bare)]
        return [same, *(fitted(column, spelling, "text", self.dialect) for spelling in spellings)]

    def _spelt_like_the_id(self, column: Column) -> bool:
        return family(self.account_table.column(self.file.account.id).kind) == family(column.kind)

    def _columns(self, ids: Sequence[str | None]) -> dict[str, list[Any]]:
        """The columns of :data:`_ACCOUNT`."""
        texts = [account_id or "" for account_id in ids]
        unsigned, in_hex = self.dialect in ("mysql", "mariadb"), self._has_binary_ids()
        uuids = [as_uuid(text) for text in texts]
        in_bytes = [as_bytes(t) if in_hex or found else t.encode() for t, found in zip(texts, uuids, strict=True)]
        return {
            "n": [*range(len(ids))],
            "as_text": [*ids],
            "as_integer": [whole_number(text, unsigned) for text in texts],
            "as_uuid": [found if found and self._may_be_uuid(found) else None for found in uuids],
            "dashed": [found and str(found) for found in uuids],
            "bare": [found and found.hex for found in uuids],
            "as_binary": [value or None for value in in_bytes],
        }

    def _may_be_uuid(self, found: uuid.UUID) -> bool:
        """Whether a column of the UUID type can hold it; MariaDB refuses some 16 bytes that no standard generates."""
        refused = found.bytes[6] >= 0x80 and 0 < found.bytes[8] <= 0x80
        return not (refused and self.dialect in ("mysql", "mariadb"))

    def _has_binary_ids(self) -> bool:
        return self.is_home and self.account_table.column(self.file.account.id).kind == "binary"

    def _made(self, table: sa.Table, rows: list[dict[str, Any]]) -> list[sa.Table]:
        table.create(self.connection, checkfirst=False)
        if rows:
            self.connection.execute(sa.insert(table), rows)
            if self.dialect in ("postgresql", "sqlite"):
                self.connection.exec_driver_sql(f"ANALYZE {table.name}")
        return [table]


def forget_temporary_tables(connection: Connection) -> None:
    """After an error. PostgreSQL's rollback drops them and SQLite's connection is closed; MariaDB's would be kept."""
    if connection.dialect.name in ("mysql", "mariadb") and not connection.invalidated:
        connection.invalidate()


def _identifier_row(n: int, identifier: Identifier) -> dict[str, Any]:
    return {
        "n": n,
        "kind": identifier.kind,
        "value": identifier.value,
        "sieve": sieve_of(identifier),
        "pattern": pattern_of(identifier),
    }


def _temporary(name: str, *columns: SchemaItem) -> sa.Table:
    return sa.Table(
        name,
        sa.MetaData(),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


_ACCOUNT = _temporary(
    "pamitan_account",
    *(sa.Column(name, kind) for name, kind in _ACCOUNTS.items()),
    sa.UniqueConstraint("as_text", "n"),  # MariaDB has no other way to join by what stands in JSON than this index
)
_IDENTIFIER = _temporary(
    "pamitan_identifier",
    sa.Column("n", sa.Integer),
    sa.Column("kind", sa.String(5)),
    sa.Column("value", sa.String(400)),
    sa.Column("sieve", sa.String(400)),
    sa.Column("pattern", sa.String(800)),
)
_SPELLING = _temporary(
    "pamitan_spelling", sa.Column("n", sa.Integer), sa.Column("place", sa.Integer), sa.Column("value", sa.Text)
)


def _filled(columns: Mapping[str, list[Any]]) -> Iterator[str]:
    """The columns of :data:`_ACCOUNT` in which there is anything."""
    yield from (name for name in _ACCOUNTS if name == "n" or any(value is not None for value in columns[name]))


def _array(values: list[Any]) -> str:
    """An array as PostgreSQL reads it (manual, 8.15.2), which is far quicker made than by its driver."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case int():
            return str(value)
        case bytes():
            return f'"\\\\x{value.hex()}"'
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@cache
def _unfilled(names: tuple[str, ...]) -> FromClause:
    return _in_arrays(dict.fromkeys(names))


def _in_arrays(values: Mapping[str, str | None]) -> FromClause:
    """The rows as a table that PostgreSQL makes of one array for each column; an empty column needs none.

    Where an array is ``None``, it is given with each execution.
    """
    kinds = {f"pamitan_{name}": kind for name, kind in _ACCOUNTS.items()}
    given: dict[str, dict[str, Any]] = {n: {} if v is None else {"value": v} for n, v in values.items()}
    arrays = [sa.cast(sa.bindparam(n, type_=sa.Text, **v), ARRAY(kinds[n])) for n, v in given.items()]
    columns = [sa.column(name.removeprefix("pamitan_"), kinds[name]) for name in values]
    rows = sa.func.unnest(*arrays).table_valued(*columns).render_derived(name="given")
    cells = [rows.c[n] if n in rows.c else sa.cast(sa.null(), kind).label(n) for n, kind in _ACCOUNTS.items()]
    return sa.select(*cells).subquery(_ACCOUNT.name)
