"""The same work as set-based SQL that somebody wrote by hand for this one shop: the yardstick."""

from __future__ import annotations

import psycopg

# As fast as a temporary table for a thousand accounts, and twice as fast for one
STATEMENTS = [
    "DELETE FROM event WHERE customer_id = ANY(%(ids)s)",
    "UPDATE invoice_line SET gift_note = NULL FROM invoice "
    "WHERE invoice_line.invoice_id = invoice.invoice_id AND customer_id = ANY(%(ids)s) AND gift_note IS NOT NULL",
    "UPDATE invoice SET billing_address = NULL, billing_city = NULL, billing_country = NULL, "
    "billing_postal_code = NULL WHERE customer_id = ANY(%(ids)s)",
    "UPDATE customer SET first_name = '-', last_name = '-', address = NULL, city = NULL, country = NULL, "
    "postal_code = NULL, phone = NULL, email = gen_random_uuid() || '@closed.invalid' "
    "WHERE customer_id = ANY(%(ids)s)",
]


def erase(connection: psycopg.Connection, ids: list[int]) -> list[int]:
    """Erase these customers in one transaction; the rows that each statement wrote, as a receipt for all of them."""
    with connection.transaction():
        return [connection.execute(statement.encode(), {"ids": ids}).rowcount for statement in STATEMENTS]
