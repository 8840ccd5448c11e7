"""What a store file may say, as pydantic models. The field's docstrings are the reference that editors show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from pamitan.storefile.base import Misplaced, Strict, as_list, as_list_or_none, known_zone, times_of_day, to_nobody
from pamitan.storefile.conditions import Condition, parse_condition

Where = Annotated[
    Condition,
    BeforeValidator(parse_condition),
    PlainSerializer(repr),
    WithJsonSchema({"type": "object", "description": "All entries must hold, e.g. {status: [Pending, Paid]}"}),
]
Text = str | dict[str, str]
"""A label: one text for all languages, or one per language code."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Kind = Literal["name", "address", "email", "phone", "id", "other"]
Action = Literal["delete", "clear", "replace", "detach", "keep"]


def text(label: Text, language: str) -> str:
    """The label in that language, else in English, else in whatever language there is."""
    if isinstance(label, str):
        return label
    return label.get(language) or label.get("en") or next(iter(label.values()))


class Blob(Strict):
    """An opaque value that holds an account id, such as a session."""

    column: str
    format: Literal["json", "django-session", "php-session", "php-serialised"]
    """How the value is written: plain JSON, Django's signed (and perhaps compressed) session, PHP."""
    path: str
    """Where in it the account id lies; keys parted by dots, e.g. ``customer_id`` or ``customer.id``."""


class Link(Strict):
    """How rows of a table are tied to an account: exactly one of ``on``, ``email``, ``phone`` and ``blob``."""

    on: dict[str, str] | None = None
    """This table's columns, each with the ``table.column`` that it equals. ``account.id`` is the account itself;
    another table stands for those of its rows that the data map has taken. Several columns make a composite link. The
    same form says a foreign key, an id without one, and a reverse link ({id: order.address_id})."""
    email: str | None = None
    """The column that holds the customer's e-mail address, in any letter case. Takes a row only when the address is
    proven, held by no other account, and the row has no other owner."""
    phone: str | None = None
    """The column that holds the customer's phone number, in any format. Same safety as ``email``."""
    blob: Blob | None = None
    where: Where | None = None
    """Only rows for which this holds."""

    @model_validator(mode="after")
    def one_way(self) -> Self:
        ways = [way for way in (self.on, self.email, self.phone, self.blob) if way]
        if len(ways) != 1:
            raise ValueError("a link has exactly one of: on, email, phone, blob")
        for target in (self.on or {}).values():
            if "." not in target:
                raise ValueError(f"'{target}' should name table.column, e.g. account.id")
        return self

    def targets(self) -> set[str]:
        """The tables (or ``account``) that the link goes through."""
        return {target.rsplit(".", 1)[0] for target in (self.on or {}).values()}


Links = Annotated[list[Link], BeforeValidator(as_list), Field(min_length=1)]


class Until(Strict):
    """When a retained record ends: so long after the date in ``column``; without a column, after the closing."""

    column: str | None = None
    years: int = 0
    months: int = 0
    days: int = 0

    @model_validator(mode="after")
    def some_time(self) -> Self:
        if self.years + self.months + self.days <= 0:
            raise ValueError("'until' needs years, months or days")
        return self


class Keep(Strict):
    """What the law demands to keep. Wins over every other action on the same cells."""

    law: Text
    """The law and its article, as the customer will read it."""
    reason: Text
    """Why, in plain words."""
    until: Until
    columns: list[str] | None = None
    """The cells that are kept; without it the whole row is."""


