"""What each shop's schema says of a person and of the books, as hand-written SQL that knows nothing of the presets."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any, Protocol

from tests.shops.shop import Row, Shop, names_of


@dataclass(frozen=True)
class Person:
    """One customer as the shop's own tables describe them."""

    id: int
    email: str
    values: frozenset[str]
    """E-mail address, full name, street lines and phone numbers."""
    phones: frozenset[str]
    rows: frozenset[Row]
    """All rows that are this person's, guest orders under their address included."""
    guest_rows: frozenset[Row]
    """Those of them that only the e-mail address ties to the account."""


class Platform(Protocol):
    books: list[str]
    """What the accountant asks; the answers may not change."""
    retained: set[tuple[str, str]]
    """The cells (table, column) that the law has the shop keep."""

    def ids(self, shop: Shop) -> list[int]: ...

    def person(self, shop: Shop, account_id: int) -> Person: ...


def filled(*values: Any) -> frozenset[str]:
    return frozenset(str(value) for value in values if value and str(value).strip())


def own_rows(shop: Shop, owned: dict[str, tuple[str, str]], **values: Any) -> set[Row]:
    """``owned``: table -> its key columns, and the condition under which a row is the person's."""
    found: set[Row] = set()
    for table, (key, condition) in owned.items():
        found |= names_of(table, shop.select(f"SELECT {key} FROM {table} WHERE {condition}", **values))
    return found


class Oscar:
    books = [
        "SELECT count(*), sum(total_incl_tax), sum(total_excl_tax), sum(shipping_incl_tax) FROM order_order",
        "SELECT date(date_placed), currency, count(*), sum(total_incl_tax) FROM order_order GROUP BY 1, 2 ORDER BY 1",
        "SELECT status, count(*) FROM order_order GROUP BY 1 ORDER BY 1",
        "SELECT product_id, sum(quantity), sum(line_price_incl_tax) FROM order_line GROUP BY 1 ORDER BY 1",
        "SELECT order_id, sum(amount) FROM order_orderdiscount GROUP BY 1 ORDER BY 1",
        "SELECT order_id, reference, amount_allocated, amount_debited FROM payment_source ORDER BY id",
        "SELECT source_id, txn_type, reference, amount, date_created FROM payment_transaction ORDER BY id",
        "SELECT product_id, count(*), sum(score), sum(total_votes) FROM reviews_productreview GROUP BY 1 ORDER BY 1",
        "SELECT o.id, country_id FROM order_order o JOIN order_shippingaddress a ON shipping_address_id = a.id"
        " ORDER BY 1",
    ]
    retained = {("payment_transaction", "reference"), ("order_paymentevent", "reference")}

    ALL = "user_id = :id OR (user_id IS NULL AND lower(guest_email) = :email)"
    SIGNED_IN = "user_id = :id"

    def ids(self, shop: Shop) -> list[int]:
        return shop.column("SELECT id FROM auth_user WHERE NOT is_staff ORDER BY id")

    def person(self, shop: Shop, account_id: int) -> Person:
        [(first, last, email)] = shop.select(
            "SELECT first_name, last_name, email FROM auth_user WHERE id = :id", id=account_id
        )
        addresses = [
            *shop.select("SELECT line1, phone_number FROM address_useraddress WHERE user_id = :id", id=account_id),
            *shop.select(
                "SELECT line1, phone_number FROM order_shippingaddress WHERE id IN "
                "(SELECT shipping_address_id FROM order_order WHERE user_id = :id)",
                id=account_id,
            ),
        ]
        phones = filled(*(phone for _street, phone in addresses))
        values = filled(email, f"{first} {last}", *(street for street, _phone in addresses)) | phones
        everything = self._rows(shop, account_id, email, self.ALL)
        linked = self._rows(shop, account_id, email, self.SIGNED_IN, by_email=False)
        return Person(account_id, email, values, phones, frozenset(everything), frozenset(everything - linked))

    def _rows(self, shop: Shop, account_id: int, email: str, orders: str, *, by_email: bool = True) -> set[Row]:
        mine = f"SELECT id FROM order_order WHERE {orders}"
        or_mail = " OR (user_id IS NULL AND lower(email) = :email)" if by_email else ""
        of_orders = f"SELECT basket_id FROM order_order WHERE {orders}"
        baskets = f"SELECT id FROM basket_basket WHERE owner_id = :id OR id IN ({of_orders})"
        owned = {
            **dict.fromkeys(self.BY_USER, ("id", "user_id = :id")),
            "auth_user": ("id", "id = :id"),
            "django_admin_log": (
                "id",
                "object_id = :text AND content_type_id = (SELECT id FROM django_content_type "
                "WHERE app_label = 'auth' AND model = 'user')",
            ),
            "wishlists_wishlist": ("id", "owner_id = :id"),
            "wishlists_line": ("id", "wishlist_id IN (SELECT id FROM wishlists_wishlist WHERE owner_id = :id)"),
            "wishlists_wishlistsharedemail": (
                "id",
                "wishlist_id IN (SELECT id FROM wishlists_wishlist WHERE owner_id = :id)",
            ),
            "basket_basket": ("id", f"id IN ({baskets})"),
            "basket_line": ("id", f"basket_id IN ({baskets})"),
            "communication_notification": ("id", "recipient_id = :id OR sender_id = :id"),
            "customer_productalert": ("id", f"user_id = :id{or_mail}"),
            "communication_email": ("id", f"user_id = :id{or_mail}"),
            "reviews_productreview": ("id", f"user_id = :id{or_mail}"),
            "order_order": ("id", orders),
            "order_line": ("id", f"order_id IN ({mine})"),
            "order_ordernote": ("id", f"user_id = :id OR order_id IN ({mine})"),
            "order_shippingevent": ("id", f"order_id IN ({mine})"),
            "payment_source": ("id", f"order_id IN ({mine})"),
            "order_shippingaddress": ("id", f"id IN (SELECT shipping_address_id FROM order_order WHERE {orders})"),
            "order_billingaddress": ("id", f"id IN (SELECT billing_address_id FROM order_order WHERE {orders})"),
        }
        found = own_rows(shop, owned, id=account_id, text=str(account_id), email=email.lower())
        return found | names_of("django_session", self._sessions(shop, account_id))

    BY_USER = [
        "address_useraddress", "analytics_userproductview", "analytics_userrecord", "analytics_usersearch",
        "payment_bankcard", "reviews_vote", "voucher_voucherapplication",
    ]  # fmt: skip

    def _sessions(self, shop: Shop, account_id: int) -> list[str]:
        rows = shop.select("SELECT session_key, session_data FROM django_session")
        return [key for key, data in rows if self._opened(data).get("_auth_user_id") == str(account_id)]

    def _opened(self, data: str) -> dict[str, Any]:
        payload = data.rsplit(":", 2)[0]
        packed = payload.startswith(".")
        payload = payload.removeprefix(".")
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        session: dict[str, Any] = json.loads(zlib.decompress(raw) if packed else raw)
        return session


