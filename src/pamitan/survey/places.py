"""Where something personal stands: told by names, by types, by what the values are, and by whose values they are.

The last of these is the surest: in a row that is tied to an account, that account's own address, number, name or street
is looked for in every column, decoded. Rows that no tie leads to are searched for what is known of all the customers
of the sample.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pamitan.content.patterns import Matcher, Needle, needles
from pamitan.content.search import hits_in
from pamitan.stores.sampling import Row
from pamitan.stores.schema import Table
from pamitan.survey.found import Personal, Place
from pamitan.survey.pairs import key_value_columns
from pamitan.survey.reading import Reading
from pamitan.survey.unfold import Format, Leaf
from pamitan.survey.values import Told, are_random, email_hashes, looks_like_birth_dates, told_by
from pamitan.survey.words import Kind, is_of_third_persons, is_staff, kind_of, may_be_free_text, spelt

_KNOWN = {"email": "e-mail address", "phone": "phone number", "name": "name", "address": "address", "id": "id"}
_IDENTIFYING: dict[Kind, str] = {"email": "email", "phone": "phone", "name": "name", "address": "address"}
_TYPES_OF: dict[Kind, set[str]] = {
    "birth date": {"date", "datetime", "text", "integer", "other"},
    "location": {"float", "decimal", "text", "other", "json"},
}
_TEXTS = {"text", "json", "other", "uuid", "binary", "integer", "decimal", "choice"}
_MOST_PLACES = 150
_OF_TOKENS = re.compile(r"_(token|tokens|otp|otps|reset|resets|activation|verification|magic_link|pin|pins)_")
_IS_KEY = re.compile(r"^_(code|key|hash|value|digest|selector|validator)_$")
RANDOM_VALUES = "random values, as secret links have"
_MAY_BE_SECRET = re.compile(r"_(key|hash|token|code|secret|link|salt|nonce|verifier|cookie)_$")
_STATE_OF_WORK = re.compile(
    r"^(new|open|closed|complete|pending|paid|placed|process|cancel|deliver|ship|draft|active|done|sent|sale|posted|"
    r"confirm|assign|wait|ready|refus|approv|reject|fail|success|authori|captur|void|expired|return|hold|error|finish)",
    re.IGNORECASE,
)
_BARE_NAME = re.compile(r"^_(name|nama|nome|nom|nombre|naam)_$")
_OWNERS = 3
"""Owners who all have one value that is therefore none of theirs."""
_MAY_BE_NUMBERS = {"phone", "card or bank number", "identity number", "location", "birth date", "ip address"}
_UNMISTAKABLE = {"email", "ip address", "user agent"}
_MANY = 5
_SAYS_LITTLE = {"name", "value", "code", "id", "type", "title", "number", "label", "text", "key", "line", "state"}
_MERE_CONTAINERS = {
    "data",
    "payload",
    "meta",
    "metadata",
    "attributes",
    "properties",
    "context",
    "extra",
    "body",
    "value",
}
_MERE_CONTAINERS |= {"json", "info", "details", "detail", "params", "fields", "custom_fields", "content", "document"}
_MERE_CONTAINERS |= {"customer", "user", "member", "person", "profile", "contact", "recipient", "buyer", "client"}


@dataclass
class Held:
    """What one place holds in the sample: the row's number and the value, one for each value."""

    place: Place
    format: Format
    values: list[tuple[int, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What is known of some customers: what to look for, and whose it is."""

    of: Mapping[Needle, Mapping[str, frozenset[tuple[str, Place]]]]
    """For each needle its accounts, and the places where the sample says so."""
    hashes: frozenset[str]

    def tells(self, needle: Needle, owner: str, table: str, place: Place) -> bool:
        """Whether it is known of that account from some other place than this one."""
        return bool(self.of[needle].get(owner, frozenset()) - {(table, place)})

    def matcher(self, owners: Iterable[str | None] | None = None) -> Matcher:
        """Looks for the values of these accounts; without any for all that is telling by itself."""
        if owners is None:
            return Matcher(needle for needle in self.of if needle.strong)
        wanted = {owner for owner in owners if owner}
        return Matcher(needle for needle, of in self.of.items() if not wanted.isdisjoint(of))


def known_people(reading: Reading, personal: Mapping[str, Sequence[Personal]]) -> Known:
    """What the sampled rows say of the accounts: in the account table, and in other places already found out."""
    of: defaultdict[Needle, defaultdict[str, set[tuple[str, Place]]]] = defaultdict(lambda: defaultdict(set))
    addresses: list[str] = []
    for table, found in personal.items():
        pair = key_value_columns(reading, reading.schema.table(table))
        whole = [one for one in found if _says_who(one)]
        rows = reading.samples[table].found
        owners = reading.owners(table, rows) if whole else []
        for row, owner in zip(rows, owners, strict=False):
            if owner:
                for kind, value, place in _particulars(reading, row, whole, pair):
                    for needle in needles(kind, value, reading.country):
                        of[needle][owner].add((table, place))
                    addresses += [value] if kind == "email" else []
    few = {
        needle: {owner: frozenset(places) for owner, places in owners.items()}
        for needle, owners in of.items()
        if len(owners) <= 12
    }
    return Known(few, email_hashes(addresses))


def _says_who(one: Personal) -> bool:
    """Whether its values are the account's particulars: told by its own name too, not merely met there."""
    called = kind_of(one.place.key or _last_step(one.place), in_persons_table=True)
    is_whole = not one.inside and not one.derived and one.confidence >= 0.7
    return one.kind in _IDENTIFYING and is_whole and (called == one.kind or one.kind == "email")


def _particulars(
    reading: Reading, row: Row, whole: Sequence[Personal], pair: tuple[str, str] | None
) -> Iterator[tuple[str, str, Place]]:
    names: list[tuple[str, Place]] = []
    for one in whole:
        if one.place.key is not None and not (pair and str(row[pair[0]]) == one.place.key):
            continue
        for value in reading.values(row, one.place):
            yield _IDENTIFYING[one.kind], str(value), one.place
            if one.kind == "name" and "user" not in spelt(one.place.column):
                names.append((str(value), one.place))
    for (first, place), (last, _place) in pairwise(names):
        yield "name", f"{first} {last}", place


class TablePlaces:
    """The places of one table, with what they hold."""

    def __init__(self, reading: Reading, table: Table, is_tied: bool) -> None:
        self.reading = reading
        self.table = table
        self.is_tied = is_tied
        self.rows = reading.samples[table.name].found
        self.pairs = key_value_columns(reading, table)
        self.held = self._held()
        self.is_of_persons = self._is_of_persons()
        self.has_address = any(
            re.search(r"_(street|city|post_code|postal|zip|address|line|kota)_", spelt(c)) for c in table.columns
        )
        self._told: dict[Place, Told | None] = {}
        self.met = False
        """Whether something of a known customer stands in it."""

    def _held(self) -> dict[Place, Held]:
        found: dict[Place, Held] = {}
        for column in self.table.columns:
            found[Place(column)] = Held(Place(column), "plain")
        for number, row in enumerate(self.rows):
            for column in self.table.columns:
                for leaf in (
                    self.reading.leaves(row, column) if isinstance(row[column], (str, bytes)) else _bare(row[column])
                ):
                    place = self._place(row, column, leaf.path)
                    if place in found or len(found) < _MOST_PLACES + len(self.table.columns):
                        found.setdefault(place, Held(place, leaf.format)).values.append((number, leaf.value))
        return found

    def _place(self, row: Row, column: str, path: str) -> Place:
        key = str(row[self.pairs[0]]) if self.pairs and column == self.pairs[1] else None
        return Place(column, path, key)

    def _is_of_persons(self) -> bool:
        """Whether a row is about a person: it has an e-mail address, a phone number or the name of one."""
        kinds = [kind_of(place.key or _last_step(place)) for place in self.held]
        strong = Counter(kind for kind in kinds if kind in ("email", "phone", "name", "address", "birth date"))
        own = self.table.name == self.reading.account.table
        return own or (self.is_tied and sum(strong.values()) >= 2) or (strong["email"] > 0 and strong["name"] > 0)

    def personal(self, known: Known) -> Iterator[Personal]:
        """The personal places. ``known``: what is known of customers so far."""
        if not self.is_tied and (
            is_staff(self.table.name) or self.table.name in self.reading.other_people or self._is_of_staff()
        ):
            return
        hits = self._hits(known)
        self.met = bool(hits)
        for place, held in self.held.items():
            found = self._one(place, held, hits.get(place), known)
            if found is not None:
                yield found

    def strays(self, known: Known) -> list[str]:
        """The columns in which a customer's address or number stands, in rows that no tie gives to anybody."""
        owners = self.reading.owners(self.table.name, self.rows) if self.is_tied else []
        texts = [c.name for c in self.table.columns.values() if c.kind in ("text", "json", "other")]
        rows = [row for row, owner in zip(self.rows, owners, strict=False) if owner is None]
        return [column for column in texts if rows and self._names_anybody(known, [row[column] for row in rows])]

    def _names_anybody(self, known: Known, cells: Sequence[Any]) -> bool:
        texts = [cell if isinstance(cell, bytes) else str(cell) for cell in cells if cell not in (None, "")]
        hits = hits_in(known.matcher(), {"": texts}) if texts else {}
        return any(hit.needle.kind in ("email", "phone") for found in hits.values() for _cell, hit in found)

    def _is_of_staff(self) -> bool:
        """Whether it hangs on a table of staff: their sign-ins and tokens are not customers'."""
        targets = {self.reading.names.table_of(column, self.table.name) for column in self.table.columns}
        targets |= {key.target for key in self.table.foreign_keys}
        people = {
            t for t in targets if t and t != self.reading.account.table and (is_staff(t) or self._is_other_account(t))
        }
        return bool(people)

    def _is_other_account(self, name: str) -> bool:
        return name in self.reading.other_people

    def _one(self, place: Place, held: Held, hit: _Hits | None, known: Known) -> Personal | None:
        column = self.table.columns[place.column]
        called = place.key or _last_step(place)
        values = [value for _number, value in held.values]
        derived = column.generated or "vector" in column.sql_type.lower() or "search_text" in spelt(place.column)
        if (
            not place.path
            and place.key is None
            and any(p.column == place.column and (p.path or p.key) for p in self.held)
        ):
            values = [value for value in values if value is not None]
            if not values:
                return None
        by_hit = self._by_hit(place, held, hit, derived)
        if by_hit is None and self._is_the_shops(held):
            return None
        by_value = self._by_value(place, values, column.kind, called, known)
        by_name = self._by_name(called, column.kind, values, is_inner=bool(place.path or place.key))
        best = self._best(by_hit, by_value, by_name)
        if best is None and derived and self.is_tied and "vector" in column.sql_type.lower():
            best = "free text", 0.8, "a search vector, made of other columns", True
        if best is None:
            return self._free_text(place, held, values, called, derived)
        kind, confidence, reason, inside = best
        return Personal(
            self.table.name,
            place,
            kind,
            confidence,
            reason,
            inside or derived,
            not values,
            by_hit is not None or by_value is not None,
            derived,
            held.format,
            by_hit is not None,
        )

    def _is_the_shops(self, held: Held) -> bool:
        """Whether one address or number stands in the rows of several owners, and hardly another: the shop's own."""
        texts = {str(value) for _number, value in held.values}
        if not self.is_tied or len(texts) * _OWNERS > len(held.values) or not any(map(_is_contact, texts)):
            return False
        owners = self.reading.owners(self.table.name, self.rows)
        return len({owners[number] for number, _value in held.values if owners[number]}) >= _OWNERS

    def _best(
        self, by_hit: _Guess | None, by_value: _Guess | None, by_name: _Guess | None
    ) -> tuple[Kind, float, str, bool] | None:
        guesses = [guess for guess in (by_hit, by_value, by_name) if guess]
        if not guesses:
            return None
        reason = "; ".join(dict.fromkeys(guess.reason for guess in guesses))
        confidence = max(guess.confidence for guess in guesses)
        if len(guesses) > 1:
            confidence = min(0.99, confidence + 0.04)
        whole = by_value if by_value and by_name and self._is_surer(by_value, by_name) else by_name or by_value
        chosen = by_hit if by_hit and (not by_hit.inside or whole is None or whole.inside) else whole or guesses[0]
        named = by_name if by_name and by_hit and not by_hit.inside and by_name.kind in _IDENTIFYING else chosen
        return named.kind, round(confidence, 2), reason, chosen.inside

    def _is_surer(self, by_value: _Guess, by_name: _Guess) -> bool:
        """The values say it better where a ``recipient`` may be an address, a ``remote_address`` a network one."""
        return by_name.kind == "person" or (by_value.kind in _UNMISTAKABLE and by_value.confidence >= 0.85)

    def _by_name(self, called: str, column_kind: str, values: Sequence[Any], *, is_inner: bool) -> _Guess | None:
        if not (self.is_tied or (self.is_of_persons and self.met)):
            return None
        kind = kind_of(called, in_persons_table=self.is_of_persons)
        if kind is None and _IS_KEY.search(spelt(called)) and _OF_TOKENS.search(spelt(self.table.name)):
            kind = "secret"
        if kind is None and _MAY_BE_SECRET.search(spelt(called)) and are_random(values):
            return _Guess("secret", 0.6, RANDOM_VALUES)
        if kind is None or (not is_inner and column_kind not in _TYPES_OF.get(kind, _TEXTS)):
            return None
        if self._belies(kind, called, column_kind, values):
            return None
        confidence = 0.85 if self.is_tied else 0.65
        if not values:
            return _Guess(kind, confidence - 0.2, f"called as {_a(kind)}; no values in the sample")
        return _Guess(kind, confidence, f"called as {_a(kind)}")

    def _belies(self, kind: Kind, called: str, column_kind: str, values: Sequence[Any]) -> bool:
        """Whether the type or the values say that it cannot be what it is called after."""
        if column_kind in ("integer", "decimal") and kind not in _MAY_BE_NUMBERS:
            return True
        if kind == "address" and re.search(r"_(state|region|zone)_$", spelt(called)):
            return self._is_of_another_sort(values)
        if kind == "email":
            return bool(values) and not any("@" in str(value) for value in values)
        if kind == "identity number":
            return column_kind != "text" and "_vat_" in spelt(called)
        return kind == "name" and bool(_BARE_NAME.match(spelt(called))) and self._is_of_a_thing(values)

    def _is_of_a_thing(self, values: Sequence[Any]) -> bool:
        """Whether they are numbers of orders, or names of products: with digits, or the same in most rows."""
        texts = [str(value) for value in values]
        with_digits = sum(1 for text in texts if any(map(str.isdigit, text)))
        return len(texts) >= _MANY and (with_digits > len(texts) * 0.6 or len(set(texts)) < len(texts) * 0.4)

    def _is_of_another_sort(self, values: Sequence[Any]) -> bool:
        """Whether a state is that of an order and not of a federation."""
        return not self.has_address or any(_STATE_OF_WORK.search(str(value)) for value in values[:50])

    def _by_value(
        self, place: Place, values: Sequence[Any], column_kind: str, called: str, known: Known
    ) -> _Guess | None:
        if known.hashes and any(str(value).lower() in known.hashes for value in values[:200]):
            return _Guess("e-mail hash", 0.95, "hashes of customers' e-mail addresses")
        if place not in self._told:
            self._told[place] = told_by(values, self.reading.country)
        told = self._told[place]
        if told is not None:
            if told.kind == "secret" and not self.is_tied:
                return None
            if told.kind in ("location", "address", "phone", "identity number") and not (
                self.is_tied or self.is_of_persons
            ):
                return None
            if told.kind == "email" and not (self.is_tied or self.met or len(set(values)) >= _MANY):
                return None
            third = ", perhaps of third persons" if told.kind == "email" and is_of_third_persons(called) else ""
            inside = told.what.endswith("inside text")
            return _Guess(
                told.kind,
                0.7 + 0.25 * told.share,
                f"{told.share:.0%} of the sampled values are {told.what}{third}",
                inside,
            )
        if (self.is_tied and self.is_of_persons) and column_kind in ("date", "text") and looks_like_birth_dates(values):
            return _Guess("birth date", 0.6, "dates as people are born on")
        return None

    def _by_hit(self, place: Place, held: Held, hits: _Hits | None, derived: bool) -> _Guess | None:
        if hits is None:
            return None
        kinds = " and ".join(sorted({_KNOWN[kind] for kind in hits.kinds}))
        reason = (
            f"the customer's own {kinds} in {hits.rows} of {len(held.values)} sampled values"
            if self.is_tied
            else f"{kinds} of customers in {hits.rows} sampled values"
        )
        kind = hits.kinds.most_common(1)[0][0]
        inside = hits.whole < hits.rows * 0.5
        return _Guess(_AS_KIND[kind] if not inside else "free text", 0.95 if self.is_tied else 0.8, reason, inside)

    def _free_text(
        self, place: Place, held: Held, values: Sequence[Any], called: str, derived: bool
    ) -> Personal | None:
        """What people write may hold anything; a doubt, where the table is a customer's and the text is prose."""
        if not self.is_tied or not may_be_free_text(called):
            return None
        prose = [value for value in values if isinstance(value, str) and value.count(" ") >= 2]
        if len(prose) < max(1, len(values) * 0.3) or len(set(prose)) < max(1, len(prose) * 0.3):
            return None
        reason = "free text in a customer's row; nothing personal in the sample"
        return Personal(self.table.name, place, "free text", 0.4, reason, True, False, False, derived, held.format)

    def _hits(self, known: Known) -> dict[Place, _Hits]:
        """Where customers' values stand: the row's own customer's, else anybody's that is telling by itself."""
        owners = self.reading.owners(self.table.name, self.rows) if self.is_tied else [None] * len(self.rows)
        is_owned = any(owners)
        matcher = known.matcher(owners) if is_owned else known.matcher()
        places = [
            place
            for place, held in self.held.items()
            if any(isinstance(v, (str, bytes)) or place_is_number(v) for _n, v in held.values)
        ]
        cells = {
            str(index): [value if isinstance(value, bytes) else str(value) for _n, value in self.held[place].values]
            for index, place in enumerate(places)
        }
        own: defaultdict[Place, _Hits] = defaultdict(_Hits)
        others: Counter[Place] = Counter()
        for row, found in hits_in(matcher, cells).items():
            by_place: dict[Place, list[Any]] = {}
            for index, hit in found:
                by_place.setdefault(places[int(index)], []).append(hit)
            for place, hits in by_place.items():
                number = self.held[place].values[row][0]
                owner = owners[number]
                mine = [hit for hit in hits if self._is_mine(known, hit.needle, owner, place)]
                if mine:
                    own[place].count(mine)
                else:
                    others[place] += 1
        return {
            place: hits for place, hits in own.items() if self._is_told(hits, others[place], is_owned, self.held[place])
        }

    def _is_mine(self, known: Known, needle: Needle, owner: str | None, place: Place) -> bool:
        return known.tells(needle, owner, self.table.name, place) if owner else needle.strong

    def _is_told(self, hits: _Hits, others: int, is_owned: bool, held: Held) -> bool:
        """Whether these are more hits than chance makes."""
        if hits.kinds["email"] or hits.kinds["phone"] or hits.kinds["id"]:
            return True
        if not is_owned:
            return hits.rows >= 3 and hits.rows >= 0.05 * len(held.values)
        if hits.strong >= 1 and hits.rows > others:
            return True
        is_written = others == 0 and may_be_free_text(_last_step(held.place))
        return hits.rows > others and (hits.rows >= 2 or (is_written and hits.rows * 2 >= len(held.values)))


@dataclass(frozen=True)
class _Guess:
    kind: Kind
    confidence: float
    reason: str
    inside: bool = False


@dataclass
class _Hits:
    """Customers' values found at one place."""

    rows: int = 0
    whole: int = 0
    strong: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def count(self, hits: Sequence[Any]) -> None:
        self.rows += 1
        self.whole += any(hit.whole for hit in hits)
        self.strong += any(hit.needle.strong for hit in hits)
        self.kinds.update({hit.needle.kind for hit in hits})


_AS_KIND: dict[str, Kind] = {"email": "email", "phone": "phone", "name": "name", "address": "address", "id": "person"}


def _is_contact(text: str) -> bool:
    return "@" in text or bool(re.fullmatch(r"\+[\d\s().-]{7,20}", text))


def place_is_number(value: Any) -> bool:
    """Whether it is a number so long that it may be a phone's."""
    return isinstance(value, int) and value > 10_000_000


def _a(kind: Kind) -> str:
    return f"an {kind}" if kind[0] in "aei" else f"a {kind}"


def _last_step(place: Place) -> str:
    """What a place is called: the last key of its path, with what stands before it where that key alone says little."""
    steps = [place.column, *(step.strip('"') for step in place.path.replace("[]", ".").split(".") if step)]
    if len(steps) > 1 and steps[-1].casefold() in _SAYS_LITTLE and steps[-2].casefold() not in _MERE_CONTAINERS:
        return f"{steps[-2]}_{steps[-1]}"
    return steps[-1]


def _bare(value: Any) -> Iterator[Leaf]:
    if value is not None:
        yield Leaf("", value, "plain")
