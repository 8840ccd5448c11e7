"""JSON columns, UUIDs, staff among the accounts, rows of two persons; after Saleor's documented schema.

Reduced to the tables in which customers stand and some in which they do not; people and rows are invented.
"""

from __future__ import annotations

import json

from tests.store.platforms.lab import AGENT, PEOPLE, Lab, md5, uid

DDL = """
CREATE TABLE account_address (id serial PRIMARY KEY, first_name varchar(256) NOT NULL, last_name varchar(256) NOT
    NULL, company_name varchar(256) NOT NULL DEFAULT '', street_address_1 varchar(256) NOT NULL, street_address_2
    varchar(256) NOT NULL DEFAULT '', city varchar(256) NOT NULL, postal_code varchar(20) NOT NULL, country
    varchar(2) NOT NULL, country_area varchar(128) NOT NULL DEFAULT '', phone varchar(128) NOT NULL, city_area
    varchar(128) NOT NULL DEFAULT '', metadata jsonb, private_metadata jsonb, validation_skipped boolean NOT NULL
    DEFAULT false);
CREATE TABLE account_user (id serial PRIMARY KEY, is_superuser boolean NOT NULL DEFAULT false, email varchar(254)
    NOT NULL UNIQUE, is_staff boolean NOT NULL, is_active boolean NOT NULL DEFAULT true, is_confirmed boolean NOT
    NULL DEFAULT true, password varchar(128) NOT NULL, date_joined timestamptz NOT NULL DEFAULT now(), last_login
    timestamptz, default_billing_address_id int REFERENCES account_address (id) ON DELETE SET NULL,
    default_shipping_address_id int REFERENCES account_address (id) ON DELETE SET NULL, note text, first_name
    varchar(256) NOT NULL, last_name varchar(256) NOT NULL, avatar varchar(100), private_metadata jsonb DEFAULT
    '{}', metadata jsonb DEFAULT '{}', jwt_token_key varchar(12) NOT NULL, language_code varchar(35) NOT NULL
    DEFAULT 'en', search_document text NOT NULL DEFAULT '', uuid uuid NOT NULL UNIQUE, external_reference
    varchar(250) UNIQUE, number_of_orders int NOT NULL DEFAULT 0);
CREATE TABLE account_user_addresses (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES account_user (id),
    address_id int NOT NULL REFERENCES account_address (id), UNIQUE (user_id, address_id));
CREATE TABLE account_group (id serial PRIMARY KEY, name varchar(150) NOT NULL);
CREATE TABLE account_user_groups (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES account_user (id), group_id
    int NOT NULL REFERENCES account_group (id));
CREATE TABLE order_order (id uuid PRIMARY KEY, number int NOT NULL UNIQUE, created_at timestamptz NOT NULL DEFAULT
    now(), status varchar(32) NOT NULL, origin varchar(32) NOT NULL, user_id int REFERENCES account_user (id) ON
    DELETE SET NULL, billing_address_id int REFERENCES account_address (id) ON DELETE SET NULL, shipping_address_id
    int REFERENCES account_address (id) ON DELETE SET NULL, user_email varchar(254) NOT NULL, customer_note text NOT
    NULL DEFAULT '', total_gross_amount numeric(20,3) NOT NULL, tracking_client_id varchar(36) NOT NULL,
    checkout_token varchar(36) NOT NULL, metadata jsonb, private_metadata jsonb, redirect_url varchar(200),
    search_document text NOT NULL DEFAULT '', search_vector tsvector, draft_save_billing_address boolean);
CREATE TABLE order_orderline (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES order_order (id), product_name
    varchar(386) NOT NULL, quantity int NOT NULL, metadata jsonb, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE order_orderevent (id serial PRIMARY KEY, date timestamptz NOT NULL DEFAULT now(), type varchar(255) NOT
    NULL, order_id uuid NOT NULL REFERENCES order_order (id) ON DELETE CASCADE, user_id int REFERENCES account_user
    (id) ON DELETE SET NULL, parameters jsonb NOT NULL DEFAULT '{}', app_id int);
CREATE TABLE order_fulfillment (id serial PRIMARY KEY, tracking_number varchar(255) NOT NULL DEFAULT '', order_id
    uuid NOT NULL REFERENCES order_order (id), status varchar(32) NOT NULL, metadata jsonb);
CREATE TABLE account_customerevent (id serial PRIMARY KEY, date timestamptz NOT NULL DEFAULT now(), type
    varchar(255) NOT NULL, parameters jsonb NOT NULL DEFAULT '{}', user_id int REFERENCES account_user (id) ON
    DELETE CASCADE, order_id uuid REFERENCES order_order (id) ON DELETE SET NULL);
CREATE TABLE account_customernote (id serial PRIMARY KEY, date timestamptz NOT NULL DEFAULT now(), content text NOT
    NULL, is_public boolean NOT NULL DEFAULT true, customer_id int NOT NULL REFERENCES account_user (id), user_id
    int REFERENCES account_user (id) ON DELETE SET NULL);
CREATE TABLE checkout_checkout (token uuid PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(), email
    varchar(254), user_id int REFERENCES account_user (id) ON DELETE CASCADE, billing_address_id int REFERENCES
    account_address (id) ON DELETE SET NULL, shipping_address_id int REFERENCES account_address (id) ON DELETE SET
    NULL, note text NOT NULL DEFAULT '', metadata jsonb, voucher_code varchar(255));
CREATE TABLE checkout_checkoutline (id uuid PRIMARY KEY, checkout_id uuid NOT NULL REFERENCES checkout_checkout
    (token), quantity int NOT NULL);
CREATE TABLE payment_payment (id serial PRIMARY KEY, gateway varchar(255) NOT NULL, is_active boolean NOT NULL
    DEFAULT true, created_at timestamptz NOT NULL DEFAULT now(), charge_status varchar(20) NOT NULL,
    billing_first_name varchar(256) NOT NULL, billing_last_name varchar(256) NOT NULL, billing_company_name
    varchar(256) NOT NULL DEFAULT '', billing_address_1 varchar(256) NOT NULL, billing_city varchar(256) NOT NULL,
    billing_postal_code varchar(256) NOT NULL, billing_country_code varchar(2) NOT NULL, billing_email varchar(254)
    NOT NULL, customer_ip_address inet, cc_brand varchar(40) NOT NULL DEFAULT '', cc_last_digits varchar(4) NOT NULL
    DEFAULT '', extra_data text NOT NULL DEFAULT '', token varchar(512) NOT NULL DEFAULT '', order_id uuid
    REFERENCES order_order (id), checkout_id uuid REFERENCES checkout_checkout (token) ON DELETE SET NULL, total
    numeric(20,3) NOT NULL);
CREATE TABLE payment_transaction (id serial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(), token
    varchar(512) NOT NULL, kind varchar(25) NOT NULL, is_success boolean NOT NULL, amount numeric(20,3) NOT NULL,
    gateway_response jsonb NOT NULL, payment_id int NOT NULL REFERENCES payment_payment (id), customer_id
    varchar(256));
CREATE TABLE giftcard_giftcard (id serial PRIMARY KEY, code varchar(16) NOT NULL UNIQUE, created_at timestamptz NOT
    NULL DEFAULT now(), is_active boolean NOT NULL DEFAULT true, initial_balance_amount numeric(20,3) NOT NULL,
    current_balance_amount numeric(20,3) NOT NULL, created_by_id int REFERENCES account_user (id) ON DELETE SET
    NULL, created_by_email varchar(254), used_by_id int REFERENCES account_user (id) ON DELETE SET NULL,
    used_by_email varchar(254), metadata jsonb, search_vector tsvector);
CREATE TABLE giftcard_giftcardevent (id serial PRIMARY KEY, date timestamptz NOT NULL DEFAULT now(), type
    varchar(255) NOT NULL, parameters jsonb NOT NULL, gift_card_id int NOT NULL REFERENCES giftcard_giftcard (id) ON
    DELETE CASCADE, user_id int REFERENCES account_user (id) ON DELETE SET NULL, order_id uuid REFERENCES
    order_order (id) ON DELETE SET NULL);
CREATE TABLE core_eventpayload (id serial PRIMARY KEY, payload text NOT NULL DEFAULT '', payload_file varchar(100),
    created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE core_eventdelivery (id serial PRIMARY KEY, status varchar(255) NOT NULL, event_type varchar(255) NOT
    NULL, payload_id int REFERENCES core_eventpayload (id) ON DELETE CASCADE, created_at timestamptz NOT NULL
    DEFAULT now());
CREATE TABLE core_eventdeliveryattempt (id serial PRIMARY KEY, delivery_id int REFERENCES core_eventdelivery (id) ON
    DELETE CASCADE, response text, request_headers text, status varchar(255) NOT NULL);
CREATE TABLE invoice_invoice (id serial PRIMARY KEY, status varchar(50) NOT NULL, created_at timestamptz NOT NULL
    DEFAULT now(), number varchar(255), external_url varchar(2048), invoice_file varchar(255) NOT NULL DEFAULT '',
    order_id uuid REFERENCES order_order (id) ON DELETE SET NULL, metadata jsonb, message varchar(255));
CREATE TABLE invoice_invoiceevent (id serial PRIMARY KEY, date timestamptz NOT NULL DEFAULT now(), type varchar(255)
    NOT NULL, parameters jsonb NOT NULL, invoice_id int REFERENCES invoice_invoice (id) ON DELETE SET NULL, order_id
    uuid REFERENCES order_order (id) ON DELETE SET NULL, user_id int REFERENCES account_user (id) ON DELETE SET
    NULL);
CREATE TABLE warehouse_warehouse (id uuid PRIMARY KEY, name varchar(250) NOT NULL, slug varchar(255) NOT NULL
    UNIQUE, email varchar(254) NOT NULL, address_id int NOT NULL REFERENCES account_address (id));
CREATE TABLE site_sitesettings (id serial PRIMARY KEY, default_mail_sender_name varchar(78),
    default_mail_sender_address varchar(254), company_address_id int REFERENCES account_address (id) ON DELETE SET
    NULL);
CREATE TABLE csv_exportfile (id serial PRIMARY KEY, status varchar(50) NOT NULL, content_file varchar(255), user_id
    int REFERENCES account_user (id) ON DELETE CASCADE, app_id int);
CREATE TABLE discount_vouchercustomer (id serial PRIMARY KEY, customer_email varchar(254) NOT NULL, voucher_code
    varchar(255) NOT NULL, UNIQUE (voucher_code, customer_email));
CREATE TABLE django_content_type (id serial PRIMARY KEY, app_label varchar(100) NOT NULL, model varchar(100) NOT
    NULL);
CREATE TABLE product_product (id serial PRIMARY KEY, name varchar(250) NOT NULL, description jsonb, metadata jsonb);
CREATE TABLE app_app (id serial PRIMARY KEY, name varchar(60) NOT NULL, support_url varchar(200), author
    varchar(60));
CREATE TABLE account_staffnotificationrecipient (id serial PRIMARY KEY, staff_email varchar(254), active boolean NOT
    NULL, user_id int REFERENCES account_user (id) ON DELETE CASCADE)
"""
PB = "pbkdf2_sha256$600000$abcd$" + "Q" * 43 + "="


