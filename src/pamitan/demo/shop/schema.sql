-- The database of Toko Buku Senja, a bookshop as there are many: it has grown over the years, with foreign keys
-- where somebody thought of them and none where nobody did. Money is in whole rupiah, times are UTC.

CREATE TABLE customer (
    id                INTEGER PRIMARY KEY,
    email             VARCHAR(254) UNIQUE,               -- unique in this spelling only; letter case was forgotten
    phone             VARCHAR(32),                       -- not unique: families share one
    password          VARCHAR(200) NOT NULL DEFAULT '',  -- empty for who signs in by code alone
    full_name         VARCHAR(120) NOT NULL,
    language          VARCHAR(5) NOT NULL DEFAULT 'id',
    is_active         BOOLEAN NOT NULL DEFAULT 1,
    email_verified_at DATETIME,
    created_at        DATETIME NOT NULL
);

CREATE TABLE old_customer (                              -- taken over from the old shop, before the move
    id          INTEGER PRIMARY KEY,
    email       VARCHAR(254) NOT NULL,
    full_name   VARCHAR(120) NOT NULL,
    street      VARCHAR(200) NOT NULL DEFAULT '',
    customer_id INTEGER,                                 -- NULL where nobody noticed that it is the same person
    joined_at   DATETIME NOT NULL
);
CREATE INDEX old_customer_customer ON old_customer (customer_id);
CREATE INDEX old_customer_email ON old_customer (email);

CREATE TABLE referral (
    inviter_id INTEGER NOT NULL REFERENCES customer (id),
    friend_id  INTEGER NOT NULL REFERENCES customer (id),
    at         DATETIME NOT NULL,
    PRIMARY KEY (inviter_id, friend_id)
);
CREATE INDEX referral_friend ON referral (friend_id);

CREATE TABLE staff (
    id        INTEGER PRIMARY KEY,
    full_name VARCHAR(120) NOT NULL,
    email     VARCHAR(254) NOT NULL UNIQUE
);

CREATE TABLE customer_address (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    label       VARCHAR(40) NOT NULL DEFAULT '',
    recipient   VARCHAR(120) NOT NULL,
    phone       VARCHAR(32) NOT NULL DEFAULT '',
    street      VARCHAR(200) NOT NULL,
    city        VARCHAR(80) NOT NULL,
    postcode    VARCHAR(10) NOT NULL,
    country     CHAR(2) NOT NULL DEFAULT 'ID'
);
CREATE INDEX customer_address_customer ON customer_address (customer_id);

-- The catalogue

CREATE TABLE author (
    id   INTEGER PRIMARY KEY,
    name VARCHAR(120) NOT NULL UNIQUE
);

CREATE TABLE product (
    id          INTEGER PRIMARY KEY,
    kind        VARCHAR(12) NOT NULL CHECK (kind IN ('book', 'ebook', 'audio')),
    title       VARCHAR(200) NOT NULL,
    author_id   INTEGER NOT NULL REFERENCES author (id),
    price       INTEGER NOT NULL CHECK (price >= 0),
    description TEXT NOT NULL DEFAULT '',
    filename    VARCHAR(120)                             -- of an e-book or a recording
);

CREATE TABLE stock (
    product_id INTEGER PRIMARY KEY REFERENCES product (id),
    pieces     INTEGER NOT NULL
);

-- Orders

CREATE TABLE order_address (                             -- copied at the time of the order
    id        INTEGER PRIMARY KEY,
    recipient VARCHAR(120) NOT NULL,
    phone     VARCHAR(32) NOT NULL DEFAULT '',
    street    VARCHAR(200) NOT NULL,
    city      VARCHAR(80) NOT NULL,
    postcode  VARCHAR(10) NOT NULL,
    country   CHAR(2) NOT NULL DEFAULT 'ID'
);

