"""How good a draft of ``pamitan map`` is: of the columns where customers' values stand, the share that it marks as
personal; of those that it marks, the share where they stand.

    .venv/bin/python -m bench.draft            the real shops in ../shared/stores, and three of our own
    .venv/bin/python -m bench.draft --own      our own alone
    .venv/bin/python -m bench.draft --platforms   four platforms' tables in their own databases, and nothing else

The truth is found by another scanner, over every cell (bench/draft_truth.py). A column without a value can be neither
right nor wrong and is left out. Places marked with a confidence below 0.5 are questions, not marks.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql

from bench.draft_truth import Known, Place, asked, known, truth
from pamitan.draft.draft import draft
from tests.servers import NoServerError, mariadb_server, postgres_server
from tests.shops import dumps
from tests.store.mapping_platforms import PLATFORMS
from tests.store.mapping_shops import HASH, PEOPLE, SHOPS
from tests.store.platforms import lab
from tests.store.platforms.noplike import PW, noplike
from tests.store.platforms.prestalike import prestalike
from tests.store.platforms.saleorlike import PB, saleorlike
from tests.store.platforms.shopwarelike import shopwarelike

PLATFORM_STAFF = frozenset({"ps_employee", "user", "account_group"})
_TOKENS = ("s", "w", "h", "rec", "nl", "cart", "dl", "dd")
STAFF = frozenset({"karyawan", "admins", "xy_options", "user", "admin_user", "core_config", "app_user"})
NOT_PERSONAL = {"account", "link", "order state", "return state", "subscription state"}


@dataclass(frozen=True)
class Shop:
    """One database, and who its customers are."""

    name: str
    url: str
    country: str
    people: Known
    staff: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Quality:
    """What a draft found, against the truth."""

    holding: frozenset[Place]
    marked: frozenset[Place]
    seconds: float

    @property
    def found(self) -> float:
        return len(self.holding & self.marked) / len(self.holding) if self.holding else 1.0

    @property
    def right(self) -> float:
        return len(self.holding & self.marked) / len(self.marked) if self.marked else 1.0


def quality(shop: Shop) -> Quality:
    """Draft the shop and compare."""
    began = time.perf_counter()
    made = draft(shop.url, shop.country)
    seconds = time.perf_counter() - began
    real = truth(shop.url, shop.people, shop.staff)
    personal = [one for one in made.findings if one.kind not in NOT_PERSONAL and one.confidence >= 0.5]
    marked = {(one.table, str(one.column)) for one in personal} & real.filled
    return Quality(real.holding, frozenset(marked), seconds)


def oscar(url: str) -> Known:
    people = (
        "SELECT email, trim(first_name || ' ' || last_name) FROM auth_user WHERE NOT is_staff",
        "SELECT first_name || ' ' || last_name, line1 FROM address_useraddress",
    )
    weak = (
        "SELECT first_name, last_name, username, password FROM auth_user WHERE NOT is_staff",
        "SELECT line2, line3, line4, state, postcode FROM address_useraddress",
        "SELECT line1, line2, line3, line4, state, postcode FROM order_shippingaddress",
        "SELECT line1, line2, line3, line4, state, postcode FROM order_billingaddress",
        "SELECT number FROM payment_bankcard",
    )
    emails = asked(url, people)
    return known(emails, asked(url, weak), asked(url, ["SELECT phone_number FROM address_useraddress"]))


def chinook(url: str) -> Known:
    strong = asked(url, ["SELECT Email, FirstName || ' ' || LastName, Address FROM Customer"])
    weak = asked(url, ["SELECT FirstName, LastName, Company, City, State, PostalCode FROM Customer"])
    return known(strong, weak, asked(url, ["SELECT Phone, Fax FROM Customer"]))


def opencart(url: str) -> Known:
    strong = asked(
        url,
        [
            "SELECT email, concat(firstname, ' ', lastname) FROM oc_customer",
            "SELECT address_1 FROM oc_address",
        ],
    )
    weak = asked(
        url,
        [
            "SELECT firstname, lastname, password, ip FROM oc_customer",
            "SELECT city, postcode, company, address_2 FROM oc_address",
            "SELECT ip, user_agent, payment_zone FROM oc_order WHERE customer_id > 0",
            "SELECT ip, user_agent, token FROM oc_customer_authorize",
            "SELECT bank_account_number FROM oc_customer_affiliate",
            "SELECT code FROM oc_customer_token",
            "SELECT custom_field FROM oc_customer",
            "SELECT custom_field FROM oc_order WHERE customer_id > 0",
        ],
    )
    return known(strong, weak, asked(url, ["SELECT telephone FROM oc_customer"]))


def _own() -> Known:
    weak = [value for p in PEOPLE for value in (p.first, p.last, p.ip, f"{p.first.lower()}{p.number}")]
    weak += [hashlib.md5(p.email.encode()).hexdigest() for p in PEOPLE]
    weak += [f"{year}-{day}" for year in range(1955, 2000) for day in ("01-02", "04-11")]
    more = ["4242", "pbkdf2_sha256$1$x$y", HASH, "Solo", "Roma", "00100", "Mozilla/5.0 (X11; Linux x86_64)"]
    return known([value for p in PEOPLE for value in p.values], [*weak, *more], [p.phone for p in PEOPLE])


def own_shops(folder: Path) -> Iterator[Shop]:
    """Small shops that are hard in ways of their own."""
    for name, fill in {**SHOPS, **PLATFORMS}.items():
        path = folder / f"{name}.db"
        path.touch()
        url = fill(f"sqlite:///{path}")
        yield Shop(name, url, "ID", _own(), STAFF)


def real_shops(folder: Path, stack: contextlib.ExitStack) -> Iterator[Shop]:
    """The dumps, where they are."""
    if not dumps.FOLDER.is_dir():
        print(f"left out: the real shops' dumps are not here ({dumps.FOLDER})", file=sys.stderr)
        return
    for name, country, people in (("oscar", "GB", oscar), ("chinook", "US", chinook)):
        path = folder / f"{name}.db"
        dumps.into_sqlite(f"{name}.sqlite.sql.gz", path)
        url = f"sqlite:///{path}"
        yield Shop(name, url, country, people(url), frozenset({"Employee"}))
    try:
        server = stack.enter_context(mariadb_server())
    except NoServerError as reason:
        print(f"left out: opencart, {reason}", file=sys.stderr)
        return
    database, port = f"b{uuid.uuid4().hex}", int(server.rsplit(":", 1)[1])
    with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4")
    dumps.into_mariadb("opencart.mariadb.sql.gz", port, database)
    url = f"{server}/{database}?charset=utf8mb4"
    yield Shop("opencart", url, "GB", opencart(url), frozenset({"oc_user"}))


def platform_shops(stack: contextlib.ExitStack) -> Iterator[Shop]:
    """Tables as four platforms have them, in the database that each of them runs on."""
    maria, postgres = stack.enter_context(mariadb_server()), stack.enter_context(postgres_server())
    with pymysql.connect(host="127.0.0.1", port=int(maria.rsplit(":", 1)[1]), user="root") as connection:
        for name, fill in (("prestalike", prestalike), ("shopwarelike", shopwarelike)):
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
            yield Shop(name, fill(f"{maria}/{name}?charset=utf8mb4"), "ID", _invented(), PLATFORM_STAFF)
    yield Shop("saleorlike", saleorlike(f"{postgres}/postgres"), "ID", _invented(), PLATFORM_STAFF)
    yield Shop("noplike", noplike(f"{postgres}/template1"), "ID", _invented(), frozenset({"Vendor", "EmailAccount"}))


def _invented() -> Known:
    weak = [value for p in lab.PEOPLE for value in (p.first, p.last, p.ip, p.city, f"401{p.number}2")]
    weak += [lab.md5(f"{p.email}k") for p in lab.PEOPLE]
    weak += [lab.md5(f"{kind}{p.number}") for kind in _TOKENS for p in lab.PEOPLE]
    weak += [f"19{60 + p.number * 3}-02-0{p.number}" for p in lab.PEOPLE]
    weak += [str(3_325_256_724 + p.number) for p in lab.PEOPLE] + [f"tok{p.number}AbCdEf" for p in lab.PEOPLE]
    weak += [f"tok{order}" for order in range(101, 142)] + ["12345678Z", PB]
    weak += [lab.md5(f"{kind}{p.number}")[:end] for kind, end in (("salt", 8), ("oa", 32)) for p in lab.PEOPLE]
    weak += [PW, *(f"19{60 + p.number * 3}-02-0{p.number} 00:00:00" for p in lab.PEOPLE)]
    weak += [lab.BCRYPT, lab.AGENT, "411111******1111", *(lab.md5(f"jwt{p.number}")[:12] for p in lab.PEOPLE)]
    return known([value for p in lab.PEOPLE for value in p.values], weak, [p.phone for p in lab.PEOPLE])


def report(shop: Shop, told: Quality) -> None:
    """One shop's figures, and every column that was missed or wrongly marked."""
    hit = len(told.holding & told.marked)
    print(
        f"{shop.name:10} found {told.found:6.1%} ({hit} of {len(told.holding)})   "
        f"right {told.right:6.1%} ({hit} of {len(told.marked)})   {told.seconds:.1f} s"
    )
    for word, places in (("missed", told.holding - told.marked), ("wrong", told.marked - told.holding)):
        for table, column in sorted(places):
            print(f"    {word}: {table}.{column}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", action="store_true", help="our own shops alone")
    parser.add_argument("--platforms", action="store_true", help="four platforms' tables alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        if options.platforms:
            for shop in platform_shops(stack):
                report(shop, quality(shop))
            return
        if not options.own:
            for shop in real_shops(Path(folder), stack):
                report(shop, quality(shop))
        for shop in own_shops(Path(folder)):
            report(shop, quality(shop))


if __name__ == "__main__":
    main()