class Rule(Strict):
    """What happens to the rows of one table that belong to a customer who leaves."""

    link: Links
    where: Where | None = None
    """Only rows for which this holds, whatever the link."""
    delete: bool = False
    """Delete the row. Goes alone."""
    clear: list[str] = []
    """Columns to empty: NULL where the column allows it, else the empty value of its type."""
    replace: dict[str, str | int | float | bool | None] = {}
    """Columns to overwrite. ``{unique}`` in a text becomes a value that no other row has."""
    detach: Annotated[dict[str, str | int | None], BeforeValidator(to_nobody)] = {}
    """Columns that tie the row to the person, cut: a list (to NULL) or a mapping to the value that means nobody."""
    keep: Keep | None = None
    personal: dict[str, Kind] = {}
    """Which columns hold a name, an address and so on: their values are looked for after the erasure."""
    category: Text | None = None
    """What the customer calls this, e.g. {en: Addresses, id: Alamat}."""
    why: str | None = None
    """A note for the reader."""

    @model_validator(mode="after")
    def one_fate(self) -> Self:
        change = bool(self.clear or self.replace or self.detach or self.keep)
        if self.delete and change:
            raise ValueError("'delete' goes alone: a deleted row has nothing left to clear, replace, detach or keep")
        if not self.delete and not change:
            raise ValueError("says nothing to do: give delete, clear, replace, detach or keep")
        named = [*self.clear, *self.replace, *self.detach]
        twice = sorted({column for column in named if named.count(column) > 1})
        if twice:
            raise ValueError(f"more than one action for {', '.join(twice)}")
        return self


class Attribute(Strict):
    """A value in another table: the ``column`` of its row whose columns equal the named columns of the row in hand."""

    table: str
    on: dict[str, str]
    column: str
    where: Where | None = None


Source = str | Attribute
"""A column of the table in hand, or a value in another table."""


class Password(Strict):
    """The store's own password hashes."""

    column: Source
    scheme: Literal["django", "bcrypt"]
    """``django``: any of Django's hashers, told by the hash. ``bcrypt``: bare ``$2a$``, ``$2b$``, ``$2y$`` (PHP)."""
    html_escaped: bool = False
    """The shop escapes the password as HTML before hashing it (OpenCart)."""


class LockChange(Strict):
    """One reversible change that keeps the customer out of the shop: a flag that is set, a prefix before the hash."""

    column: str
    set: str | int | bool | None = None
    prefix: str | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def one_way(self) -> Self:
        if ("set" in self.model_fields_set) == (self.prefix is not None):
            raise ValueError("a lock change takes either set or prefix")
        return self


class SessionStore(Strict):
    """A table of the shop's sessions; those of a customer are deleted when the closure is confirmed."""

    table: str
    link: Links


class Account(Strict):
    """The table of the customers, and where their particulars are."""

    datastore: str | None = None
    """The datastore that the table is in; may be left out where there is one only."""
    table: str
    id: str
    email: Source | None = None
    email_verified: Where | None = None
    """Holds for rows whose address the shop has verified."""
    phone: Source | None = None
    name: Annotated[list[Source], BeforeValidator(as_list)] = []
    language: Source | None = None
    password: Password | None = None
    created: str | None = None
    where: Where | None = None
    """Which rows are customers at all; leaves out staff."""
    active: Where | None = None
    """Which customers may sign in. An account that Pamitan itself locked may, whatever this says."""
    lock: list[LockChange] = []
    sessions: list[SessionStore] = []

    @model_validator(mode="after")
    def reachable(self) -> Self:
        if self.email is None and self.phone is None:
            raise ValueError("an account needs an e-mail address or a phone number to be found by")
        return self


class Cancel(Strict):
    """How an open order is cancelled: by a hook of the shop, or by SQL for what is not yet paid."""

    when: Where
    hook: str | None = None
    set: dict[str, str | int | bool | None] | None = None

    @model_validator(mode="after")
    def one_way(self) -> Self:
        if (self.hook is None) == (self.set is None):
            raise ValueError("cancel takes either a hook or set")
        return self


class Pending(Strict):
    """Something of the customer's that may still be open: orders, returns, subscriptions."""

    kind: Literal["order", "subscription", "return"] = "order"
    label: Text | None = None
    table: str
    id: str = "id"
    link: Annotated[list[Link] | None, BeforeValidator(as_list_or_none)] = None
    """By default the link that the data map gives to the table."""
    where: Where | None = None
    number: Source | None = None
    date: Source | None = None
    total: Source | None = None
    currency: str | None = None
    """A column of the table; without it the store's currency."""
    status: Source | None = None
    statuses: dict[str, Text] = {}
    """How a status is called on the pages."""
    open: Where
    """Holds while it is not finished."""
    until: Source | None = None
    """When it ends by itself."""
    cancel: Cancel | None = None


