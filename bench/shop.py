"""A Chinook-like shop in PostgreSQL, made by the database itself, and its store file."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from pamitan.storefile.model import StoreFile


@dataclass(frozen=True)
class Size:
    """How many rows there are; invoices, lines and events are spread evenly over the customers."""

    customers: int = 20_000
    invoices: int = 200_000
    lines: int = 1_000_000
    events: int = 2_000_000

    def smaller(self, factor: int) -> Size:
        return Size(*(n // factor for n in (self.customers, self.invoices, self.lines, self.events)))


SCHEMA = """
CREATE TABLE track (track_id int PRIMARY KEY, name varchar(200) NOT NULL, unit_price numeric(10,2) NOT NULL);
CREATE TABLE customer (
    customer_id int PRIMARY KEY, first_name varchar(40) NOT NULL, last_name varchar(20) NOT NULL,
    address varchar(70), city varchar(40), country varchar(40), postal_code varchar(10),
    phone varchar(24), email varchar(60) NOT NULL UNIQUE);
CREATE TABLE invoice (
    invoice_id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, invoice_date timestamp NOT NULL,
    billing_address varchar(70), billing_city varchar(40), billing_country varchar(40),
    billing_postal_code varchar(10), total numeric(10,2) NOT NULL);
CREATE TABLE invoice_line (
    invoice_line_id int PRIMARY KEY, invoice_id int NOT NULL REFERENCES invoice,
    track_id int NOT NULL REFERENCES track, unit_price numeric(10,2) NOT NULL, quantity int NOT NULL,
    gift_note varchar(200));
CREATE TABLE event (
    event_id bigint PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, at timestamp NOT NULL,
    kind varchar(20) NOT NULL, ip varchar(40) NOT NULL, user_agent varchar(200) NOT NULL);
"""

FILL = """
INSERT INTO track SELECT n, 'Track ' || n, 0.99 FROM generate_series(1, 3500) n;
INSERT INTO customer
SELECT n, 'First' || n, 'Last' || n, n || ' Garden Street', 'City ' || n % 500, 'Country ' || n % 50,
       lpad((n % 99999)::text, 5, '0'), '+62811' || lpad(n::text, 7, '0'), 'customer' || n || '@mail.example'
FROM generate_series(1, {customers}) n;
INSERT INTO invoice
SELECT n, 1 + n % {customers}, timestamp '2020-01-01' + n * interval '10 minutes',
       1 + n % {customers} || ' Garden Street', 'City ' || n % 500, 'Country ' || n % 50,
       lpad((n % 99999)::text, 5, '0'), 4.95
FROM generate_series(1, {invoices}) n;
INSERT INTO invoice_line
SELECT n, 1 + n % {invoices}, 1 + n % 3500, 0.99, 1, CASE WHEN n % 20 = 0 THEN 'For you, note ' || n END
FROM generate_series(1, {lines}) n;
INSERT INTO event
SELECT n, 1 + n % {customers}, timestamp '2024-01-01' + n * interval '20 seconds', 'page_view',
       '10.' || n % 250 || '.' || n % 240 || '.' || n % 230, 'Mozilla/5.0 (X11; Linux x86_64) Firefox/' || 100 + n % 30
FROM generate_series(1, {events}) n;
CREATE INDEX ON invoice (customer_id);
CREATE INDEX ON invoice_line (invoice_id);
CREATE INDEX ON invoice_line (track_id);
CREATE INDEX ON event (customer_id);
"""


def fill(url: str, size: Size) -> None:
    """Make the tables and their rows in an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        counts = {"customers": size.customers, "invoices": size.invoices, "lines": size.lines, "events": size.events}
        connection.execute(FILL.format(**counts).encode())
        connection.execute("VACUUM ANALYZE")


def store_file(url: str) -> StoreFile:
    """What the engine is told; :mod:`bench.by_hand` does the same."""
    return StoreFile.model_validate(
        {
            "store": {"name": "Bench", "email": "privacy@shop.example"},
            "datastores": {"main": {"url": url}},
            "account": {
                "table": "customer",
                "id": "customer_id",
                "email": "email",
                "phone": "phone",
                "name": ["first_name", "last_name"],
            },
            "map": {
                "main": {
                    "customer": {
                        "link": {"on": {"customer_id": "account.id"}},
                        "clear": ["address", "city", "country", "postal_code", "phone"],
                        "replace": {"first_name": "-", "last_name": "-", "email": "{unique}@closed.invalid"},
                        "personal": {"address": "address"},
                    },
                    "invoice": {
                        "link": {"on": {"customer_id": "account.id"}},
                        "clear": ["billing_address", "billing_city", "billing_country", "billing_postal_code"],
                    },
                    "invoice_line": {
                        "link": {"on": {"invoice_id": "invoice.invoice_id"}},
                        "clear": ["gift_note"],
                    },
                    "event": {"link": {"on": {"customer_id": "account.id"}}, "delete": True},
                }
            },
            "ignore": {"main": {"track": "music"}},
            "guard": {"table_percent": 100},
        }
    )