CREATE TABLE shop_order (
    id           INTEGER PRIMARY KEY,
    number       VARCHAR(20) NOT NULL UNIQUE,
    customer_id  INTEGER REFERENCES customer (id),       -- NULL for a guest
    guest_email  VARCHAR(254),
    address_id   INTEGER REFERENCES order_address (id),
    status       VARCHAR(12) NOT NULL CHECK (status IN ('unpaid', 'paid', 'shipped', 'delivered', 'cancelled')),
    total        INTEGER NOT NULL,
    note         TEXT NOT NULL DEFAULT '',
    placed_at    DATETIME NOT NULL,
    expected_at  DATETIME,
    delivered_at DATETIME
);
CREATE INDEX shop_order_customer ON shop_order (customer_id);
CREATE INDEX shop_order_guest ON shop_order (guest_email);
CREATE INDEX shop_order_address ON shop_order (address_id);

CREATE TABLE order_line (
    order_id     INTEGER NOT NULL REFERENCES shop_order (id),
    line         INTEGER NOT NULL,
    product_id   INTEGER NOT NULL REFERENCES product (id),
    pieces       INTEGER NOT NULL DEFAULT 1,
    price        INTEGER NOT NULL,
    gift_message TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (order_id, line)
);

CREATE TABLE parcel_event (
    id        INTEGER PRIMARY KEY,
    order_id  INTEGER NOT NULL REFERENCES shop_order (id),
    at        DATETIME NOT NULL,
    event     VARCHAR(40) NOT NULL,
    signed_by VARCHAR(120)
);
CREATE INDEX parcel_event_order ON parcel_event (order_id);

CREATE TABLE payment (
    id         INTEGER PRIMARY KEY,
    order_id   INTEGER NOT NULL REFERENCES shop_order (id),
    method     VARCHAR(20) NOT NULL,
    amount     INTEGER NOT NULL,
    payer_name VARCHAR(120) NOT NULL DEFAULT '',
    paid_at    DATETIME NOT NULL
);
CREATE INDEX payment_order ON payment (order_id);

CREATE TABLE refund (
    id       INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES shop_order (id),
    amount   INTEGER NOT NULL,
    noted_at DATETIME NOT NULL
);
CREATE INDEX refund_order ON refund (order_id);

CREATE TABLE invoice (
    id            INTEGER PRIMARY KEY,
    number        VARCHAR(20) NOT NULL UNIQUE,
    order_id      INTEGER NOT NULL REFERENCES shop_order (id),
    issued_on     DATE NOT NULL,
    buyer_name    VARCHAR(120) NOT NULL,
    buyer_address VARCHAR(300) NOT NULL,
    buyer_email   VARCHAR(254),
    total         INTEGER NOT NULL,
    vat           INTEGER NOT NULL
);
CREATE INDEX invoice_order ON invoice (order_id);

-- What was bought to read and to hear; the order line by its two columns, the customer by a number without a key

CREATE TABLE purchase (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER,
    order_id    INTEGER NOT NULL,
    line        INTEGER NOT NULL,
    product_id  INTEGER NOT NULL REFERENCES product (id),
    bought_at   DATETIME NOT NULL,
    opened      INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (order_id, line) REFERENCES order_line (order_id, line)
);
CREATE INDEX purchase_customer ON purchase (customer_id);
CREATE INDEX purchase_line ON purchase (order_id, line);

-- Membership, credit, gift cards

CREATE TABLE membership (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    plan        VARCHAR(40) NOT NULL,
    status      VARCHAR(12) NOT NULL CHECK (status IN ('running', 'ended')),
    started_at  DATETIME NOT NULL,
    renews_at   DATETIME,
    price       INTEGER NOT NULL
);
CREATE INDEX membership_customer ON membership (customer_id);

CREATE TABLE credit_entry (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER,
    amount      INTEGER NOT NULL,
    reason      VARCHAR(80) NOT NULL,
    at          DATETIME NOT NULL
);
CREATE INDEX credit_entry_customer ON credit_entry (customer_id);

