"""The shop's orders, and what its staff and its partners do with them."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3

from pamitan.demo.shop.database import Row, insert, moment


class OrderError(Exception):
    """The order cannot be changed so; the sentence says why."""


def books(db: sqlite3.Connection) -> list[Row]:
    """What is for sale."""
    return db.execute(
        "SELECT product.*, author.name AS author FROM product JOIN author ON author.id = author_id ORDER BY product.id"
    ).fetchall()


def orders_of(db: sqlite3.Connection, customer: int) -> list[Row]:
    """The customer's orders, the latest first, with the titles."""
    return db.execute(
        "SELECT o.*, group_concat(p.title, ' · ') AS titles FROM shop_order o "
        "JOIN order_line l ON l.order_id = o.id JOIN product p ON p.id = l.product_id "
        "WHERE o.customer_id = ? GROUP BY o.id ORDER BY o.placed_at DESC, o.id DESC",
        [customer],
    ).fetchall()


def deliver(db: sqlite3.Connection, order: int, customer: int, now: dt.datetime) -> None:
    """The parcel arrives. Raises :class:`OrderError` unless this customer's order is on its way."""
    changed = db.execute(
        "UPDATE shop_order SET status = 'delivered', delivered_at = ? "
        "WHERE id = ? AND customer_id = ? AND status IN ('paid', 'shipped')",
        [moment(now), order, customer],
    )
    if not changed.rowcount:
        raise OrderError("no such order is on its way")
    insert(db, "parcel_event", order_id=order, at=moment(now), event="delivered")


def cancel_paid(db: sqlite3.Connection, order: int, idempotency_key: str, now: dt.datetime) -> None:
    """Cancel a paid order and note the refund; once, however often the same wish comes.

    Raises :class:`OrderError` for an order that has been sent, or is not there.
    """
    if not note_call(db, idempotency_key, "cancel_order", now):
        return
    changed = db.execute("UPDATE shop_order SET status = 'cancelled' WHERE id = ? AND status = 'paid'", [order])
    if not changed.rowcount:
        raise OrderError("the order is not there, or has been sent already")
    total = db.execute("SELECT total FROM shop_order WHERE id = ?", [order]).fetchone()["total"]
    insert(db, "refund", order_id=order, amount=total, noted_at=moment(now))


def note_call(db: sqlite3.Connection, idempotency_key: str, event: str, now: dt.datetime) -> bool:
    """Note what Pamitan asked of the shop; false if this very wish was noted before."""
    # A key may be made of the customer's number, which is nothing to keep; its hash tells repetitions as well
    written = db.execute(
        "INSERT INTO hook_call (key_hash, event, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [hashlib.sha256(idempotency_key.encode()).hexdigest(), event, moment(now)],
    )
    return written.rowcount == 1