def saleorlike(url: str) -> str:
    """An empty database filled; the same URL."""
    s = Lab(url)
    s.sql(DDL)
    ad = "id first_name last_name street_address_1 city postal_code country phone metadata"
    s.put(
        "account_address",
        ad,
        [
            (p.number + k, p.first, p.last, p.street, p.city, f"401{p.number}2", "ID", p.phone, "{}")
            for k in (10, 30, 50)
            for p in PEOPLE
        ]
        + [
            (90, "Toko", "Gudang", "Jalan Gudang 1", "Solo", "57111", "ID", "+622112345678", "{}"),
            (91, "Hans", "Gast", "Weg 1", "Bonn", "53111", "DE", "+49228123456", "{}"),
            (92, "Grace", "Hope", "Jalan Kenanga 4", "Bandung", "40152", "ID", "+6281234500055", "{}"),
        ],
    )
    s.put(
        "account_user",
        "id email is_staff is_superuser password default_billing_address_id default_shipping_address_id "
        "note first_name last_name metadata jwt_token_key search_document uuid external_reference",
        [
            (
                p.number,
                p.email,
                False,
                False,
                PB,
                p.number + 10,
                p.number + 10,
                f"{p.first} wants invoices by post" if p.number == 3 else None,
                p.first,
                p.last,
                {"nick": p.first.lower()} if p.number == 4 else {},
                md5(f"jwt{p.number}")[:12],
                f"{p.email}{p.first} {p.last}{p.street}".lower(),
                str(uid("u", p.number)),
                f"crm-{p.number}" if p.number == 2 else None,
            )
            for p in PEOPLE
        ]
        + [
            (
                50,
                "dewi@toko.example",
                True,
                True,
                PB,
                None,
                None,
                None,
                "Dewi",
                "Desk",
                {},
                "jwtstaff0001",
                "dewi@toko.example",
                str(uid("u", 50)),
                None,
            )
        ],
    )
    s.put("account_user_addresses", "id user_id address_id", [(p.number, p.number, p.number + 10) for p in PEOPLE])
    s.put("account_group", "id name", [(1, "Full Access")])
    s.put("account_user_groups", "id user_id group_id", [(1, 50, 1)])
    orders = [(uid("o", p.number), p.number + 100, p, p.number, p.number + 30, p.number + 50) for p in PEOPLE] + [
        (uid("o", 41), 141, PEOPLE[4], None, 92, 92)
    ]
    s.put(
        "order_order",
        "id number status origin user_id billing_address_id shipping_address_id user_email customer_note "
        "total_gross_amount tracking_client_id checkout_token metadata search_document",
        [
            (
                str(o),
                n,
                ["fulfilled", "unfulfilled", "canceled"][n % 3],
                "checkout",
                u,
                b1,
                s1,
                p.email,
                f"Leave it with {p.first} please" if n in (103, 106) else "",
                42,
                str(uid("tr", n)),
                str(uid("ct", n)),
                {"gift_to": p.name} if n == 104 else {},
                f"{p.email}{p.name}".lower(),
            )
            for o, n, p, u, b1, s1 in orders
        ]
        + [
            (
                str(uid("o", 42)),
                142,
                "unconfirmed",
                "checkout",
                None,
                91,
                91,
                "guest@example.de",
                "",
                17,
                "t",
                "c",
                {},
                "guest@example.de",
            )
        ],
    )
    s.sql("UPDATE order_order SET search_vector = to_tsvector('simple', user_email || ' ' || search_document)")
    s.put(
        "order_orderline",
        "id order_id product_name quantity metadata",
        [
            (str(uid("ol", n)), str(o), "Mug", 1, {"engraving": p.name} if n == 105 else {})
            for o, n, p, u, b1, s1 in orders
        ],
    )
    s.put(
        "order_orderevent",
        "id type order_id user_id parameters",
        [
            (n, "email_sent", str(o), u, {"email": p.email, "email_type": "order_confirmation"})
            for o, n, p, u, b1, s1 in orders
        ]
        + [
            (190, "note_added", str(orders[2][0]), 50, {"message": "customer Zoë Ångström called"}),
            (191, "placed", str(uid("o", 42)), None, {}),
        ],
    )
    s.put(
        "order_fulfillment",
        "id tracking_number order_id status metadata",
        [(n, f"JNE{n}", str(o), "fulfilled", {}) for o, n, p, u, b1, s1 in orders],
    )
    s.put(
        "account_customerevent",
        "id type parameters user_id order_id",
        [(p.number, "account_created", {}, p.number, None) for p in PEOPLE]
        + [
            (20, "email_changed", {"message": "old.zoe@example.org"}, 3, None),
            (21, "note_added_to_order", {"message": "ring twice"}, 4, str(orders[3][0])),
            (22, "customer_deleted", {"count": 1}, 50, None),
        ],
    )
    s.put("account_customernote", "id content customer_id user_id", [(1, "Calls often, Budi", 8, 50)])
    s.put(
        "checkout_checkout",
        "token email user_id billing_address_id shipping_address_id note metadata",
        [
            (
                str(uid("ck", p.number)),
                p.email,
                p.number if p.number % 2 else None,
                p.number + 10 if p.number % 2 else None,
                None,
                "",
                {},
            )
            for p in PEOPLE[:6]
        ]
        + [(str(uid("ck", 60)), "guest@example.de", None, None, None, "", {})],
    )
    s.put(
        "checkout_checkoutline",
        "id checkout_id quantity",
        [(str(uid("cl", p.number)), str(uid("ck", p.number)), 1) for p in PEOPLE[:6]],
    )
    s.put(
        "payment_payment",
        "id gateway charge_status billing_first_name billing_last_name billing_address_1 billing_city "
        "billing_postal_code billing_country_code billing_email customer_ip_address cc_brand "
        "cc_last_digits extra_data token order_id total",
        [
            (
                n,
                "mirumee.dummy",
                "fully-charged",
                p.first,
                p.last,
                p.street,
                p.city,
                f"401{p.number}2",
                "ID",
                p.email,
                p.ip,
                "visa",
                "1111",
                json.dumps({"customer_user_agent": AGENT, "payer": p.name}),
                f"tok{n}",
                str(o),
                42,
            )
            for o, n, p, u, b1, s1 in orders
        ],
    )
    s.put(
        "payment_transaction",
        "id token kind is_success amount gateway_response payment_id customer_id",
        [
            (
                n,
                f"tok{n}",
                "capture",
                True,
                42,
                {"payer": {"email_address": p.email, "name": {"full": p.name}}, "status": "OK"},
                n,
                f"cus_{p.number}",
            )
            for o, n, p, u, b1, s1 in orders
        ],
    )
    s.put(
        "giftcard_giftcard",
        "id code initial_balance_amount current_balance_amount created_by_id created_by_email used_by_id "
        "used_by_email metadata",
        [
            (1, "AAAA", 50, 50, 1, PEOPLE[0].email, 3, PEOPLE[2].email, {}),
            (2, "BBBB", 50, 0, 50, "dewi@toko.example", 4, PEOPLE[3].email, {}),
            (3, "CCCC", 50, 50, None, "guest@example.de", None, None, {}),
        ],
    )
    s.put(
        "giftcard_giftcardevent",
        "id type parameters gift_card_id user_id",
        [
            (1, "bought", {"email": PEOPLE[0].email}, 1, 1),
            (2, "sent_to_customer", {"email": PEOPLE[2].email}, 1, 50),
            (3, "issued", {"balance": {"initial": "50"}}, 3, None),
        ],
    )
    s.put(
        "core_eventpayload",
        "id payload",
        [
            (
                p.number,
                json.dumps(
                    [
                        {
                            "type": "Order",
                            "id": "T3JkZXI6" + str(p.number),
                            "user_email": p.email,
                            "shipping_address": {
                                "first_name": p.first,
                                "last_name": p.last,
                                "street_address_1": p.street,
                            },
                        }
                    ]
                ),
            )
            for p in PEOPLE[:5]
        ]
        + [(20, json.dumps([{"type": "Product", "id": 1}]))],
    )
    s.put(
        "core_eventdelivery",
        "id status event_type payload_id",
        [(p.number, "success", "order_created", p.number) for p in PEOPLE[:5]]
        + [(20, "success", "product_updated", 20)],
    )
    s.put(
        "core_eventdeliveryattempt",
        "id delivery_id response request_headers status",
        [(3, 3, '{"ok": true, "echo": "zoe@example.org"}', "{}", "success"), (4, 4, "", "{}", "failed")],
    )
    s.put(
        "invoice_invoice",
        "id status number external_url order_id metadata",
        [
            (n, "success", f"{n}/2026", f"https://files.example/{n}-invoice.pdf", str(o), {})
            for o, n, p, u, b1, s1 in orders
        ],
    )
    s.put(
        "invoice_invoiceevent",
        "id type parameters invoice_id order_id user_id",
        [(n, "sent", {"email": p.email}, n, str(o), 50) for o, n, p, u, b1, s1 in orders],
    )
    s.put(
        "warehouse_warehouse",
        "id name slug email address_id",
        [(str(uid("wh", 1)), "Gudang Solo", "solo", "gudang@toko.example", 90)],
    )
    s.put(
        "site_sitesettings",
        "id default_mail_sender_name default_mail_sender_address company_address_id",
        [(1, "Toko", "halo@toko.example", 90)],
    )
    s.put("csv_exportfile", "id status content_file user_id", [(1, "success", "export.csv", 50)])
    s.put(
        "discount_vouchercustomer",
        "id customer_email voucher_code",
        [
            (1, "grace@example.com", "SUMMER"),
            (2, "guest@example.de", "SUMMER"),
            (3, "budi_santoso@example.com", "SUMMER"),
        ],
    )
    s.put("product_product", "id name description metadata", [(1, "Mug", {"blocks": [{"text": "Grace and hope"}]}, {})])
    s.put("app_app", "id name support_url author", [(1, "Search", "https://x.example", "X")])
    s.put("account_staffnotificationrecipient", "id staff_email active user_id", [(1, None, True, 50)])
    return s.done()
