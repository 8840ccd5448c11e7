"""What a store file may say, as pydantic models. The field's docstrings are the reference that editors show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    model_validator,
)

from pamitan.storefile.base import Misplaced, Strict, as_list, as_list_or_none, known_zone, time_of_day, times_of_day
from pamitan.storefile.conditions import ALWAYS, AllOf, Condition, Not
from pamitan.storefile.labels import Text
from pamitan.storefile.links import Link, Links, Source, Where
from pamitan.storefile.paths import parse_cell, parse_target
from pamitan.storefile.rules import Rule

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


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
    """A column of the account table, or a value in its JSON (``meta->disabled``)."""
    set: str | int | bool | None = None
    prefix: str | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def one_way(self) -> Self:
        if ("set" in self.model_fields_set) == (self.prefix is not None):
            raise ValueError("a lock change takes either set or prefix")
        if parse_cell(self.column).many:
            raise ValueError(
                f"'{self.column}' stands for many values; a lock change names one, e.g. meta->flags.disabled"
            )
        return self


class SessionStore(Strict):
    """A table of the shop's sessions; those of a customer are deleted when the closure is confirmed."""

    datastore: str | None = None
    """Where the table is; without it beside the account table."""
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
    created: Source | None = None
    where: Where | None = None
    """Which rows are customers at all; leaves out staff."""
    guests: Where | None = None
    """Which rows are nobody's sign-in: a guest, or a second row of the same person. They hold no address against its
    owner, and an ``email`` or ``phone`` link in the table's rule takes them."""
    active: Where | None = None
    """Which customers may sign in. An account that Pamitan itself locked may, whatever this says."""
    lock: list[LockChange] = []
    sessions: list[SessionStore] = []

    @model_validator(mode="after")
    def reachable(self) -> Self:
        if self.email is None and self.phone is None:
            raise ValueError("an account needs an e-mail address or a phone number to be found by")
        if parse_cell(self.id).steps:
            raise ValueError("the account's id is a column of its table; a value in JSON is no key")
        return self

    @property
    def customers(self) -> Condition:
        """Holds for the rows that are customers with a sign-in of their own."""
        guests = [] if self.guests is None else [Not(self.guests)]
        return AllOf((self.where or ALWAYS, *guests))


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
    datastore: str | None = None
    """Where the table is; without it beside the account table."""
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
    datastore: str | None = None
    """Where the table is; without it beside the account table."""
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
    datastore: str | None = None
    """Where the table is; without it beside the account table."""
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
    events: list[Literal["erase", "lock", "unlock", "cancel_order", "ledger_head"]]
    timeout_seconds: float = 10


class Telephone(Strict):
    """The store's telephone system, where it has one that programs can speak with (CTI)."""

    secret: str
    """Signs what we ask of it and what it tells us, as with a hook."""
    dial_url: str | None = None
    """Is posted ``{"event": "dial", "number": ..., "operator": ...}`` when an operator wants to call."""
    timeout_seconds: float = 10


class Sms(Strict):
    """The store's provider of text messages: one-time codes go out by it where ``store.codes_by`` names ``sms``."""

    url: str
    """Is posted ``{"event": "sms", "number": ..., "text": ..., "language": ...}``, the number as E.164."""
    secret: str
    """Signs what we post, as with a hook."""
    timeout_seconds: float = 10
    most_per_hour: int = Field(500, ge=1)
    """So many messages an hour in all: a guard against who asks for codes at the store's expense."""


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
    full_scan_at: Annotated[str, AfterValidator(time_of_day)] | None = None
    """For large databases: the time of the night, e.g. 02:00 in the store's ``timezone``, at which all columns of all
    datastores are searched for all accounts that are due, in one pass. Until then only the mapped tables were. An
    account is closed only after both. Without it every batch searches everything at once."""
    backups_kept_days: int | None = Field(None, ge=1)
    """After so many days the last backup that was made before a closing is gone; the certificates say until when."""
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