class OpenCart:
    books = [
        "SELECT count(*), sum(total) FROM oc_order",
        "SELECT date(date_added), currency_code, count(*), sum(total) FROM oc_order GROUP BY 1, 2 ORDER BY 1, 2",
        "SELECT order_id, invoice_no, order_status_id, payment_method, payment_country_id, payment_zone_id, date_added "
        "FROM oc_order ORDER BY 1",
        "SELECT code, count(*), sum(value) FROM oc_order_total GROUP BY 1 ORDER BY 1",
        "SELECT product_id, sum(quantity), sum(total), sum(tax) FROM oc_order_product GROUP BY 1 ORDER BY 1",
        "SELECT order_id, order_status_id, date_added FROM oc_order_history ORDER BY order_history_id",
        "SELECT count(*), sum(amount) FROM oc_customer_transaction",
        "SELECT product_id, count(*), sum(rating) FROM oc_review GROUP BY 1 ORDER BY 1",
        "SELECT product_id, return_reason_id, sum(quantity) FROM oc_return GROUP BY 1, 2 ORDER BY 1, 2",
    ]
    retained: set[tuple[str, str]] = set()

    ALL = "customer_id = :id OR (customer_id = 0 AND lower(email) = :email)"
    SIGNED_IN = "customer_id = :id"
    BY_CUSTOMER = {
        "oc_address": "address_id", "oc_customer": "customer_id", "oc_customer_activity": "customer_activity_id",
        "oc_customer_affiliate": "customer_id", "oc_customer_authorize": "customer_authorize_id",
        "oc_customer_history": "customer_history_id", "oc_customer_ip": "customer_ip_id", "oc_customer_online": "ip",
        "oc_customer_reward": "customer_reward_id", "oc_customer_search": "customer_search_id",
        "oc_customer_token": "customer_token_id", "oc_customer_transaction": "customer_transaction_id",
        "oc_customer_wishlist": "customer_id, store_id, product_id", "oc_review": "review_id", "oc_cart": "cart_id",
    }  # fmt: skip

    def ids(self, shop: Shop) -> list[int]:
        return shop.column("SELECT customer_id FROM oc_customer ORDER BY customer_id")

    def person(self, shop: Shop, account_id: int) -> Person:
        [(first, last, email, phone)] = shop.select(
            "SELECT firstname, lastname, email, telephone FROM oc_customer WHERE customer_id = :id", id=account_id
        )
        streets = [
            *shop.column("SELECT address_1 FROM oc_address WHERE customer_id = :id", id=account_id),
            *shop.column("SELECT payment_address_1 FROM oc_order WHERE customer_id = :id", id=account_id),
            *shop.column("SELECT shipping_address_1 FROM oc_order WHERE customer_id = :id", id=account_id),
        ]
        values = filled(email, f"{first} {last}", phone, *streets)
        everything = self._rows(shop, account_id, email, self.ALL)
        linked = self._rows(shop, account_id, email, self.SIGNED_IN, by_email=False)
        return Person(account_id, email, values, filled(phone), frozenset(everything), frozenset(everything - linked))

    def _rows(self, shop: Shop, account_id: int, email: str, orders: str, *, by_email: bool = True) -> set[Row]:
        mine = f"SELECT order_id FROM oc_order WHERE {orders}"
        owned = {
            **{table: (key, "customer_id = :id") for table, key in self.BY_CUSTOMER.items()},
            "oc_order": ("order_id", orders),
            "oc_order_history": ("order_history_id", f"order_id IN ({mine})"),
            "oc_return": ("return_id", orders),
        }
        if by_email:
            owned["oc_customer_login"] = ("customer_login_id", "lower(email) = :email")
            owned["oc_gdpr"] = ("gdpr_id", "lower(email) = :email")
        found = own_rows(shop, owned, id=account_id, email=email.lower())
        return found | names_of("oc_session", self._sessions(shop, account_id))

    def _sessions(self, shop: Shop, account_id: int) -> list[str]:
        rows = shop.select("SELECT session_id, data FROM oc_session")
        return [key for key, data in rows if json.loads(data).get("customer", {}).get("customer_id") == account_id]


