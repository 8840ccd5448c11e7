"""What the shop sells. Every title, author and line of text is our own invention."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from pamitan.demo.shop.database import insert

Kind = Literal["book", "ebook", "audio"]


@dataclass(frozen=True)
class Product:
    title: str
    author: str
    price: int
    description: str
    kind: Kind = "book"
    filename: str | None = None


PRODUCTS = (
    Product("Senja di Pelabuhan", "Raka Permadi", 89_000, "Sepuluh surat yang tidak pernah dikirim."),
    Product("Rumah dengan Tujuh Jendela", "Melati Harsono", 112_000, "Sebuah keluarga, satu rumah, tujuh musim."),
    Product("Angin dari Selatan", "Yosef Tanamal", 76_000, "Perjalanan sebuah perahu kayu dan anak buahnya."),
    Product("Dapur Ibu, Dapur Kita", "Laksmi Suryani", 145_000, "Delapan puluh resep untuk hari biasa."),
    Product("Kamus Kecil Burung Kota", "Bayu Kertanegara", 98_000, "Siapa yang berkicau di jendelamu pagi ini?"),
    Product("The Night Train to Surabaya", "Helen Ashby", 130_000, "A journal of one slow, wonderful journey."),
    Product("Il giardino dietro la stazione", "Carla Venturi", 127_000, "Racconti di una piccola città."),
    Product("Anak-anak Hujan", "Melati Harsono", 84_000, "Cerita bergambar untuk umur enam tahun ke atas."),
    Product("Kopi di Ujung Gang", "Raka Permadi", 45_000, "Cerita pendek.", "ebook", "kopi-di-ujung-gang.epub"),
    Product("Letters from the Lighthouse", "Helen Ashby", 52_000, "A short novel.", "ebook", "letters.epub"),
    Product("Resep Satu Wajan", "Laksmi Suryani", 38_000, "Memasak cepat.", "ebook", "resep-satu-wajan.pdf"),
    Product("Italiano in tasca", "Carla Venturi", 41_000, "Frasi per il viaggio.", "ebook", "italiano-in-tasca.pdf"),
    Product("Hening, Setelah Hujan", "Yosef Tanamal", 25_000, "Rekaman suara.", "audio", "hening-setelah-hujan.mp3"),
)


def stock_the_shelves(connection: sqlite3.Connection) -> dict[str, int]:
    """Write the catalogue; the number of each title is returned."""
    authors = {name: insert(connection, "author", name=name) for name in dict.fromkeys(p.author for p in PRODUCTS)}
    numbers = {product.title: _write(connection, product, authors[product.author]) for product in PRODUCTS}
    for product in PRODUCTS:
        if product.kind == "book":
            insert(connection, "stock", product_id=numbers[product.title], pieces=40)
    return numbers


def _write(connection: sqlite3.Connection, product: Product, author: int) -> int:
    return insert(
        connection,
        "product",
        kind=product.kind,
        title=product.title,
        author_id=author,
        price=product.price,
        description=product.description,
        filename=product.filename,
    )
