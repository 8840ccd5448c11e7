"""Draws one table: how its rows are tied to people, what stands in them, and what the store file says of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.store.any_schema.contents import CLEAR, PIECES, Piece, line
from tests.store.any_schema.model import (
    EMAIL,
    NAME,
    PHONE,
    Becomes,
    Column,
    ForeignKey,
    Person,
    Row,
    Rule,
    Shop,
    Table,
)
from tests.store.any_schema.people import STRANGER, chance, typed_email, typed_phone

STATUSES = ("open", "done")
JSON_PLACES: list[tuple[str, Callable[[Any], Any]]] = [
    ("id", lambda known: {"id": known, "n": 1}),
    ("customer.id", lambda known: {"customer": {"id": known}, "id": "other"}),
    ("members[].id", lambda known: {"members": [{"id": "x"}, {"id": known}]}),
    ("[].id", lambda known: [{"id": known}]),
    ("a[0].b", lambda known: {"a": [{"b": known}, {"b": "y"}]}),
    ('"a.b".c', lambda known: {"a.b": {"c": known}}),
]
AROUND = [("user:", ""), ("gid://shop/Customer/", ""), ("", "@shop"), ("a'%_", "b")]
NOBODYS_UUID = "0e0e0e0e-1111-4222-8333-444455556666"
ON_DELETE = (None, "CASCADE", "SET NULL")


class Drawing:
    """One table on its way."""

    def __init__(self, draw: st.DrawFn, shop: Shop, name: str) -> None:
        self._draw = draw
        self._shop = shop
        self._home = not chance(draw, 8)
        self._table = Table(name, (), Column("no", "integer", null=False), Column("amount", "integer", null=False))
        self._table.other = not self._home
        self._bound: list[tuple[str, ...]] = []
        """Columns with a foreign key to rows that may be deleted."""
        self._cut: list[str] = []
        """Columns that may be set to NULL, to tie a row to nobody."""
        self._told: list[str] = []
        """Columns of links that themselves tell who the person is."""
        self._fates = ["delete", "change", "keep", "split"]

    def table(self) -> Table:
        """The table, with its rows and rules."""
        self._key()
        self._link()
        if self._table.mentions:
            return self._table
        pieces = self._draw(
            st.lists(st.sampled_from(PIECES), min_size=1, max_size=3, unique_by=lambda p: p.column.name)
        )
        for piece in pieces:
            self._add(piece)
        self._rules(pieces)
        if chance(self._draw, 4):
            self._files()
        self._itself()
        return self._table

    # keys

    def _key(self) -> None:
        kind = self._draw(st.sampled_from(["id", "id", "pair", "unique", "none"]))
        names = {"id": ("id",), "unique": ("id",), "pair": ("shop", "number"), "none": ()}[kind]
        for name in names:
            self._table.add(Column(name, "integer", null=False))
        self._table.key, self._table.primary = names, kind != "unique"

    def _new_row(self, owner: int | None, values: dict[str, Any], **more: Any) -> Row:
        no = len(self._table.rows) + 1
        values |= {"no": no, "amount": 100 * no} | dict.fromkeys(self._table.key, no)
        if "shop" in self._table.key:
            values["shop"] = no % 2
        row = Row(values, owner, **more)
        self._table.rows.append(row)
        return row

    # links

    def _link(self) -> None:
        near = [t for t in self._shop.tables if t.other == self._table.other and not t.mentions]
        parents = [t for t in near if t.key and t.rows]
        ways = [self._to_customer, self._to_customer, self._by_email, self._by_phone, self._polymorphic]
        ways += [self._key_value, self._sessions, self._in_json, self._in_text, self._mentions]
        ways += [self._to_parent] * 3 * bool(parents) + [self._reverse] * bool(parents)
        self._parents = parents
        if not self._table.key:
            self._fates = ["delete", "change"]  # a law can keep no row without a key: it could not be found again
        self._draw(st.sampled_from(ways))()

    def _owners(self) -> list[Person | None]:
        """Whose the rows are, drawn: of customers, of staff, of nobody."""
        return self._draw(st.lists(st.sampled_from([*self._shop.people, None]), min_size=1, max_size=6))

    def _to_customer(self) -> None:
        """A plain column with the account's id: with a foreign key, without one, as another type."""
        parent = self._shop.tables[0]
        enforced = self._home and self._draw(st.booleans())
        column = self._shop.id_column("Customer Id", null=self._draw(st.booleans()))
        as_text = column.type == "integer" and not enforced and chance(self._draw, 3)
        if as_text:
            column = Column(column.name, "varchar", column.null, 40)
        self._table.add(column)
        self._table.links = [{"on": {column.name: "account.id"}}]
        self._may_cut(column)
        self._tells(column)
        if enforced:
            self._bind((column.name,), parent, ("id",))
        nobody = None if column.null else self._nobody(column, enforced)
        for person in self._owners():
            if person is None and nobody is None and not column.null:
                continue
            value = nobody if person is None else str(person.id) if as_text else person.id
            self._new_row(person.number if person else None, {column.name: value})

    def _nobody(self, column: Column, enforced: bool) -> Any:
        if enforced or column.type == "uuid":
            return None
        return 0 if column.type == "integer" else "0"

    def _by_email(self) -> None:
        """Guests' rows; some are a customer's by another link, and hold perhaps somebody else's address."""
        self._guests(Column("Email", "varchar"), EMAIL, typed_email)

    def _by_phone(self) -> None:
        self._guests(Column("contact", "varchar"), PHONE, typed_phone)

    def _guests(self, column: Column, kind: str, typed: Any) -> None:
        own = self._shop.id_column("customer_id")
        self._table.add(column)
        self._table.add(own)
        self._table.links = [{"on": {own.name: "account.id"}}, {kind: column.name}]
        self._table.personal[column.name] = kind
        self._may_cut(own)
        self._tells(own)
        self._told.append(column.name)
        self._cut.append(column.name)
        for person in self._owners():
            as_guest = self._draw(st.booleans())
            known = person is not None and not as_guest
            mentioned = self._draw(st.sampled_from([person, person, *self._shop.people])) if known else person
            values = {column.name: typed(self._draw, mentioned or STRANGER)}
            values[own.name] = None if as_guest or person is None else person.id
            mapped = person is not None and not person.staff
            self._new_row(
                person.number if person else None, values, needs=frozenset({kind} if as_guest else ()), mapped=mapped
            )

    def _polymorphic(self) -> None:
        """(sort, id): the same id means another thing in rows of another sort."""
        ref = self._shop.id_column("Ref", null=False)
        self._table.add(Column("sort", "varchar", null=False, length=20))
        self._table.add(ref)
        self._table.links = [{"on": {ref.name: "account.id"}, "where": {"sort": "customer"}}]
        self._tells(ref)
        for person in self._owners():
            sort = self._draw(st.sampled_from(["customer", "customer", "product"]))
            target = person or self._shop.people[0]
            if person is not None and sort == "customer":
                self._new_row(person.number, {"sort": sort, ref.name: person.id})
            else:
                self._new_row(None, {"sort": "product", ref.name: NOBODYS_UUID if self._shop.has_uuids else target.id})

    def _key_value(self) -> None:
        """(entity, key, value): only some of the keys are personal."""
        entity = self._shop.id_column("entity_id", null=False)
        self._table.add(entity)
        self._table.add(Column("attribute", "varchar", null=False, length=20))
        self._table.links = [{"on": {entity.name: "account.id"}, "where": {"attribute": ["phone", "birthday"]}}]
        self._tells(entity)
        for person in filter(None, self._owners()):
            attribute = self._draw(st.sampled_from(["phone", "birthday", "theme"]))
            owner = None if attribute == "theme" else person.number
            self._new_row(owner, {entity.name: person.id, "attribute": attribute})

    def _sessions(self) -> None:
        """Opaque values with the account's id inside."""
        kind = self._draw(st.sampled_from(["json", "php-serialised"]))
        self._table.add(Column("session", "text"))
        self._table.links = [{"blob": {"column": "session", "format": kind, "path": "user.id"}}]
        self._fates = ["delete"]
        for person in self._owners():
            known = person.id if person else 0
            text = json.dumps({"user": {"id": known}, "n": 1}) if kind == "json" else _php(known)
            self._new_row(person.number if person else None, {"session": text})

    def _in_json(self) -> None:
        """The account's id is in JSON, in a column of that type or in a text; alone or in a list."""
        # in another database than the accounts', any other id in a list is taken for somebody who stays
        places = [place for place in JSON_PLACES if self._home or place[0] != "members[].id"]
        path, wrap = self._draw(st.sampled_from(places))
        column = Column("about", self._draw(st.sampled_from(["json", "text"])))
        self._table.add(column)
        self._table.links = [{"on": {f"about->{path}": "account.id"}}]
        self._told += ["about"] if self._shop.has_uuids else []
        self._cut.append("about")
        as_text = self._draw(st.booleans())
        for person in self._owners():
            known = None if person is None else str(person.id) if as_text else person.id
            broken = person is None and column.type == "text"
            value = self._draw(st.sampled_from([None, "no JSON {", "[1, 2", ""])) if broken else json.dumps(wrap(known))
            self._new_row(person.number if person else None, {"about": value})

    def _in_text(self) -> None:
        """A text stands around the account's id."""
        before, after = self._draw(st.sampled_from(AROUND))
        self._table.add(Column("tag", "varchar"))
        self._table.links = [{"on": {"tag": f"{before}{{account.id}}{after}"}}]
        self._told += ["tag"] if self._shop.has_uuids else []
        self._cut.append("tag")
        for person in self._owners():
            value = (
                f"{before}{person.id}{after}" if person else self._draw(st.sampled_from([None, before, "user:", "x"]))
            )
            self._new_row(person.number if person else None, {"tag": value})

    def _mentions(self) -> None:
        """A log of the shop's, with one person or several in a line."""
        self._table.add(Column("line", "text"))
        self._table.links = [{"mentions": "line"}]
        self._table.rules = [Rule({"redact": ["line"]})]
        for _row in range(self._draw(st.integers(1, 5))):
            everybody = st.sampled_from([*self._shop.people, STRANGER])
            # the same name twice, side by side, would become one word: its parts also make the name the other way round
            people = self._draw(st.lists(everybody, min_size=1, max_size=3, unique_by=lambda p: p.name))
            tells = tuple(self._told_of(person) for person in people)
            row = self._new_row(None, {}, tells=tells)
            row.values["line"] = line(row, [piece for _number, _kind, piece in tells])

    def _told_of(self, person: Person) -> tuple[int, str, str]:
        kind = self._draw(st.sampled_from([EMAIL, PHONE, NAME]))
        if kind == NAME:
            return person.number, kind, person.name
        typed = typed_email if kind == EMAIL else typed_phone
        return person.number, kind, typed(self._draw, person).strip()

    def _to_parent(self) -> None:
        """Rows of rows, by one column or several, enforced or not."""
        parent = self._draw(st.sampled_from(self._parents))
        enforced, null = self._draw(st.booleans()), self._draw(st.booleans())
        columns = tuple(f"up_{name}" for name in parent.key)
        for name, theirs in zip(columns, parent.key, strict=True):
            self._table.add(dataclasses.replace(parent.columns[theirs], name=name, null=null))
            self._may_cut(self._table.columns[name])
            if parent is self._shop.tables[0]:
                self._tells(self._table.columns[name])
        pairs = dict(zip(columns, parent.key, strict=True))
        self._table.links = [{"on": {own: f"{parent.name}.{theirs}" for own, theirs in pairs.items()}}]
        if enforced:
            self._bind(columns, parent, parent.key)
        for up in self._draw(st.lists(st.sampled_from(parent.rows), min_size=1, max_size=6)):
            values = {own: up.values[theirs] for own, theirs in pairs.items()}
            self._new_row(up.owner, values, needs=up.needs, mapped=parent.rule_of(up) is not None, sharers=up.sharers)
        if len(self._table.key) == 1 and self._draw(st.booleans()):
            self._back(parent, columns)

    def _back(self, parent: Table, columns: tuple[str, ...]) -> None:
        """The parent points back at one of its rows, by a foreign key: a circle."""
        own, latest = self._table.key[0], Column(f"latest {self._table.name}", "integer")
        parent.add(latest)
        for up in parent.rows:
            mine = [r for r in self._table.rows if [r.values[c] for c in columns] == [up.values[k] for k in parent.key]]
            up.values[latest.name] = mine[-1].values[own] if mine else None
        parent.foreign_keys.append(ForeignKey((latest.name,), self._table.name, (own,)))
        for rule in parent.rules:
            rule.cut(latest.name)

    def _reverse(self) -> None:
        """A parent's row points at a row in here, as an order does at its address."""
        parent = self._draw(st.sampled_from(self._parents))
        enforced = len(self._table.key) == 1 and self._draw(st.booleans())
        if not self._table.key:
            self._table.add(Column("code", "integer", null=False))
        own = self._table.key[-1] if self._table.key else "code"
        column = Column(f"{self._table.name} ref", "integer")
        parent.add(column)
        self._table.links = [{"on": {own: f"{parent.name}.{column.name}"}}]
        one_each = len(self._table.key) == 1
        share = one_each and all(row.owner and row.mapped and not row.needs and not row.sharers for row in parent.rows)
        for up in parent.rows:
            up.values[column.name] = None
            others = [row for row in self._table.rows if row.owner and row.mapped]
            if share and others and up.owner and chance(self._draw, 2):
                shared = self._draw(st.sampled_from(others))
                up.values[column.name] = shared.values[own]
                shared.sharers |= {up.owner} - {shared.owner}
            elif self._draw(st.booleans()):
                found = parent.rule_of(up) is not None
                row = self._new_row(up.owner, {own: 0}, needs=up.needs, mapped=found, sharers=up.sharers)
                row.values[own] = up.values[column.name] = len(self._table.rows)
        if enforced:
            parent.foreign_keys.append(ForeignKey((column.name,), self._table.name, (own,)))
            for rule in parent.rules:
                rule.cut(column.name)

    # what the links ask of the rules

    def _bind(self, columns: tuple[str, ...], parent: Table, target: tuple[str, ...]) -> None:
        null = all(self._table.columns[name].null for name in columns)
        on_delete = self._draw(st.sampled_from(ON_DELETE if null else ON_DELETE[:2]))
        self._table.foreign_keys.append(ForeignKey(columns, parent.name, target, on_delete))
        if parent.deletes:
            self._bound.append(columns)

    def _may_cut(self, column: Column) -> None:
        if column.null:
            self._cut.append(column.name)

    def _tells(self, column: Column) -> None:
        if self._shop.has_uuids:
            self._told.append(column.name)

    # contents and rules

    def _add(self, piece: Piece) -> None:
        self._table.add(piece.column)
        if piece.unique:
            self._table.uniques.append(piece.column.name)
        if piece.personal:
            self._table.personal[piece.column.name] = piece.personal
        by_number = {person.number: person for person in self._shop.people}
        for row in self._table.rows:
            empty = piece.column.null and chance(self._draw, 5)
            person = by_number.get(row.owner or 0, STRANGER)
            row.values[piece.column.name] = None if empty else piece.value(person, row.values["no"])

    def _rules(self, pieces: list[Piece]) -> None:
        must_go = {*self._told, *(name for columns in self._bound for name in columns)}
        if must_go - set(self._cut):
            self._fates = ["delete"]
        fate = self._draw(st.sampled_from(self._fates))
        if fate == "split":
            self._table.add(Column("status", "varchar", null=False, length=10))
            for row in self._table.rows:
                row.values["status"] = self._draw(st.sampled_from(STATUSES))
            kept = self._draw(st.sampled_from(["change", "keep"]))
            self._table.rules = [self._rule(kept, pieces, "done"), self._rule("delete", pieces, "open")]
        else:
            self._table.rules = [self._rule(fate, pieces, None)]

    def _rule(self, fate: str, pieces: list[Piece], status: str | None) -> Rule:
        where = {"where": {"status": status}} if status else {}
        if fate == "delete":
            return Rule({"delete": True, **where}, deletes=True, status=status)
        rule = Rule(dict(where), status=status)
        whole = fate == "keep" and chance(self._draw, 3)
        kept = [p.column.name for p in pieces if fate == "keep" and p.can_be_kept and not chance(self._draw, 3)]
        if whole or kept:
            rule.keep(None if whole else kept, self._dated() if chance(self._draw, 2) else None)
        for piece in pieces:
            if not whole and piece.column.name not in kept:
                rule.change(piece.column.name, *self._draw(st.sampled_from(piece.choices)))
        must = [*self._told, *(columns[0] for columns in self._bound)]
        for name in self._cut:
            if name in must or self._draw(st.booleans()):
                rule.cut(name)
        if not whole and not kept and not rule.effects:
            rule.change("amount", "replace", 1, Becomes(1))
        return rule

    def _dated(self) -> str:
        """A column with the date from which a law counts."""
        if "issued" not in self._table.columns:
            self._table.add(Column("issued", "date"))
            for row in self._table.rows:
                row.values["issued"] = self._draw(st.sampled_from([None, "2020-03-01", "2024-05-05"]))
        return "issued"

    def _files(self) -> None:
        """Rows name files; some name the same one."""
        self._table.add(Column("photo", "varchar"))
        for row in self._table.rows:
            no = row.values["no"]
            row.values["photo"] = self._draw(
                st.sampled_from([f"{no}.jpg", f"a b/ö%20{no}.jpg", "family.jpg", "", None])
            )
        for rule in self._table.rules:
            rule.unlink(self._table.name)
            if not rule.deletes and rule.keeps is not None and self._draw(st.booleans()):
                rule.change("photo", *CLEAR)

    # rows that point at rows of the same table

    def _itself(self) -> None:
        if len(self._table.key) != 1 or not self._draw(st.booleans()):
            return
        enforced, strangers = not chance(self._draw, 3), not chance(self._draw, 3)
        column = Column("prev", "integer")
        self._table.add(column)
        own = self._table.key[0]
        for row in self._table.rows:
            fitting = [other for other in self._table.rows if strangers or other.owner == row.owner]
            target = self._draw(st.sampled_from([*fitting, None]))
            row.values["prev"] = target.values[own] if target else None
        if enforced:
            on_delete = self._draw(st.sampled_from(ON_DELETE))
            self._table.foreign_keys.append(ForeignKey(("prev",), self._table.name, (own,), on_delete))
            for rule in self._table.rules:
                rule.cut("prev")


def _php(known: Any) -> str:
    text = str(known)
    return f'a:1:{{s:4:"user";a:1:{{s:2:"id";s:{len(text)}:"{text}";}}}}'