class Chinook:
    """Both spellings of the schema: SQLite and PostgreSQL read unquoted names in their own way, so names are given."""

    def __init__(self, **names: str) -> None:
        self.names = names
        self.retained = {
            (names["invoice"], names[part]) for part in ("address", "city", "state", "country", "postcode")
        }
        self.books = [
            self._sql('SELECT count(*), sum("{total}") FROM "{invoice}"'),
            self._sql('SELECT date("{date}"), count(*), sum("{total}") FROM "{invoice}" GROUP BY 1 ORDER BY 1'),
            self._sql('SELECT "{country}", count(*), sum("{total}") FROM "{invoice}" GROUP BY 1 ORDER BY 1'),
            self._sql('SELECT "{customer_id}", count(*), sum("{total}") FROM "{invoice}" GROUP BY 1 ORDER BY 1'),
            self._sql('SELECT "{track_id}", sum("{price}"), sum("{quantity}") FROM "{line}" GROUP BY 1 ORDER BY 1'),
        ]

    def ids(self, shop: Shop) -> list[int]:
        return shop.column(self._sql('SELECT "{customer_id}" FROM "{customer}" ORDER BY 1'))

    def person(self, shop: Shop, account_id: int) -> Person:
        person = self._sql(
            'SELECT "{email}", "{first}", "{last}", "{street}", "{phone}", "{fax}" FROM "{customer}" '
            'WHERE "{customer_id}" = :id'
        )
        [(email, first, last, street, *phones)] = shop.select(person, id=account_id)
        values = filled(email, f"{first} {last}", street, *phones)
        rows = names_of(self.names["customer"], [account_id])
        return Person(account_id, email, values, filled(*phones), frozenset(rows), frozenset())

    def _sql(self, template: str) -> str:
        return template.format(**self.names)


CHINOOK_POSTGRES = Chinook(
    customer="customer", customer_id="customer_id", email="email", first="first_name", last="last_name",
    street="address", phone="phone", fax="fax", invoice="invoice", date="invoice_date", total="total",
    address="billing_address", city="billing_city", state="billing_state", country="billing_country",
    postcode="billing_postal_code", line="invoice_line", track_id="track_id", price="unit_price", quantity="quantity",
)  # fmt: skip
CHINOOK_SQLITE = Chinook(
    customer="Customer", customer_id="CustomerId", email="Email", first="FirstName", last="LastName",
    street="Address", phone="Phone", fax="Fax", invoice="Invoice", date="InvoiceDate", total="Total",
    address="BillingAddress", city="BillingCity", state="BillingState", country="BillingCountry",
    postcode="BillingPostalCode", line="InvoiceLine", track_id="TrackId", price="UnitPrice", quantity="Quantity",
)  # fmt: skip

PLATFORMS: dict[str, Platform] = {
    "oscar": Oscar(),
    "opencart": OpenCart(),
    "chinook": CHINOOK_POSTGRES,
    "chinook-sqlite": CHINOOK_SQLITE,
}
