"""Shops for the tests of ``pamitan map``: each hard in a way of its own, none with the words of the real dumps.

``warung``: no foreign keys, Indonesian words, the person inside JSON. ``presslike``: all in key/value tables, with
serialised PHP. ``railslike``: pairs of class name and id, logs of escaped JSON, packed job-queue payloads.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pamitan.stores.engine import engine_for, writing
from pamitan.stores.schema import refresh

FIRST = ["Alice", "Bob", "Charlie", "Dewi", "Enzo", "Fitri", "Giulia", "Hendra", "Ilaria", "Joko", "Kirana", "Luca"]
LAST = [
    "Alisson",
    "Bobsson",
    "Wijaya",
    "Rossini",
    "Kusuma",
    "Ferraro",
    "Halim",
    "Bellini",
    "Santoso",
    "Moretti",
    "Utomo",
]
STREETS = ["Jalan Mawar", "Via Garibaldi", "Jalan Melati", "Via Dante", "Jalan Anggrek"]
WORDS = ["batik", "coffee", "ceramic", "basket", "lamp", "scarf", "teapot", "notebook"]


@dataclass(frozen=True)
class Person:
    """A customer as the shops know one."""

    number: int

    @property
    def first(self) -> str:
        return FIRST[self.number % len(FIRST)]

    @property
    def last(self) -> str:
        return LAST[self.number % len(LAST)]

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}{self.number}@example.com".lower()

    @property
    def phone(self) -> str:
        return f"+62812{34560000 + self.number * 37}"

    @property
    def street(self) -> str:
        return f"{STREETS[self.number % len(STREETS)]} {self.number + 11}"

    @property
    def ip(self) -> str:
        return f"203.0.113.{self.number + 1}"

    @property
    def values(self) -> tuple[str, ...]:
        """What tells this person in a text."""
        return self.email, self.phone, self.name, self.street


PEOPLE = [Person(number) for number in range(40)]
HASH = "$2y$10$" + "abcdefghijklmnopqrstuv" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"


class Tables:
    """Tables made one after the other, with rows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = engine_for(url)
        self._metadata = sa.MetaData()

    def add(self, name: str, columns: str, rows: Iterator[Sequence[Any]] | list[Sequence[Any]]) -> None:
        """``columns``: names with a type behind a colon: ``id:int! email:text``; ``!`` marks the key."""
        types = {
            "int": sa.BigInteger,
            "text": sa.Text,
            "word": lambda: sa.String(190),
            "num": lambda: sa.Numeric(12, 2),
        }
        described = [(part.rstrip("!").split(":"), part.endswith("!")) for part in columns.split()]
        table = sa.Table(
            name,
            self._metadata,
            *(sa.Column(n, types[t](), primary_key=key, autoincrement=False) for (n, t), key in described),
        )
        table.create(self._engine)
        values = [dict(zip((column for (column, _t), _k in described), row, strict=True)) for row in rows]
        if values:
            with writing(self._engine) as connection:
                connection.execute(sa.insert(table), values)

    def done(self) -> str:
        refresh(self._engine)
        return self.url