class LibraryShelf(Strict):
    """Digital purchases of one sort: what the customer saves before it becomes unreachable."""

    label: Text
    table: str
    id: str = "id"
    link: Annotated[list[Link] | None, BeforeValidator(as_list_or_none)] = None
    where: Where | None = None
    title: Source
    file: str | None = None
    """An fsspec URL with ``{name}`` for each of ``values``; the title may be used as ``{title}``."""
    code: Source | None = None
    """For what is a code and not a file (a gift card)."""
    values: dict[str, Source] = {}
    filename: Source | None = None
    """What the saved file is called; by default the title, with the ending of ``file``."""

    @model_validator(mode="after")
    def something_to_save(self) -> Self:
        if (self.file is None) == (self.code is None):
            raise ValueError("a shelf of the library has either a file or a code")
        for name in re.findall(r"\{(\w*)\}", self.file or ""):
            if name != "title" and name not in self.values:
                raise ValueError(f"the file's {{{name}}} is not among values; add it there")
        return self


class Balance(Strict):
    """Money, points or the like that the customer would lose."""

    label: Text
    table: str
    link: Annotated[list[Link] | None, BeforeValidator(as_list_or_none)] = None
    where: Where | None = None
    amount: str
    """The column that is summed up."""
    unit: Literal["money", "points"] = "money"
    currency: str | None = None
    """An ISO 4217 code; without it the store's currency."""


