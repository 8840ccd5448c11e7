"""No foreign keys, keys called ``id_order``, guests in the customers' own table; after PrestaShop's documented schema.

Reduced to the tables in which customers stand and some in which they do not; people and rows are invented.
"""

from __future__ import annotations

import json

from tests.store.platforms.lab import AGENT, BCRYPT, PEOPLE, Lab, md5

DDL = """
CREATE TABLE ps_customer (id_customer int unsigned AUTO_INCREMENT PRIMARY KEY, id_gender int unsigned NOT NULL,
    id_default_group int unsigned NOT NULL DEFAULT 1, company varchar(255) NULL, siret varchar(14) NULL, firstname
    varchar(255) NOT NULL, lastname varchar(255) NOT NULL, email varchar(255) NOT NULL, passwd varchar(255) NOT
    NULL, last_passwd_gen timestamp NULL, birthday date NULL, newsletter tinyint unsigned NOT NULL DEFAULT 0,
    ip_registration_newsletter varchar(15) NULL, optin tinyint unsigned NOT NULL DEFAULT 0, website varchar(128)
    NULL, secure_key varchar(32) NOT NULL DEFAULT '-1', note text NULL, active tinyint unsigned NOT NULL DEFAULT 0,
    is_guest tinyint(1) NOT NULL DEFAULT 0, deleted tinyint(1) NOT NULL DEFAULT 0, date_add datetime NOT NULL,
    reset_password_token varchar(40) NULL, KEY customer_email (email));
CREATE TABLE ps_customer_group (id_customer int unsigned NOT NULL, id_group int unsigned NOT NULL, PRIMARY KEY
    (id_customer, id_group));
CREATE TABLE ps_group (id_group int unsigned AUTO_INCREMENT PRIMARY KEY, reduction decimal(5,2) NOT NULL DEFAULT 0,
    date_add datetime NOT NULL);
CREATE TABLE ps_group_lang (id_group int unsigned NOT NULL, id_lang int unsigned NOT NULL, name varchar(32) NOT
    NULL, PRIMARY KEY (id_group, id_lang));
CREATE TABLE ps_address (id_address int unsigned AUTO_INCREMENT PRIMARY KEY, id_country int unsigned NOT NULL,
    id_state int unsigned NULL, id_customer int unsigned NOT NULL DEFAULT 0, id_manufacturer int unsigned NOT NULL
    DEFAULT 0, id_supplier int unsigned NOT NULL DEFAULT 0, id_warehouse int unsigned NOT NULL DEFAULT 0, alias
    varchar(32) NOT NULL, company varchar(255) NULL, lastname varchar(255) NOT NULL, firstname varchar(255) NOT
    NULL, address1 varchar(128) NOT NULL, address2 varchar(128) NULL, postcode varchar(12) NULL, city varchar(64)
    NOT NULL, other text NULL, phone varchar(32) NULL, phone_mobile varchar(32) NULL, vat_number varchar(32) NULL,
    dni varchar(16) NULL, date_add datetime NOT NULL, active tinyint unsigned NOT NULL DEFAULT 1, deleted tinyint
    unsigned NOT NULL DEFAULT 0, KEY address_customer (id_customer));
CREATE TABLE ps_orders (id_order int unsigned AUTO_INCREMENT PRIMARY KEY, reference varchar(255) NULL, id_carrier
    int unsigned NOT NULL, id_lang int unsigned NOT NULL, id_customer int unsigned NOT NULL, id_cart int unsigned
    NOT NULL, id_currency int unsigned NOT NULL, id_address_delivery int unsigned NOT NULL, id_address_invoice int
    unsigned NOT NULL, current_state int unsigned NOT NULL, secure_key varchar(32) NOT NULL DEFAULT '-1', payment
    varchar(255) NOT NULL, module varchar(255) NULL, gift tinyint(1) NOT NULL DEFAULT 0, gift_message text NULL,
    note text NULL, total_paid decimal(20,6) NOT NULL DEFAULT 0, invoice_number int unsigned NOT NULL DEFAULT 0,
    date_add datetime NOT NULL, KEY id_customer (id_customer), KEY reference (reference));
CREATE TABLE ps_order_state (id_order_state int unsigned AUTO_INCREMENT PRIMARY KEY, invoice tinyint unsigned
    DEFAULT 0, send_email tinyint unsigned NOT NULL DEFAULT 0, color varchar(32) NULL, paid tinyint unsigned NOT
    NULL DEFAULT 0, shipped tinyint unsigned NOT NULL DEFAULT 0);
CREATE TABLE ps_order_state_lang (id_order_state int unsigned NOT NULL, id_lang int unsigned NOT NULL, name
    varchar(64) NOT NULL, template varchar(64) NOT NULL, PRIMARY KEY (id_order_state, id_lang));
CREATE TABLE ps_order_history (id_order_history int unsigned AUTO_INCREMENT PRIMARY KEY, id_employee int unsigned
    NOT NULL, id_order int unsigned NOT NULL, id_order_state int unsigned NOT NULL, date_add datetime NOT NULL, KEY
    order_history_order (id_order));
CREATE TABLE ps_order_detail (id_order_detail int unsigned AUTO_INCREMENT PRIMARY KEY, id_order int unsigned NOT
    NULL, product_id int unsigned NOT NULL, id_customization int unsigned DEFAULT 0, product_name text NOT NULL,
    product_quantity int unsigned NOT NULL DEFAULT 0, product_price decimal(20,6) NOT NULL DEFAULT 0, download_hash
    varchar(255) NULL, KEY order_detail_order (id_order));
CREATE TABLE ps_order_invoice (id_order_invoice int unsigned AUTO_INCREMENT PRIMARY KEY, id_order int NOT NULL,
    number int NOT NULL, shop_address text NULL, note text NULL, total_paid_tax_incl decimal(20,6) NOT NULL DEFAULT
    0, date_add datetime NOT NULL, KEY id_order (id_order));
CREATE TABLE ps_order_payment (id_order_payment int AUTO_INCREMENT PRIMARY KEY, order_reference varchar(255) NULL,
    id_currency int unsigned NOT NULL, amount decimal(20,6) NOT NULL, payment_method varchar(255) NOT NULL,
    transaction_id varchar(254) NULL, card_number varchar(254) NULL, card_brand varchar(254) NULL, card_expiration
    char(7) NULL, card_holder varchar(254) NULL, date_add datetime NOT NULL, KEY order_reference (order_reference));
CREATE TABLE ps_cart (id_cart int unsigned AUTO_INCREMENT PRIMARY KEY, id_carrier int unsigned NOT NULL,
    delivery_option text NOT NULL, id_address_delivery int unsigned NOT NULL, id_address_invoice int unsigned NOT
    NULL, id_customer int unsigned NOT NULL, id_guest int unsigned NOT NULL, secure_key varchar(32) NOT NULL DEFAULT
    '-1', gift_message text NULL, checkout_session_data mediumtext NULL, date_add datetime NOT NULL, KEY
    cart_customer (id_customer));
CREATE TABLE ps_cart_product (id_cart int unsigned NOT NULL, id_product int unsigned NOT NULL, id_address_delivery
    int unsigned NOT NULL DEFAULT 0, quantity int unsigned NOT NULL, PRIMARY KEY (id_cart, id_product,
    id_address_delivery));
CREATE TABLE ps_customization (id_customization int unsigned AUTO_INCREMENT PRIMARY KEY, id_cart int unsigned NOT
    NULL, id_product int NOT NULL, quantity int NOT NULL, KEY id_cart_product (id_cart, id_product));
CREATE TABLE ps_customized_data (id_customization int unsigned NOT NULL, type tinyint(1) NOT NULL, `index` int NOT
    NULL, value varchar(1024) NOT NULL, id_module int NOT NULL DEFAULT 0, PRIMARY KEY (id_customization, type,
    `index`));
CREATE TABLE ps_guest (id_guest int unsigned AUTO_INCREMENT PRIMARY KEY, id_operating_system int unsigned NULL,
    id_web_browser int unsigned NULL, id_customer int unsigned NULL, accept_language varchar(8) NULL, KEY
    id_customer (id_customer));
CREATE TABLE ps_connections (id_connections int unsigned AUTO_INCREMENT PRIMARY KEY, id_guest int unsigned NOT NULL,
    id_page int unsigned NOT NULL, ip_address bigint NULL, date_add datetime NOT NULL, http_referer varchar(255)
    NULL, KEY id_guest (id_guest));
CREATE TABLE ps_customer_thread (id_customer_thread int unsigned AUTO_INCREMENT PRIMARY KEY, id_contact int unsigned
    NOT NULL, id_customer int unsigned NULL, id_order int unsigned NULL, id_product int unsigned NULL, status
    enum('open','closed','pending1','pending2') NOT NULL DEFAULT 'open', email varchar(255) NOT NULL, token
    varchar(12) NULL, date_add datetime NOT NULL, KEY id_customer (id_customer));
CREATE TABLE ps_customer_message (id_customer_message int unsigned AUTO_INCREMENT PRIMARY KEY, id_customer_thread
    int NULL, id_employee int unsigned NULL, message mediumtext NOT NULL, file_name varchar(18) NULL, ip_address
    varchar(16) NULL, user_agent varchar(128) NULL, date_add datetime NOT NULL, private tinyint NOT NULL DEFAULT 0,
    `read` tinyint(1) NOT NULL DEFAULT 0, KEY id_customer_thread (id_customer_thread), KEY id_employee
    (id_employee));
CREATE TABLE ps_customer_session (id_customer_session int unsigned AUTO_INCREMENT PRIMARY KEY, id_customer int
    unsigned NULL, token varchar(40) NULL, date_add datetime NOT NULL);
CREATE TABLE ps_message (id_message int unsigned AUTO_INCREMENT PRIMARY KEY, id_cart int unsigned NULL, id_customer
    int unsigned NOT NULL, id_employee int unsigned NULL, id_order int unsigned NOT NULL, message text NOT NULL,
    date_add datetime NOT NULL);
CREATE TABLE ps_employee (id_employee int unsigned AUTO_INCREMENT PRIMARY KEY, id_profile int unsigned NOT NULL,
    lastname varchar(255) NOT NULL, firstname varchar(255) NOT NULL, email varchar(255) NOT NULL, passwd
    varchar(255) NOT NULL, active tinyint unsigned NOT NULL DEFAULT 1, last_connection_date date NULL,
    reset_password_token varchar(40) NULL, KEY employee_login (email, passwd));
CREATE TABLE ps_emailsubscription (id int AUTO_INCREMENT PRIMARY KEY, id_shop int unsigned NOT NULL DEFAULT 1, email
    varchar(255) NOT NULL, newsletter_date_add datetime NULL, ip_registration_newsletter varchar(15) NOT NULL,
    http_referer varchar(255) NULL, active tinyint(1) NOT NULL DEFAULT 0);
CREATE TABLE ps_mail (id_mail int unsigned AUTO_INCREMENT PRIMARY KEY, recipient varchar(255) NOT NULL, template
    varchar(62) NOT NULL, subject varchar(255) NOT NULL, id_lang int unsigned NOT NULL, date_add timestamp NOT NULL
    DEFAULT CURRENT_TIMESTAMP, KEY recipient (recipient(10)));
CREATE TABLE ps_log (id_log int unsigned AUTO_INCREMENT PRIMARY KEY, severity tinyint NOT NULL, error_code int NULL,
    message text NOT NULL, object_type varchar(32) NULL, object_id int unsigned NULL, id_employee int unsigned NULL,
    date_add datetime NOT NULL);
CREATE TABLE ps_product_comment (id_product_comment int unsigned AUTO_INCREMENT PRIMARY KEY, id_product int unsigned
    NOT NULL, id_customer int unsigned NOT NULL, id_guest int unsigned NULL, title varchar(64) NULL, content text
    NOT NULL, customer_name varchar(64) NULL, grade float unsigned NOT NULL, validate tinyint(1) NOT NULL, date_add
    datetime NOT NULL);
CREATE TABLE ps_wishlist (id_wishlist int unsigned AUTO_INCREMENT PRIMARY KEY, id_customer int unsigned NOT NULL,
    token varchar(64) NOT NULL, name varchar(64) NOT NULL, date_add datetime NOT NULL);
CREATE TABLE ps_psgdpr_log (id_gdpr_log int unsigned AUTO_INCREMENT PRIMARY KEY, id_customer int unsigned NULL,
    id_guest int unsigned NULL, client_name varchar(250) NULL, id_module int unsigned NOT NULL, request_type int NOT
    NULL, date_add datetime NOT NULL);
CREATE TABLE ps_mailalert_customer_oos (id_customer int unsigned NOT NULL, customer_email varchar(128) NOT NULL,
    id_product int unsigned NOT NULL, id_product_attribute int unsigned NOT NULL, PRIMARY KEY (id_customer,
    customer_email, id_product, id_product_attribute));
CREATE TABLE ps_cart_rule (id_cart_rule int unsigned AUTO_INCREMENT PRIMARY KEY, id_customer int unsigned NOT NULL
    DEFAULT 0, description text NULL, quantity int unsigned NOT NULL DEFAULT 0, code varchar(254) NOT NULL,
    reduction_amount decimal(17,2) NOT NULL DEFAULT 0, date_add datetime NOT NULL);
CREATE TABLE ps_order_slip (id_order_slip int unsigned AUTO_INCREMENT PRIMARY KEY, id_customer int unsigned NOT
    NULL, id_order int unsigned NOT NULL, amount decimal(10,2) NOT NULL, date_add datetime NOT NULL);
CREATE TABLE ps_manufacturer (id_manufacturer int unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(64) NOT NULL,
    date_add datetime NOT NULL, active tinyint(1) NOT NULL DEFAULT 0);
CREATE TABLE ps_product (id_product int unsigned AUTO_INCREMENT PRIMARY KEY, id_manufacturer int unsigned NULL,
    reference varchar(64) NULL, price decimal(20,6) NOT NULL DEFAULT 0);
CREATE TABLE ps_product_lang (id_product int unsigned NOT NULL, id_lang int unsigned NOT NULL, description text
    NULL, name varchar(128) NOT NULL, PRIMARY KEY (id_product, id_lang));
CREATE TABLE ps_configuration (id_configuration int unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(254) NOT NULL,
    value text NULL);
CREATE TABLE ps_contact (id_contact int unsigned AUTO_INCREMENT PRIMARY KEY, email varchar(255) NOT NULL,
    customer_service tinyint(1) NOT NULL DEFAULT 0);
"""
D = "2026-03-04 10:11:12"