def warung(url: str) -> str:
    """No foreign keys at all; orders and profiles are JSON in text columns."""
    shop = Tables(url)

    def profile(p: Person) -> Any:
        return {"alamat": {"jalan": p.street, "kota": "Solo"}, "tanggal_lahir": f"{1960 + p.number}-04-11"}

    shop.add(
        "pelanggan",
        "kode:word! surel:word telepon:word nama_lengkap:word kata_sandi:word profil:text poin:int",
        [(f"PLG-{p.number:05}", p.email, p.phone, p.name, HASH, json.dumps(profile(p)), 5) for p in PEOPLE],
    )

    def order(p: Person) -> Any:
        return {
            "pembeli": {"kode": f"PLG-{p.number:05}", "surel": p.email},
            "kirim": {"penerima": p.name, "hp": p.phone, "alamat": p.street},
            "barang": [{"sku": WORDS[p.number % 8], "qty": 1}],
        }

    shop.add(
        "pesanan",
        "id:int! nomor:word status:word total:num data:text",
        [
            (
                100 + p.number,
                f"P{p.number}",
                ["baru", "dikirim", "selesai", "batal"][p.number % 4],
                10,
                json.dumps(order(p)),
            )
            for p in PEOPLE
        ],
    )
    shop.add(
        "pesanan_barang",
        "id:int! pesanan_id:int produk:word jumlah:int",
        [(500 + p.number, 100 + p.number, WORDS[p.number % 8], 1) for p in PEOPLE],
    )
    shop.add(
        "catatan_kurir",
        "id:int! pesanan_id:int catatan:text",
        [
            (900 + p.number, 100 + p.number, f"Titip di rumah sebelah, untuk {p.name}, hubungi {p.phone}")
            for p in PEOPLE[:30]
        ],
    )
    shop.add(
        "buletin",
        "id:int! surel:word aktif:int",
        [(p.number, p.email.upper() if p.number % 2 else p.email, 1) for p in PEOPLE[:20]],
    )
    shop.add(
        "log_kunjungan",
        "id:int! pelanggan_kode:word ip:word peramban:text",
        [(p.number, f"PLG-{p.number:05}", p.ip, "Mozilla/5.0 (X11; Linux x86_64)") for p in PEOPLE],
    )
    shop.add(
        "produk",
        "id:int! nama:word keterangan:text harga:num",
        [(i, w, f"A fine {w} from Java", 9) for i, w in enumerate(WORDS)],
    )
    shop.add(
        "karyawan", "id:int! nama:word surel:word kata_sandi:word", [(1, "Petra Petugas", "petra@toko.example", HASH)]
    )
    shop.add("kota", "id:int! nama:word", [(1, "Surabaya"), (2, "Bandung"), (3, "Alisson"), (4, "Turin")])
    return shop.done()


def php(value: Any) -> str:
    """The value as PHP's ``serialize`` writes it."""
    if isinstance(value, dict):
        return f"a:{len(value)}:{{{''.join(php(k) + php(v) for k, v in value.items())}}}"
    if isinstance(value, int):
        return f"i:{value};"
    return f's:{len(str(value).encode())}:"{value}";'


def presslike(url: str) -> str:
    """Users, posts and orders in key/value tables, some of them serialised PHP."""
    shop = Tables(url)
    shop.add(
        "xy_users",
        "ID:int! user_login:word user_pass:word user_email:word user_registered:word display_name:word",
        [(p.number + 1, f"{p.first.lower()}{p.number}", HASH, p.email, "2024-01-02 03:04:05", p.name) for p in PEOPLE],
    )
    meta = [
        (p.number + 1, key, value)
        for p in PEOPLE
        for key, value in (
            ("first_name", p.first),
            ("billing_phone", p.phone),
            ("xy_capabilities", php({"customer": 1})),
            (
                "session_tokens",
                php({hashlib.sha256(p.email.encode()).hexdigest(): {"ip": p.ip, "ua": "Mozilla/5.0 (Mac)"}}),
            ),
            ("show_admin_bar", "true"),
        )
    ]
    shop.add(
        "xy_usermeta",
        "umeta_id:int! user_id:int meta_key:word meta_value:text",
        [(i, *row) for i, row in enumerate(meta)],
    )
    posts = [
        (
            1000 + p.number,
            1,
            "shop_order",
            ["wc-pending", "wc-completed"][p.number % 2],
            f"Order &ndash; {p.number}",
            "",
        )
        for p in PEOPLE
    ]
    posts += [(3000 + i, 1, "product", "publish", word, f"A {word} to love") for i, word in enumerate(WORDS)]
    shop.add(
        "xy_posts", "ID:int! post_author:int post_type:word post_status:word post_title:text post_content:text", posts
    )
    pairs = [
        (1000 + p.number, key, value)
        for p in PEOPLE
        for key, value in (
            ("_customer_user", str(p.number + 1)),
            ("_billing_email", p.email),
            ("_billing_last_name", p.last),
            ("_shipping_address_1", p.street),
            ("_order_total", "12.50"),
            ("_payment_method", "cod"),
        )
    ]
    pairs += [(3000 + i, "_price", "9.00") for i in range(len(WORDS))]
    shop.add(
        "xy_postmeta",
        "meta_id:int! post_id:int meta_key:word meta_value:text",
        [(i, *row) for i, row in enumerate(pairs)],
    )
    shop.add(
        "xy_comments",
        "comment_ID:int! comment_post_ID:int comment_author:text comment_author_email:word comment_author_IP:word "
        "comment_content:text user_id:int",
        [
            (
                p.number,
                3000 + p.number % 8,
                p.name,
                p.email,
                p.ip,
                f"Lovely! Greetings, {p.first}",
                p.number + 1 if p.number % 3 else 0,
            )
            for p in PEOPLE
        ],
    )
    shop.add(
        "xy_sessions",
        "session_id:int! session_key:word session_value:text session_expiry:int",
        [
            (
                p.number,
                str(p.number + 1),
                php({"cart": php({}), "customer": php({"email": p.email, "city": "Roma"})}),
                1,
            )
            for p in PEOPLE
        ],
    )
    shop.add(
        "xy_options",
        "option_id:int! option_name:word option_value:text",
        [(1, "blogname", "The Shop"), (2, "admin_email", "boss@shop.example")],
    )
    shop.add("xy_terms", "term_id:int! name:word slug:word", [(i, word, word) for i, word in enumerate(WORDS)])
    return shop.done()