CREATE TABLE star_entry (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    stars       INTEGER NOT NULL,
    at          DATETIME NOT NULL
);
CREATE INDEX star_entry_customer ON star_entry (customer_id);

CREATE TABLE gift_card (
    id        INTEGER PRIMARY KEY,
    code      VARCHAR(24) NOT NULL UNIQUE,
    value     INTEGER NOT NULL,
    buyer_id  INTEGER REFERENCES customer (id),
    message   TEXT NOT NULL DEFAULT '',
    used_at   DATETIME
);
CREATE INDEX gift_card_buyer ON gift_card (buyer_id);

-- What customers say

CREATE TABLE review (
    id           INTEGER PRIMARY KEY,
    product_id   INTEGER NOT NULL REFERENCES product (id),
    customer_id  INTEGER REFERENCES customer (id),
    display_name VARCHAR(60) NOT NULL,
    rating       INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    body         TEXT NOT NULL DEFAULT '',
    at           DATETIME NOT NULL
);
CREATE INDEX review_customer ON review (customer_id);

CREATE TABLE review_thanks (                             -- "this review helped me"
    review_id   INTEGER NOT NULL REFERENCES review (id),
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    PRIMARY KEY (review_id, customer_id)
);
CREATE INDEX review_thanks_customer ON review_thanks (customer_id);

CREATE TABLE support_ticket (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES customer (id),
    email       VARCHAR(254),
    subject     VARCHAR(200) NOT NULL,
    is_open     BOOLEAN NOT NULL DEFAULT 0,
    created_at  DATETIME NOT NULL
);
CREATE INDEX support_ticket_customer ON support_ticket (customer_id);
CREATE INDEX support_ticket_email ON support_ticket (email);

CREATE TABLE support_message (
    id        INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES support_ticket (id),
    staff_id  INTEGER REFERENCES staff (id),             -- NULL: the customer wrote it
    body      TEXT NOT NULL,
    at        DATETIME NOT NULL
);
CREATE INDEX support_message_ticket ON support_message (ticket_id);

-- What the shop notes along the way

CREATE TABLE newsletter (
    email         VARCHAR(254) PRIMARY KEY,
    first_name    VARCHAR(60) NOT NULL DEFAULT '',
    subscribed_at DATETIME NOT NULL
);

CREATE TABLE sms_log (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER,
    phone       VARCHAR(32) NOT NULL,
    body        TEXT NOT NULL,
    sent_at     DATETIME NOT NULL
);
CREATE INDEX sms_log_customer ON sms_log (customer_id);
CREATE INDEX sms_log_phone ON sms_log (phone);

CREATE TABLE wishlist (
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    product_id  INTEGER NOT NULL REFERENCES product (id),
    added_at    DATETIME NOT NULL,
    PRIMARY KEY (customer_id, product_id)
);

CREATE TABLE search_history (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    words       VARCHAR(200) NOT NULL,
    at          DATETIME NOT NULL
);
CREATE INDEX search_history_customer ON search_history (customer_id);

CREATE TABLE session (
    token      VARCHAR(64) PRIMARY KEY,
    data       TEXT NOT NULL,                            -- JSON: {"customer_id": 7, "device": "Chrome, Android"}
    created_at DATETIME NOT NULL
);

CREATE TABLE audit_log (
    id         INTEGER PRIMARY KEY,
    at         DATETIME NOT NULL,
    actor_type VARCHAR(10) NOT NULL CHECK (actor_type IN ('customer', 'staff', 'system')),
    actor_id   INTEGER,
    action     VARCHAR(40) NOT NULL,
    detail     TEXT NOT NULL DEFAULT '',
    ip         VARCHAR(45)
);
CREATE INDEX audit_log_actor ON audit_log (actor_type, actor_id);

CREATE TABLE hook_call (                                 -- what Pamitan asked of the shop, each wish once
    key_hash CHAR(64) PRIMARY KEY,
    event    VARCHAR(20) NOT NULL,
    at       DATETIME NOT NULL
);
