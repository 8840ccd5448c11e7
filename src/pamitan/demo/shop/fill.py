"""Fills the shop's database with customers and their lives, dated back from the day of the set-up."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pamitan.demo.shop.catalogue import PRODUCTS, stock_the_shelves
from pamitan.demo.shop.database import connect, insert, make_tables, moment
from pamitan.demo.shop.passwords import hash_password
from pamitan.demo.shop.people import GUEST, PASSWORD, PEOPLE, STAFF, Order, Person

VAT_PERCENT = 11
_PRODUCTS = {product.title: product for product in PRODUCTS}


def fill_shop(path: Path, now: dt.datetime) -> None:
    """Make the database with the catalogue and all customers."""
    with connect(path) as connection:
        make_tables(connection)
        _Shop(connection, now).fill()


class _Shop:
    def __init__(self, connection: sqlite3.Connection, now: dt.datetime) -> None:
        self.connection = connection
        self.now = now
        self.products = stock_the_shelves(connection)
        self.order_numbers: Iterator[int] = itertools.count(1)
        self.customers: dict[str, int] = {}
        self.reviews: list[int] = []

    def fill(self) -> None:
        self.staff = [self._insert("staff", full_name=name, email=email) for name, email in STAFF]
        for person in PEOPLE:
            self._move_in(person)
        self._orders(GUEST, customer=None)
        self._newsletter(GUEST)
        self._thank_for_reviews()
        self._insert("audit_log", at=self._ago(1), actor_type="system", action="nightly-stock-count")

    def _move_in(self, person: Person) -> None:
        customer = self._customer(person)
        self.customers[person.name] = customer
        self._address(person, customer)
        self._orders(person, customer)
        self._purse(person, customer)
        self._words(person, customer)
        self._newsletter(person)
        self._traces(person, customer)
        if person.invited_by:
            inviter = self.customers[person.invited_by]
            self._insert("referral", inviter_id=inviter, friend_id=customer, at=self._ago(400))

    def _customer(self, person: Person) -> int:
        customer = self._insert(
            "customer",
            email=person.email,
            phone=person.phone,
            password=hash_password(PASSWORD, person.scheme) if person.has_password else "",
            full_name=person.name,
            language=person.language,
            email_verified_at=self._ago(400) if person.email and person.verified else None,
            created_at=self._ago(420),
        )
        if person.old_email:
            self._old_customer(person)
        return customer

    def _old_customer(self, person: Person) -> None:
        street = person.home.street if person.home else ""
        self._insert(
            "old_customer", email=person.old_email, full_name=person.name, street=street, joined_at=self._ago(1500)
        )

    def _address(self, person: Person, customer: int) -> None:
        if person.home:
            self._insert("customer_address", customer_id=customer, label="Rumah", **self._place(person))

    def _place(self, person: Person) -> dict[str, str]:
        home = person.home
        if home is None:
            return {}
        place = {"street": home.street, "city": home.city, "postcode": home.postcode, "country": home.country}
        return {"recipient": person.name, "phone": person.phone or "", **place}

    def _orders(self, person: Person, customer: int | None) -> None:
        for order in person.orders:
            self._order(person, None if order.guest_email else customer, order)

    def _order(self, person: Person, customer: int | None, order: Order) -> None:
        placed = self.now - dt.timedelta(days=order.days_ago)
        total = sum(_PRODUCTS[title].price for title in order.titles)
        written = self._insert(
            "shop_order",
            number=f"SJ-{placed:%y%m}-{next(self.order_numbers):04d}",
            customer_id=customer,
            guest_email=order.guest_email or None,
            address_id=self._insert("order_address", **self._place(person)),
            status=order.status,
            total=total,
            note=order.note,
            placed_at=moment(placed),
            expected_at=moment(placed + dt.timedelta(days=6)) if order.status in ("paid", "shipped") else None,
            delivered_at=moment(placed + dt.timedelta(days=5)) if order.status == "delivered" else None,
        )
        self._lines(written, customer, order, placed)
        if order.status in ("paid", "shipped", "delivered"):
            self._paid(written, person, order, placed, total)
        self._parcel(written, person, order, placed)

    def _lines(self, written: int, customer: int | None, order: Order, placed: dt.datetime) -> None:
        for number, title in enumerate(order.titles, start=1):
            product = _PRODUCTS[title]
            self._insert(
                "order_line", order_id=written, line=number, product_id=self.products[title], price=product.price
            )
            if product.filename:
                self._insert(
                    "purchase",
                    customer_id=customer,
                    order_id=written,
                    line=number,
                    product_id=self.products[title],
                    bought_at=moment(placed),
                )

    def _paid(self, written: int, person: Person, order: Order, placed: dt.datetime, total: int) -> None:
        self._insert(
            "payment",
            order_id=written,
            method="bank-transfer",
            amount=total,
            payer_name=person.name,
            paid_at=moment(placed),
        )
        home = person.home
        self._insert(
            "invoice",
            number=f"INV-{placed:%y%m}-{written:04d}",
            order_id=written,
            issued_on=placed.date().isoformat(),
            buyer_name=person.name,
            buyer_address=f"{home.street}, {home.city} {home.postcode}" if home else "",
            buyer_email=order.guest_email or person.email,
            total=total,
            vat=total * VAT_PERCENT // (100 + VAT_PERCENT),
        )

    def _parcel(self, written: int, person: Person, order: Order, placed: dt.datetime) -> None:
        if order.status in ("shipped", "delivered"):
            at = moment(placed + dt.timedelta(days=1))
            self._insert("parcel_event", order_id=written, at=at, event="handed over")
        if order.status == "delivered":
            at = moment(placed + dt.timedelta(days=5))
            self._insert("parcel_event", order_id=written, at=at, event="delivered", signed_by=person.name)

    def _purse(self, person: Person, customer: int) -> None:
        if person.membership:
            self._insert(
                "membership",
                customer_id=customer,
                plan="Sahabat Senja",
                status="running",
                started_at=self._ago(200),
                renews_at=moment(self.now + dt.timedelta(days=165)),
                price=99_000,
            )
        if person.credit:
            self._insert(
                "credit_entry",
                customer_id=customer,
                amount=person.credit + 30_000,
                reason="gift card",
                at=self._ago(80),
            )
            self._insert("credit_entry", customer_id=customer, amount=-30_000, reason="spent", at=self._ago(40))
        if person.stars:
            self._insert("star_entry", customer_id=customer, stars=person.stars, at=self._ago(100))
        for code in person.gift_cards:
            message = f"Happy birthday! From {person.name}"
            self._insert("gift_card", code=code, value=100_000, buyer_id=customer, message=message)

    def _words(self, person: Person, customer: int) -> None:
        for title, rating, body in person.reviews:
            review = self._insert(
                "review",
                product_id=self.products[title],
                customer_id=customer,
                display_name=person.name[:60],
                rating=rating,
                body=body,
                at=self._ago(25),
            )
            self.reviews.append(review)
        if person.question:
            self._ticket(person, customer)

    def _ticket(self, person: Person, customer: int) -> None:
        ticket = self._insert(
            "support_ticket", customer_id=customer, email=person.email, subject="Pertanyaan", created_at=self._ago(60)
        )
        self._insert("support_message", ticket_id=ticket, body=person.question, at=self._ago(60))
        answer = f"Halo {person.name}, terima kasih sudah menulis. Salam, Ratna"
        self._insert("support_message", ticket_id=ticket, staff_id=self.staff[0], body=answer, at=self._ago(59))

    def _newsletter(self, person: Person) -> None:
        if person.newsletter:
            first_name = person.name.split()[0]
            self._insert("newsletter", email=person.newsletter, first_name=first_name, subscribed_at=self._ago(300))

    def _traces(self, person: Person, customer: int) -> None:
        data = json.dumps({"customer_id": customer, "device": "Chrome, Android"})
        self._insert("session", token=secrets.token_hex(16), data=data, created_at=self._ago(2))
        self._insert("search_history", customer_id=customer, words=f"hadiah untuk {person.name}", at=self._ago(9))
        self._insert("wishlist", customer_id=customer, product_id=self.products[_WISH], added_at=self._ago(8))
        if person.phone:
            body = f"Halo {person.name}, kode Anda 482913. Toko Buku Senja"
            self._insert("sms_log", customer_id=customer, phone=person.phone, body=body, sent_at=self._ago(90))
        self._insert(
            "audit_log",
            at=self._ago(2),
            actor_type="customer",
            actor_id=customer,
            action="sign-in",
            detail=f"signed in as {person.sign_in}",
            ip=f"192.0.2.{customer}",
        )

    def _thank_for_reviews(self) -> None:
        for review in self.reviews:
            for name in ("Sari Wulandari", "Giulia Ferrari", "Budi Santoso"):
                self._insert("review_thanks", review_id=review, customer_id=self.customers[name])

    def _insert(self, table: str, **values: object) -> int:
        return insert(self.connection, table, **values)

    def _ago(self, days: int) -> str:
        return moment(self.now - dt.timedelta(days=days))


_WISH = "Rumah dengan Tujuh Jendela"