class AnswerWithin(Strict):
    """Within how many minutes of opening time the store wants to answer; what waits longer is marked at the desk."""

    chat: int = Field(1, ge=1)
    phone: int = Field(1, ge=1)
    email: int = Field(480, ge=1)


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
    answer_within: AnswerWithin = AnswerWithin()
    conversations_kept_days: int = Field(365, ge=1)
    """So many days after its last word a conversation is deleted; at once when the account is closed."""
    codes_by: list[Literal["email", "sms"]] = Field(["email"], min_length=1)
    """How one-time codes go to a customer: by the first way for which the account has an address."""
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
    """datastore -> table -> one rule, or several. ``*`` in the name of a table or column stands for any text."""
    ignore: dict[str, dict[str, str]] = {}
    """datastore -> table or table.column -> why it holds nothing of a customer. ``*`` stands for any text."""
    hooks: dict[str, Hook] = {}
    telephone: Telephone | None = None
    sms: Sms | None = None
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
        self._check_guests()
        self._check_sections()
        self._check_codes()
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
                    if "*" in target:
                        mend = "a link goes through one table; name it"
                        raise Misplaced(f"links through '{target}': {mend}", "map", datastore, table)
                    if target != "account" and not _is_mapped(target, tables):
                        raise Misplaced(f"links through '{target}', which is not in the map", "map", datastore, table)

    def _check_guests(self) -> None:
        """What says which rows of the account table are guests', and what takes those rows, go together."""
        table = self.account.table
        searched = any(link.email or link.phone for link in self.links_of(self.home, table))
        if self.account.guests is not None and not searched:
            mend = f"add a link by email or phone to a rule of map.{self.home}.{table}"
            raise Misplaced(f"no link takes the rows of guests; {mend}", "account", "guests")
        if searched and self.account.guests is None:
            sentence = (
                "a link by email or phone takes no other account's row; say by account.guests which rows are guests'"
            )
            raise Misplaced(sentence, "map", self.home, table)

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
                self._check_way(item.datastore, item.link or [], item.table, section, index)
        for index, session in enumerate(self.account.sessions):
            self._check_way(session.datastore, session.link, session.table, "account", "sessions", index)

    def _check_codes(self) -> None:
        """Codes by text message need a provider and a number; a provider without them is a mistake as well."""
        by_sms = "sms" in self.store.codes_by
        if by_sms and self.sms is None:
            mend = "describe its hook under 'sms', or take sms out"
            raise Misplaced(f"codes by sms need a provider; {mend}", "store", "codes_by")
        if by_sms and self.account.phone is None:
            raise Misplaced("codes by sms need a number; name it under account.phone", "store", "codes_by")
        if self.sms is not None and not by_sms:
            raise Misplaced("nothing is sent by it; write codes_by: [email, sms] under 'store'", "sms")

    def _check_way(self, datastore: str | None, links: list[Link], table: str, *place: str | int) -> None:
        where = datastore or self.home
        if where not in self.datastores:
            known = ", ".join(self.datastores)
            raise Misplaced(f"there is no datastore '{where}'; name one of: {known}", *place, "datastore")
        mapped = self.map.get(where, {})
        if not links and not _is_mapped(table, mapped):
            raise Misplaced(f"needs a link: the data map says nothing of its table '{table}'", *place)
        for target in sorted({target for link in links for target in link.targets()}):
            if target != "account" and not _is_mapped(target, mapped):
                raise Misplaced(f"links through '{target}', which is not in the map of '{where}'", *place)

    @property
    def home(self) -> str:
        """The datastore of the account table."""
        return self.account.datastore or next(iter(self.datastores))

    def names_account(self, target: str, datastore: str) -> bool:
        """Whether a link's target is the account's id, be it with a fixed text around it."""
        account, named = self.account, parse_target(target)
        place = f"{named.table}.{named.cell}"
        ids = {"account.id", f"account.{account.id}"}
        return place in ids or (datastore == self.home and place == f"{account.table}.{account.id}")

    def links_of(self, datastore: str, table: str) -> list[Link]:
        """The links that the data map gives to a table."""
        return [link for rule in self.map.get(datastore, {}).get(table, []) for link in rule.link]


def _is_mapped(table: str, mapped: Iterable[str]) -> bool:
    """Whether the data map names the table, by itself or by a pattern."""
    return any(table == name or ("*" in name and fnmatchcase(table, name)) for name in mapped)