def railslike(url: str) -> str:
    """Class names with ids, logs with escaped JSON, a queue with packed payloads."""
    shop = Tables(url)

    def key(p: Person) -> Any:
        return str(hashlib.md5(f"u{p.number}".encode()).hexdigest())

    def uid(p: Person) -> Any:
        return f"{key(p)[:8]}-{key(p)[8:12]}-{key(p)[12:16]}-{key(p)[16:20]}-{key(p)[20:]}"

    shop.add(
        "users",
        "id:word! email:word encrypted_password:word given_name:word family_name:word avatar_hash:word created_at:word",
        [
            (uid(p), p.email, HASH, p.first, p.last, hashlib.md5(p.email.encode()).hexdigest(), "2025-01-01")
            for p in PEOPLE
        ],
    )
    shop.add("admins", "id:int! email:word encrypted_password:word", [(1, "root@shop.example", HASH)])
    shop.add(
        "orders",
        "id:int! user_id:word state:word total:num currency:word",
        [(7000 + p.number, uid(p), ["placed", "delivered"][p.number % 2], 5, "EUR") for p in PEOPLE],
    )
    places = [(p.number, "User", uid(p), p.name, p.street, "Roma", "00100") for p in PEOPLE]
    places += [(100 + p.number, "Order", str(7000 + p.number), p.name, p.street, "Roma", "00100") for p in PEOPLE]
    places += [(300, "Warehouse", "1", "Main store", "Via Appia 1", "Roma", "00100")]
    shop.add(
        "addresses",
        "id:int! addressable_type:word addressable_id:word addressee:word street:word city:word zip:word",
        places,
    )

    def inner(p: Person) -> Any:
        return json.dumps({"old": {"mail": p.email}, "note": f"für {p.name} geändert"})

    shop.add(
        "activity_log",
        "id:int! log_name:word subject_type:word subject_id:word causer_id:word properties:text",
        [
            (p.number, "default", "App\\Models\\Order", str(7000 + p.number), uid(p), json.dumps({"changes": inner(p)}))
            for p in PEOPLE
        ],
    )

    def job(p: Person) -> Any:
        return base64.b64encode(zlib.compress(json.dumps({"to": p.email, "job": "SendMail"}).encode())).decode()

    shop.add("jobs", "id:int! queue:word payload:text", [(p.number, "mail", job(p)) for p in PEOPLE[:25]])
    shop.add(
        "cache",
        "key:word! value:text",
        [(f"user:{uid(p)}", json.dumps({"n": p.first, "seen": 1})) for p in PEOPLE[:25]],
    )
    shop.add(
        "products",
        "id:int! title:word body:text",
        [(i, word, f"This {word} is made by hand") for i, word in enumerate(WORDS)],
    )
    shop.add("warehouses", "id:int! name:word", [(1, "Main store")])
    shop.add(
        "tickets",
        "id:int! requester:word question:text",
        [(p.number, uid(p), f"Hi, I am {p.name}. Where is it?") for p in PEOPLE[:20]],
    )
    return shop.done()


SHOPS = {"warung": warung, "presslike": presslike, "railslike": railslike}