class Datastore(Strict):
    """A database of the store."""

    url: str
    """Any SQLAlchemy URL of SQLite, PostgreSQL, MariaDB or MySQL."""
    scan_url: str | None = None
    """A replica on which the residue scan reads."""
    timezone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    """The zone of dates that are written without one, e.g. Asia/Jakarta."""

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The same moment on the wall clock of this datastore."""
        return moment.astimezone(ZoneInfo(self.timezone))


class Hook(Strict):
    """An address of the store that is called by HTTP POST with a JSON body, signed by ``X-Pamitan-Signature``."""

    url: str
    secret: str
    events: list[Literal["erase", "lock", "unlock", "cancel_order"]]
    timeout_seconds: float = 10


class Bar(Strict):
    """How long the identifier of a closed account cannot be used again: ``forever``, ``none`` or e.g. ``90 days``."""

    email: str = "forever"
    phone: str = "none"

    @model_validator(mode="after")
    def durations(self) -> Self:
        for value in (self.email, self.phone):
            if value not in ("forever", "none") and not re.fullmatch(r"\d+ days?", value):
                raise ValueError(f"'{value}' is no duration; write forever, none or e.g. 90 days")
        return self


class Closing(Strict):
    """The rules of the closing itself."""

    withdrawal_days: int = Field(7, ge=0)
    """For so long the customer can undo, counted from when nothing stands in the way."""
    confirm_within_days: int = Field(7, ge=1)
    """A request by mail, phone or chat that is not confirmed for so long expires."""
    wait_for_orders_days: int = Field(60, ge=1)
    """The latest date of "close after delivery"; then the customer is asked."""
    session_life_hours: int = Field(0, ge=0)
    """The declared life of tokens that the shop cannot revoke; the erasure waits for it."""
    bar: Bar = Bar()


class Guard(Strict):
    """The blast-radius guard: a plan beyond these is stopped before the first write."""

    rows_per_account: int = Field(100_000, ge=1)
    table_percent: float = Field(50, gt=0, le=100)
    """Applies to tables of more than 1,000 rows."""


class Choice(Strict):
    """One answer in the contact form."""

    key: str
    label: Text
    closes: bool = False
    """This is what one chooses who wants to close the account."""
    choices: list[Choice] = []


class StoreInfo(Strict):
    """Who the store is."""

    name: str
    url: str = ""
    languages: list[Literal["id", "en", "it"]] = ["en"]
    """The first is the default."""
    country: str = Field("ID", pattern="^[A-Z]{2}$")
    """ISO 3166-1; how phone numbers without a country code are read."""
    currency: str = Field("IDR", pattern="^[A-Z]{3}$")
    timezone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    """In which the pages show times and ``hours`` count."""
    email: str
    """Sends the mails, and receives the answers."""
    phone: str | None = None
    hours: dict[Weekday, Annotated[str, AfterValidator(times_of_day)]] = {}
    """When the desk is open, e.g. mon: 08:00-20:00; a day left out is closed. Without any, nothing is said of hours."""
    complaints: Text | None = None
    """Where a customer can complain, e.g. the data-protection authority."""


class StoreFile(Strict):
    """The whole file."""

    version: Literal[1] = 1
    store: StoreInfo
    datastores: dict[str, Datastore] = Field(min_length=1)
    account: Account
    orders: Annotated[list[Pending], BeforeValidator(as_list)] = []
    subscriptions: list[Pending] = []
    library: Annotated[list[LibraryShelf], BeforeValidator(as_list)] = []
    balances: Annotated[list[Balance], BeforeValidator(as_list)] = []
    map: dict[str, dict[str, Annotated[list[Rule], BeforeValidator(as_list)]]]
    """datastore -> table -> one rule, or several."""
    ignore: dict[str, dict[str, str]] = {}
    """datastore -> table or table.column -> why it holds nothing of a customer. ``*`` stands for any text."""
    hooks: dict[str, Hook] = {}
    closing: Closing = Closing()
    guard: Guard = Guard()
    contact: list[Choice] = []
    """The areas of the contact form; each with topics, each with details. Without it a common set is used."""
    handover_secret: str | None = None
    """Signs the link from the shop's own signed-in page."""
    api_token: str | None = None
    """The shop's bearer token for asking whether an address is barred."""

    @model_validator(mode="after")
    def names_fit(self) -> Self:
        self._check_datastores()
        self._check_hooks()
        self._check_targets()
        self._check_sections()
        return self

    def _check_datastores(self) -> None:
        known = ", ".join(self.datastores)
        for section, names in (("map", self.map), ("ignore", self.ignore)):
            for name in names:
                if name not in self.datastores:
                    raise Misplaced(f"there is no datastore '{name}'; name one of: {known}", section, name)
        if self.account.datastore is None and len(self.datastores) > 1:
            raise Misplaced(f"with several datastores it must say which; add 'datastore', one of: {known}", "account")
        if self.home not in self.datastores:
            raise Misplaced(f"there is no datastore '{self.home}'; name one of: {known}", "account", "datastore")

    def _check_hooks(self) -> None:
        for section, items in (("orders", self.orders), ("subscriptions", self.subscriptions)):
            for index, pending in enumerate(items):
                hook = pending.cancel.hook if pending.cancel else None
                if hook and hook not in self.hooks:
                    raise Misplaced(f"there is no hook '{hook}'; describe it under hooks", section, index, "cancel")

    def _check_targets(self) -> None:
        for datastore, tables in self.map.items():
            for table, rules in tables.items():
                for target in sorted({t for rule in rules for link in rule.link for t in link.targets()}):
                    if target != "account" and target not in tables:
                        raise Misplaced(f"links through '{target}', which is not in the map", "map", datastore, table)

    def _check_sections(self) -> None:
        """What reads the account's datastore goes by a link of its own, or by one of the data map."""
        sections: dict[str, Sequence[Pending | LibraryShelf | Balance | SessionStore]] = {
            "orders": self.orders,
            "subscriptions": self.subscriptions,
            "library": self.library,
            "balances": self.balances,
        }
        for section, items in sections.items():
            for index, item in enumerate(items):
                self._check_way(item.link or [], item.table, section, index)
        for index, session in enumerate(self.account.sessions):
            self._check_way(session.link, session.table, "account", "sessions", index)

    def _check_way(self, links: list[Link], table: str, *place: str | int) -> None:
        mapped = self.map.get(self.home, {})
        if not links and table not in mapped:
            raise Misplaced(f"needs a link: the data map says nothing of its table '{table}'", *place)
        for target in sorted({target for link in links for target in link.targets()}):
            if target != "account" and target not in mapped:
                raise Misplaced(f"links through '{target}', which is not in the map of '{self.home}'", *place)

    @property
    def home(self) -> str:
        """The datastore of the account table."""
        return self.account.datastore or next(iter(self.datastores))

    def links_of(self, datastore: str, table: str) -> list[Link]:
        """The links that the data map gives to a table."""
        return [link for rule in self.map.get(datastore, {}).get(table, []) for link in rule.link]
