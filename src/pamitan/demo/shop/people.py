"""The shop's customers. None of them exists; each has a life that makes leaving a little different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pamitan.demo.shop.passwords import Scheme

PASSWORD = "langit-senja"  # noqa: S105 - everybody's, printed at start: the demo has no secrets
Status = Literal["unpaid", "paid", "shipped", "delivered", "cancelled"]


@dataclass(frozen=True)
class Home:
    """Where a customer lives."""

    street: str
    city: str
    postcode: str
    country: str = "ID"


@dataclass(frozen=True)
class Order:
    status: Status
    days_ago: int
    titles: tuple[str, ...]
    note: str = ""
    guest_email: str = ""
    """Ordered without signing in, with the address spelled so."""


@dataclass(frozen=True)
class Person:
    name: str
    email: str | None
    phone: str | None
    story: str
    """What there is to see when this customer leaves; printed at start."""
    language: str = "id"
    home: Home | None = None
    has_password: bool = True
    scheme: Scheme = "pbkdf2"
    verified: bool = True
    orders: tuple[Order, ...] = ()
    membership: bool = False
    credit: int = 0
    stars: int = 0
    gift_cards: tuple[str, ...] = ()
    reviews: tuple[tuple[str, int, str], ...] = ()
    """Title, stars, words."""
    question: str = ""
    newsletter: str = ""
    """The address as it was typed into the newsletter form."""
    old_email: str = ""
    """The address as the old shop had it, where it still has a row of the same person."""
    invited_by: str = ""

    @property
    def sign_in(self) -> str:
        return self.email or self.phone or ""


ANGGRAINI_PHONE = "0812-5550-1190"
_MANY = ("Senja di Pelabuhan", "Anak-anak Hujan", "Dapur Ibu, Dapur Kita", "Angin dari Selatan", "Resep Satu Wajan")

PEOPLE = (
    Person(
        "Sari Wulandari", "sari@surat.example", "0812-5550-1101", "Nothing stands in the way",
        home=Home("Jl. Kenanga No. 12", "Yogyakarta", "55224"),
        orders=(Order("delivered", 64, ("Senja di Pelabuhan",)), Order("cancelled", 30, ("Angin dari Selatan",))),
        reviews=(("Senja di Pelabuhan", 5, "Saya menangis di halaman terakhir. Salam dari Sari di Yogya."),),
        newsletter="Sari@Surat.example",
        question="Halo, apakah buku ini ada versi hurufnya besar? Terima kasih, Sari Wulandari",
    ),
    Person(
        "Budi Santoso", "budi.santoso@surat.example", "+62 812 5550 1102", "A parcel is on its way",
        home=Home("Jl. Merpati Raya 4B", "Bandung", "40132"), scheme="bcrypt",
        orders=(
            Order("shipped", 3, ("Kamus Kecil Burung Kota", "Anak-anak Hujan"), "Titip di satpam, Pak Joko."),
            Order("delivered", 200, ("Angin dari Selatan",)),
        ),
        invited_by="Sari Wulandari",
    ),
    Person(
        "Ayu Lestari", "ayu@surat.example", "081255501103", "Two orders that can be cancelled, one of them paid",
        home=Home("Perum Griya Asri C7", "Semarang", "50268"),
        orders=(
            Order("unpaid", 1, ("Dapur Ibu, Dapur Kita",)),
            Order("paid", 1, ("Rumah dengan Tujuh Jendela",), "Tolong dibungkus kado untuk Bu Lestari."),
        ),
        newsletter="ayu@surat.example",
    ),
    Person(
        "Giulia Ferrari", "giulia@posta.example", "+39 320 555 0104", "E-books and a recording to save", "it",
        home=Home("Via dei Tigli 8", "Bologna", "40121", "IT"), scheme="bcrypt",
        orders=(
            Order("delivered", 90, ("Letters from the Lighthouse", "Italiano in tasca", "Hening, Setelah Hujan")),
            Order("delivered", 12, ("Il giardino dietro la stazione", "Kopi di Ujung Gang")),
        ),
        reviews=(("Letters from the Lighthouse", 4, "Bellissimo, letto in una notte."),),
        newsletter="giulia@posta.example",
    ),
    Person(
        "Thomas Whitfield", "thomas@mail.example", "+44 7700 900105",
        "A membership, credit, stars and a gift card", "en",
        home=Home("27 Harbour Lane", "Bristol", "BS1 4QA", "GB"),
        orders=(Order("delivered", 150, ("The Night Train to Surabaya", "Letters from the Lighthouse")),),
        membership=True, credit=120_000, stars=340, gift_cards=("SENJA-7QK2-M9TX",),
        reviews=(("The Night Train to Surabaya", 5, "I could hear the rails."),),
        question="Hello, my credit shows twice in the app. Best wishes, Thomas Whitfield, thomas@mail.example",
    ),
    Person(
        "Wayan Sudiarta", None, "0813-5550-1106", "Signs in with a mobile number; has no e-mail address",
        home=Home("Br. Tegal Sari 3", "Ubud", "80571"),
        orders=(Order("delivered", 45, ("Kamus Kecil Burung Kota",)),),
    ),
    Person(
        "Nurul Hidayah", "nurul@surat.example", None, "Has no password: signs in with a code sent by e-mail",
        home=Home("Jl. Masjid Raya 21", "Makassar", "90111"), has_password=False,
        orders=(Order("delivered", 20, ("Resep Satu Wajan",)),),
    ),
    Person(
        "Raden Ajeng Kusumawardhani Sastroatmodjo-Mangkunegoro Hadiningrat", "kusumawardhani@surat.example",
        "+62 811 5550 1108", "A very long name and forty orders",
        home=Home("Jl. Laksda Adisucipto, Gang Cempaka Dalam III, Blok B, No. 118 RT 04 RW 09", "Surakarta", "57136"),
        orders=tuple(Order("delivered", 30 + 25 * n, (_MANY[n % 5], _MANY[(n + 2) % 5])) for n in range(40)),
        reviews=tuple((title, 3 + n % 3, "Bagus.") for n, title in enumerate(_MANY[:3])),
        newsletter="kusumawardhani@surat.example",
    ),
    Person(
        "Dewi Anggraini", "dewi@surat.example", ANGGRAINI_PHONE, "Shares a mobile number with her son",
        home=Home("Jl. Teratai 9", "Malang", "65119"),
        orders=(Order("delivered", 75, ("Anak-anak Hujan",)),),
    ),
    Person(
        "Rizky Anggraini", "rizky@surat.example", "+62 812-5550-1190", "Shares a mobile number with his mother",
        home=Home("Asrama Mahasiswa Blok D, Kamar 14", "Surabaya", "60115"), verified=False,
        orders=(Order("delivered", 70, ("Kopi di Ujung Gang",)),),
    ),
    Person(
        "Raka Permadi", "raka@surat.example", "0812-5550-1111", "Also the author of two of our books",
        home=Home("Jl. Pelabuhan Lama 2", "Ambon", "97124"),
        orders=(Order("delivered", 300, ("Rumah dengan Tujuh Jendela",)),),
        credit=35_000,
    ),
    Person(
        "Marco Bianchi", "marco.bianchi@posta.example", "+39 320 555 0112",
        "Also ordered as a guest, spelled differently", "it",
        home=Home("Corso Garibaldi 41", "Torino", "10122", "IT"),
        orders=(
            Order("delivered", 120, ("Il giardino dietro la stazione",)),
            Order("delivered", 210, ("The Night Train to Surabaya",), guest_email="Marco.Bianchi@Posta.example"),
            Order("paid", 2, ("Senja di Pelabuhan",), "Per Marco, citofono Bianchi", "MARCO.BIANCHI@posta.example"),
        ),
        newsletter="Marco.Bianchi@posta.example",
    ),
    Person(
        "Siti Rahmawati", "siti.rahmawati@surat.example", "0812-5550-1113",
        "Has an account of our old shop, too",
        home=Home("Jl. Sungai Kapuas 15", "Pontianak", "78121"),
        orders=(Order("delivered", 55, ("Dapur Ibu, Dapur Kita", "Resep Satu Wajan")),),
        old_email="Siti.Rahmawati@Surat.example",
    ),
    Person(
        "Zoë O’Connor-Ńowak", "zoe@mail.example", "+353 85 555 0114",
        "Letters of many alphabets; nothing in the way", "en",
        home=Home("3 Cliff Rd “The Lighthouse”", "Galway", "H91 E2K3", "IE"),
        orders=(Order("delivered", 18, ("Letters from the Lighthouse",)),),
        reviews=(("Letters from the Lighthouse", 2, "Too short! — Zoë"),),
        invited_by="Thomas Whitfield",
    ),
)  # fmt: skip

GUEST = Person(
    "Lina Hartono", "lina@surat.example", "0812-5550-1199", "Orders as a guest and never made an account",
    home=Home("Jl. Anggrek 30", "Surabaya", "60281"),
    orders=(
        Order("delivered", 33, ("Anak-anak Hujan",), guest_email="lina@surat.example"),
        Order("paid", 2, ("Angin dari Selatan",), guest_email="Lina@surat.example"),
    ),
    newsletter="lina@surat.example",
)  # fmt: skip

STAFF = (("Ratna Kusuma", "ratna@senja.example"), ("Agus Wijaya", "agus@senja.example"))