def prestalike(url: str) -> str:
    """An empty database filled; the same URL."""
    s = Lab(url)
    s.sql(DDL)
    s.put(
        "ps_customer",
        "id_customer id_gender company firstname lastname email passwd birthday newsletter "
        "ip_registration_newsletter secure_key note active is_guest date_add reset_password_token",
        [
            (
                p.number,
                p.number % 2 + 1,
                None,
                p.first,
                p.last,
                p.email,
                BCRYPT,
                f"19{60 + p.number * 3}-02-0{p.number}",
                1,
                p.ip,
                md5(p.email + "k"),
                f"{p.first} prefers mornings" if p.number == 3 else None,
                1,
                0,
                D,
                None,
            )
            for p in PEOPLE
        ]
        + [
            (
                20,
                1,
                None,
                "Gast",
                "Hoffmann",
                "gast@example.de",
                BCRYPT,
                None,
                0,
                None,
                md5("gast"),
                None,
                1,
                1,
                D,
                None,
            ),
            (
                21,
                1,
                None,
                "Marco",
                "D'Angelo",
                "marco.dangelo@example.it",
                BCRYPT,
                None,
                0,
                None,
                md5("g2"),
                None,
                1,
                1,
                D,
                None,
            ),
        ],
    )
    s.put("ps_customer_group", "id_customer id_group", [(p.number, 3) for p in PEOPLE] + [(20, 2), (21, 2)])
    s.put("ps_group", "id_group date_add", [(1, D), (2, D), (3, D)])
    s.put("ps_group_lang", "id_group id_lang name", [(1, 1, "Visitor"), (2, 1, "Guest"), (3, 1, "Customer")])
    s.put(
        "ps_address",
        "id_address id_country id_customer alias lastname firstname address1 address2 postcode city "
        "other phone phone_mobile dni date_add",
        [
            (
                p.number + 10,
                6,
                p.number,
                "My address",
                p.last,
                p.first,
                p.street,
                None,
                f"401{p.number}2",
                p.city,
                f"bell: {p.last}" if p.number == 4 else None,
                p.phone,
                None,
                "12345678Z" if p.number == 6 else None,
                D,
            )
            for p in PEOPLE
        ]
        + [(31, 6, 21, "Mio", "D'Angelo", "Marco", "Via Roma 7", None, "10121", "Torino", None, None, None, None, D)],
    )
    s.put(
        "ps_address",
        "id_address id_country id_customer id_manufacturer alias lastname firstname address1 city phone date_add",
        [(40, 8, 0, 1, "manufacturer", "JOHNSON", "Graham", "1 Factory Road", "Leeds", "0113 496 0000", D)],
    )
    s.put(
        "ps_cart",
        "id_cart id_carrier delivery_option id_address_delivery id_address_invoice id_customer id_guest "
        "secure_key gift_message checkout_session_data date_add",
        [
            (
                p.number + 50,
                2,
                json.dumps({str(p.number + 10): "2,"}),
                p.number + 10,
                p.number + 10,
                p.number,
                p.number + 70,
                md5(p.email + "k"),
                "for " + p.name if p.number == 4 else None,
                json.dumps(
                    {
                        "checkout-personal-information-step": {"step_is_reachable": True},
                        "checkout-addresses-step": {"id_address": p.number + 10},
                    }
                ),
                D,
            )
            for p in PEOPLE
        ]
        + [
            (61, 2, '{"31":"2,"}', 31, 31, 21, 91, md5("g2"), None, None, D),
            (62, 0, "", 0, 0, 0, 92, "-1", None, None, D),
        ],
    )
    s.put(
        "ps_cart_product",
        "id_cart id_product id_address_delivery quantity",
        [(p.number + 50, 1, p.number + 10, 1) for p in PEOPLE],
    )
    s.put(
        "ps_orders",
        "id_order reference id_carrier id_lang id_customer id_cart id_currency id_address_delivery "
        "id_address_invoice current_state secure_key payment module gift gift_message note total_paid "
        "date_add",
        [
            (
                p.number + 100,
                f"ORD{p.number}XKBNOB",
                2,
                1,
                p.number,
                p.number + 50,
                1,
                p.number + 10,
                p.number + 10,
                4 + p.number % 3,
                md5(p.email + "k"),
                "Bank wire",
                "ps_wirepayment",
                1 if p.number == 4 else 0,
                "for " + p.name if p.number == 4 else "",
                f"call {p.phone}" if p.number == 8 else "",
                42,
                D,
            )
            for p in PEOPLE
        ]
        + [(121, "ORD21GUEST", 2, 1, 21, 61, 1, 31, 31, 5, md5("g2"), "Bank wire", "ps_wirepayment", 0, "", "", 17, D)],
    )
    s.put("ps_order_state", "id_order_state color", [(2, "a"), (4, "b"), (5, "c"), (6, "d")])
    s.put(
        "ps_order_state_lang",
        "id_order_state id_lang name template",
        [
            (2, 1, "Payment accepted", "payment"),
            (4, 1, "Shipped", "shipped"),
            (5, 1, "Delivered", ""),
            (6, 1, "Canceled", "order_canceled"),
        ],
    )
    s.put(
        "ps_order_history",
        "id_order_history id_employee id_order id_order_state date_add",
        [(p.number + 200, p.number % 2, p.number + 100, 2, D) for p in PEOPLE],
    )
    s.put(
        "ps_order_detail",
        "id_order_detail id_order product_id id_customization product_name product_quantity download_hash",
        [
            (
                p.number + 300,
                p.number + 100,
                1,
                p.number + 700 if p.number == 5 else 0,
                "Mug - Best is yet to come",
                1,
                md5(f"d{p.number}"),
            )
            for p in PEOPLE
        ],
    )
    s.put(
        "ps_order_invoice",
        "id_order_invoice id_order number shop_address note date_add",
        [
            (
                p.number + 400,
                p.number + 100,
                p.number,
                "Toko\\nJalan Toko 1",
                f"{p.name}, thank you" if p.number < 4 else "",
                D,
            )
            for p in PEOPLE
        ],
    )
    s.put(
        "ps_order_payment",
        "id_order_payment order_reference id_currency amount payment_method transaction_id card_number "
        "card_brand card_holder date_add",
        [
            (p.number, f"ORD{p.number}XKBNOB", 1, 42, "Card", f"tx_{p.number}", "411111******1111", "VISA", p.name, D)
            for p in PEOPLE
        ],
    )
    s.put("ps_customization", "id_customization id_cart id_product quantity", [(705, 55, 1, 1), (706, 56, 1, 1)])
    s.put(
        "ps_customized_data",
        "id_customization type index value",
        [(705, 1, 1, "To Grace Hope with love"), (706, 1, 1, "Óscar Núñez")],
    )
    s.put(
        "ps_guest",
        "id_guest id_operating_system id_customer accept_language",
        [(p.number + 70, 1, p.number, "it") for p in PEOPLE] + [(91, 1, 21, "it"), (92, 1, 0, "en")],
    )
    s.put(
        "ps_connections",
        "id_connections id_guest id_page ip_address date_add http_referer",
        [
            (
                p.number,
                p.number + 70,
                1,
                3325256704 + p.number + 20,
                D,
                f"https://toko.example/?mail={p.email}" if p.number == 2 else "",
            )
            for p in PEOPLE
        ]
        + [(99, 92, 1, 3221225985, D, "")],
    )
    s.put(
        "ps_customer_thread",
        "id_customer_thread id_contact id_customer id_order status email token date_add",
        [(p.number + 800, 1, p.number, p.number + 100, "open", p.email, f"tok{p.number}AbCdEf", D) for p in PEOPLE[:5]]
        + [
            (820, 1, 0, 0, "open", "oscar.nunez@example.es", "tok77", D),
            (821, 1, 0, 0, "closed", "stranger@example.org", "tok78", D),
        ],
    )
    s.put(
        "ps_customer_message",
        "id_customer_message id_customer_thread id_employee message ip_address user_agent date_add",
        [
            (p.number + 900, p.number + 800, 0, f"Hello, I am {p.name}, ring me: {p.phone}", p.ip, AGENT, D)
            for p in PEOPLE[:5]
        ]
        + [
            (910, 801, 1, "Dear Siti, it is on its way", "", "", D),
            (911, 820, 0, "¿Dónde está? Óscar Núñez", "198.51.100.26", AGENT, D),
            (912, 821, 0, "just asking", "192.0.2.99", AGENT, D),
        ],
    )
    s.put(
        "ps_customer_session",
        "id_customer_session id_customer token date_add",
        [(p.number, p.number, md5(f"s{p.number}")[:40], D) for p in PEOPLE[:6]],
    )
    s.put(
        "ps_message",
        "id_message id_cart id_customer id_employee id_order message date_add",
        [(1, 58, 8, 0, 108, "Please ring at Budi's", D), (2, 51, 1, 0, 101, "Thanks", D)],
    )
    s.put(
        "ps_employee",
        "id_employee id_profile lastname firstname email passwd",
        [(1, 1, "Desk", "Dewi", "dewi@toko.example", BCRYPT)],
    )
    s.put(
        "ps_emailsubscription",
        "id email newsletter_date_add ip_registration_newsletter active",
        [
            (1, "GRACE@example.com", D, "198.51.100.25", 1),
            (2, "reader@example.org", D, "192.0.2.50", 1),
            (3, "li.xiaolong@example.cn", D, "198.51.100.27", 1),
        ],
    )
    s.put(
        "ps_mail",
        "id_mail recipient template subject id_lang",
        [(p.number, p.email, "order_conf", "[Toko] Order confirmation", 1) for p in PEOPLE]
        + [(30, "dewi@toko.example", "new_order", "New order : #101 - ORD1XKBNOB by Siti Rahayu", 1)],
    )
    s.put(
        "ps_log",
        "id_log severity message object_type object_id id_employee date_add",
        [
            (1, 1, "Back office connection from 192.0.2.1", "", 0, 1, D),
            (2, 1, "Customer modification", "Customer", 3, 1, D),
            (3, 3, "Swift Error: Expected response code 250 for marco.dangelo@example.it", "SwiftMessage", 0, 0, D),
            (4, 1, "Address modification", "Address", 13, 1, D),
            (5, 1, "Product modification", "Product", 3, 1, D),
            (6, 1, "Order status changed", "Order", 103, 1, D),
        ],
    )
    s.put(
        "ps_product_comment",
        "id_product_comment id_product id_customer id_guest title content customer_name grade validate date_add",
        [
            (1, 1, 3, 73, "Bra!", "Very good", "Zoë Å.", 5, 1, D),
            (2, 1, 4, 74, "Ok", "Bello", "Marco D'Angelo", 4, 1, D),
            (3, 1, 0, 92, "Hm", "so so", "Passer-by", 3, 1, D),
        ],
    )
    s.put(
        "ps_wishlist",
        "id_wishlist id_customer token name date_add",
        [(p.number, p.number, md5(f"w{p.number}"), "My wishlist", D) for p in PEOPLE[:4]],
    )
    s.put(
        "ps_psgdpr_log",
        "id_gdpr_log id_customer id_guest client_name id_module request_type date_add",
        [(p.number, p.number, 0, f"{p.first} {p.last}", 1, 1, D) for p in PEOPLE[:4]],
    )
    s.put(
        "ps_mailalert_customer_oos",
        "id_customer customer_email id_product id_product_attribute",
        [(3, "", 1, 0), (0, "budi_santoso@example.com", 1, 0), (0, "x@example.org", 1, 0)],
    )
    s.put(
        "ps_cart_rule",
        "id_cart_rule id_customer description quantity code reduction_amount date_add",
        [(1, 0, "Summer", 100, "SUMMER", 5, D), (2, 2, "Voucher for Siti Rahayu", 1, "V2C2O1", 10, D)],
    )
    s.put("ps_order_slip", "id_order_slip id_customer id_order amount date_add", [(1, 4, 104, 10, D)])
    s.put("ps_manufacturer", "id_manufacturer name date_add active", [(1, "Studio Design", D, 1)])
    s.put(
        "ps_product",
        "id_product id_manufacturer reference price",
        [(1, 1, "demo_1", 12), (2, 1, "demo_2", 14), (3, 1, "demo_3", 15)],
    )
    s.put(
        "ps_product_lang",
        "id_product id_lang description name",
        [(1, 1, "<p>A mug</p>", "Mug"), (2, 1, "<p>Hope and grace</p>", "Poster"), (3, 1, "x", "Bag")],
    )
    s.put(
        "ps_configuration",
        "id_configuration name value",
        [
            (1, "PS_SHOP_EMAIL", "halo@toko.example"),
            (2, "PS_SHOP_NAME", "Toko"),
            (3, "PS_SHOP_PHONE", "+622112345678"),
            (4, "PS_LANG_DEFAULT", "1"),
        ],
    )
    s.put("ps_contact", "id_contact email customer_service", [(1, "halo@toko.example", 1)])
    return s.done()
