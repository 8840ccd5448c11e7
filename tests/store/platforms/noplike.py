"""Mixed-case names, guests and staff among the customers, attributes of any entity; after nopCommerce's schema.

Reduced to the tables in which customers stand and some in which they do not; people and rows are invented.
"""

from __future__ import annotations

from tests.store.platforms.lab import PEOPLE, Lab, md5, uid

DDL = """
CREATE TABLE "Country" ("Id" int PRIMARY KEY, "Name" varchar(100) NOT NULL, "TwoLetterIsoCode" varchar(2));
CREATE TABLE "CustomerRole" ("Id" int PRIMARY KEY, "Name" varchar(255) NOT NULL, "SystemName" varchar(255));
CREATE TABLE "Address" ("Id" int PRIMARY KEY, "CountryId" int REFERENCES "Country", "FirstName" citext, "LastName"
    citext, "Email" citext, "Company" citext, "County" citext, "City" citext, "Address1" citext, "Address2" citext,
    "ZipPostalCode" citext, "PhoneNumber" citext, "FaxNumber" citext, "CustomAttributes" citext, "CreatedOnUtc"
    timestamp NOT NULL DEFAULT now());
CREATE TABLE "Customer" ("Id" int PRIMARY KEY, "Username" citext, "Email" citext, "EmailToRevalidate" citext,
    "FirstName" citext, "LastName" citext, "Gender" citext, "Company" citext, "StreetAddress" citext, "City" citext,
    "Phone" citext, "VatNumber" citext, "SystemName" citext, "BillingAddress_Id" int REFERENCES "Address",
    "ShippingAddress_Id" int REFERENCES "Address", "CustomCustomerAttributesXML" citext, "DateOfBirth" timestamp,
    "CustomerGuid" uuid NOT NULL, "AdminComment" citext, "AffiliateId" int NOT NULL DEFAULT 0, "VendorId" int NOT
    NULL DEFAULT 0, "Active" boolean NOT NULL, "Deleted" boolean NOT NULL, "IsSystemAccount" boolean NOT NULL,
    "LastIpAddress" citext, "CreatedOnUtc" timestamp NOT NULL DEFAULT now(), "LastActivityDateUtc" timestamp NOT
    NULL DEFAULT now());
CREATE TABLE "CustomerPassword" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer" ON DELETE
    CASCADE, "Password" citext, "PasswordFormatId" int NOT NULL, "PasswordSalt" citext, "CreatedOnUtc" timestamp NOT
    NULL DEFAULT now());
CREATE TABLE "CustomerAddresses" ("Address_Id" int NOT NULL REFERENCES "Address" ON DELETE CASCADE, "Customer_Id"
    int NOT NULL REFERENCES "Customer" ON DELETE CASCADE, PRIMARY KEY ("Address_Id", "Customer_Id"));
CREATE TABLE "Customer_CustomerRole_Mapping" ("Customer_Id" int NOT NULL REFERENCES "Customer" ON DELETE CASCADE,
    "CustomerRole_Id" int NOT NULL REFERENCES "CustomerRole", PRIMARY KEY ("Customer_Id", "CustomerRole_Id"));
CREATE TABLE "GenericAttribute" ("Id" int PRIMARY KEY, "KeyGroup" citext NOT NULL, "Key" citext NOT NULL, "Value"
    citext NOT NULL, "EntityId" int NOT NULL, "StoreId" int NOT NULL DEFAULT 0, "CreatedOrUpdatedDateUTC" timestamp);
CREATE TABLE "Order" ("Id" int PRIMARY KEY, "CustomOrderNumber" citext NOT NULL, "BillingAddressId" int NOT NULL
    REFERENCES "Address", "CustomerId" int NOT NULL REFERENCES "Customer", "ShippingAddressId" int REFERENCES
    "Address", "OrderGuid" uuid NOT NULL, "OrderStatusId" int NOT NULL, "PaymentStatusId" int NOT NULL, "CustomerIp"
    citext, "CardType" citext, "CardName" citext, "MaskedCreditCardNumber" citext, "AuthorizationTransactionId"
    citext, "CheckoutAttributeDescription" citext, "CheckoutAttributesXml" citext, "CustomValuesXml" citext,
    "VatNumber" citext, "OrderTotal" numeric(18,4) NOT NULL, "CustomerLanguageId" int NOT NULL, "Deleted" boolean
    NOT NULL DEFAULT false, "CreatedOnUtc" timestamp NOT NULL DEFAULT now());
CREATE TABLE "OrderItem" ("Id" int PRIMARY KEY, "OrderId" int NOT NULL REFERENCES "Order", "ProductId" int NOT NULL,
    "OrderItemGuid" uuid NOT NULL, "Quantity" int NOT NULL, "AttributeDescription" citext, "AttributesXml" citext);
CREATE TABLE "OrderNote" ("Id" int PRIMARY KEY, "Note" citext NOT NULL, "OrderId" int NOT NULL REFERENCES "Order",
    "DisplayToCustomer" boolean NOT NULL, "CreatedOnUtc" timestamp NOT NULL DEFAULT now());
CREATE TABLE "GiftCard" ("Id" int PRIMARY KEY, "PurchasedWithOrderItemId" int REFERENCES "OrderItem", "Amount"
    numeric(18,4) NOT NULL, "IsGiftCardActivated" boolean NOT NULL, "GiftCardCouponCode" citext, "RecipientName"
    citext, "RecipientEmail" citext, "SenderName" citext, "SenderEmail" citext, "Message" citext);
CREATE TABLE "ShoppingCartItem" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer", "ProductId"
    int NOT NULL, "ShoppingCartTypeId" int NOT NULL, "AttributesXml" citext, "Quantity" int NOT NULL);
CREATE TABLE "ProductReview" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer", "ProductId" int
    NOT NULL, "Title" citext, "ReviewText" citext, "ReplyText" citext, "Rating" int NOT NULL, "IsApproved" boolean);
CREATE TABLE "BackInStockSubscription" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer",
    "ProductId" int NOT NULL);
CREATE TABLE "NewsLetterSubscription" ("Id" int PRIMARY KEY, "NewsLetterSubscriptionGuid" uuid NOT NULL, "Email"
    citext NOT NULL, "Active" boolean NOT NULL, "StoreId" int NOT NULL DEFAULT 1);
CREATE TABLE "RewardPointsHistory" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer", "Points"
    int NOT NULL, "PointsBalance" int, "Message" citext, "UsedWithOrder" uuid);
CREATE TABLE "ReturnRequest" ("Id" int PRIMARY KEY, "CustomNumber" citext, "OrderItemId" int NOT NULL, "CustomerId"
    int NOT NULL REFERENCES "Customer", "Quantity" int, "ReasonForReturn" citext NOT NULL, "RequestedAction" citext,
    "CustomerComments" citext, "StaffNotes" citext, "ReturnRequestStatusId" int NOT NULL);
CREATE TABLE "Forums_Post" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer", "TopicId" int NOT
    NULL, "Text" citext NOT NULL, "IPAddress" citext);
CREATE TABLE "Forums_PrivateMessage" ("Id" int PRIMARY KEY, "FromCustomerId" int NOT NULL REFERENCES "Customer",
    "ToCustomerId" int NOT NULL REFERENCES "Customer", "Subject" citext NOT NULL, "Text" citext NOT NULL,
    "IsDeletedByAuthor" boolean, "IsDeletedByRecipient" boolean);
CREATE TABLE "ActivityLog" ("Id" int PRIMARY KEY, "ActivityLogTypeId" int NOT NULL, "CustomerId" int NOT NULL
    REFERENCES "Customer", "Comment" citext NOT NULL, "IpAddress" citext, "EntityName" citext, "EntityId" int,
    "CreatedOnUtc" timestamp NOT NULL DEFAULT now());
CREATE TABLE "Log" ("Id" int PRIMARY KEY, "CustomerId" int REFERENCES "Customer" ON DELETE CASCADE, "LogLevelId" int
    NOT NULL, "ShortMessage" citext NOT NULL, "FullMessage" citext, "IpAddress" citext, "PageUrl" citext,
    "ReferrerUrl" citext, "CreatedOnUtc" timestamp NOT NULL DEFAULT now());
CREATE TABLE "QueuedEmail" ("Id" int PRIMARY KEY, "EmailAccountId" int NOT NULL, "From" citext NOT NULL, "FromName"
    citext, "To" citext NOT NULL, "ToName" citext, "ReplyTo" citext, "CC" citext, "Bcc" citext, "Subject" citext,
    "Body" citext, "SentTries" int NOT NULL);
CREATE TABLE "EmailAccount" ("Id" int PRIMARY KEY, "DisplayName" varchar(255), "Email" varchar(255) NOT NULL, "Host"
    varchar(255) NOT NULL, "Username" varchar(255) NOT NULL, "Password" varchar(255) NOT NULL);
CREATE TABLE "ExternalAuthenticationRecord" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer"
    ON DELETE CASCADE, "Email" citext, "ExternalIdentifier" citext, "ExternalDisplayIdentifier" citext, "OAuthToken"
    citext, "OAuthAccessToken" citext, "ProviderSystemName" citext);
CREATE TABLE "DiscountUsageHistory" ("Id" int PRIMARY KEY, "DiscountId" int NOT NULL, "OrderId" int NOT NULL
    REFERENCES "Order");
CREATE TABLE "GdprLog" ("Id" int PRIMARY KEY, "CustomerId" int NOT NULL, "ConsentId" int NOT NULL, "CustomerInfo"
    citext, "RequestTypeId" int NOT NULL, "RequestDetails" citext);
CREATE TABLE "Vendor" ("Id" int PRIMARY KEY, "Name" varchar(400) NOT NULL, "Email" varchar(400), "AddressId" int,
    "Active" boolean);
CREATE TABLE "Product" ("Id" int PRIMARY KEY, "Name" varchar(400) NOT NULL, "ShortDescription" citext, "Price"
    numeric(18,4), "VendorId" int);
CREATE TABLE "Setting" ("Id" int PRIMARY KEY, "Name" varchar(200) NOT NULL, "Value" varchar(6000) NOT NULL,
    "StoreId" int NOT NULL);
CREATE TABLE "UrlRecord" ("Id" int PRIMARY KEY, "EntityName" varchar(400) NOT NULL, "Slug" varchar(400) NOT NULL,
    "EntityId" int NOT NULL);
CREATE TABLE "Shipment" ("Id" int PRIMARY KEY, "OrderId" int NOT NULL REFERENCES "Order", "TrackingNumber" citext,
    "AdminComment" citext)
"""

PW = "A1B2C3D4E5F60718293A4B5C6D7E8F9001122334455667788"


def noplike(url: str) -> str:
    """An empty database filled; the same URL."""
    s = Lab(url)
    s.sql("CREATE EXTENSION citext")
    s.sql(DDL)
    s.put("Country", "Id Name TwoLetterIsoCode", [(1, "Indonesia", "ID")])
    s.put(
        "CustomerRole",
        "Id Name SystemName",
        [(1, "Administrators", "Administrators"), (3, "Registered", "Registered"), (4, "Guests", "Guests")],
    )
    s.put(
        "Address",
        "Id CountryId FirstName LastName Email City Address1 ZipPostalCode PhoneNumber CustomAttributes",
        [
            (
                n + p.number,
                1,
                p.first,
                p.last,
                p.email,
                p.city,
                p.street,
                f"401{p.number}2",
                p.phone,
                f'<Attributes><AddressAttribute ID="1"><Value>bell {p.last}</Value></AddressAttribute></Attributes>'
                if p.number == 4
                else None,
            )
            for n in (10, 30)
            for p in PEOPLE
        ]
        + [
            (60, 1, "Zoë", "Ångström", "zoe@example.org", "Malmö", "Storgatan 12", "21145", "070-1234567", None),
            (61, 1, "Vend", "Or", "vendor@supplier.example", "Solo", "Jalan Kertas 3", "57100", "+622112345670", None),
        ],
    )
    s.put(
        "Customer",
        "Id Username Email FirstName LastName Gender StreetAddress City Phone CustomerGuid DateOfBirth "
        "AdminComment Active Deleted IsSystemAccount SystemName LastIpAddress BillingAddress_Id "
        "ShippingAddress_Id CustomCustomerAttributesXML",
        [
            (
                1,
                "admin@toko.example",
                "admin@toko.example",
                "Dewi",
                "Desk",
                "F",
                None,
                None,
                None,
                uid("c", 101),
                None,
                None,
                True,
                False,
                False,
                None,
                "192.0.2.1",
                None,
                None,
                None,
            ),
            (
                2,
                "builtin@search_engine_record.com",
                "builtin@search_engine_record.com",
                None,
                None,
                None,
                None,
                None,
                None,
                uid("c", 102),
                None,
                "Built-in system record used for requests from search engines.",
                True,
                False,
                True,
                "SearchEngine",
                None,
                None,
                None,
                None,
            ),
        ]
        + [
            (
                p.number + 10,
                p.email,
                p.email,
                p.first,
                p.last,
                "F" if p.number % 2 else "M",
                p.street,
                p.city,
                p.phone,
                uid("c", p.number),
                f"19{60 + p.number * 3}-02-0{p.number}",
                f"{p.first} prefers mornings" if p.number == 3 else None,
                True,
                False,
                False,
                None,
                p.ip,
                p.number + 10,
                p.number + 10,
                f'<Attributes><CustomerAttribute ID="1"><Value>{p.name}</Value></CustomerAttribute></Attributes>'
                if p.number in (3, 4)
                else None,
            )
            for p in PEOPLE
        ]
        + [
            (
                n,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                uid("g", n),
                None,
                None,
                True,
                False,
                False,
                None,
                f"192.0.2.{n}",
                60 if n == 40 else None,
                None,
                None,
            )
            for n in range(40, 52)
        ],
    )
    s.put(
        "CustomerPassword",
        "Id CustomerId Password PasswordFormatId PasswordSalt",
        [(p.number + 10, p.number + 10, PW, 1, md5(f"salt{p.number}")[:8]) for p in PEOPLE]
        + [(1, 1, PW, 1, "abcdefg=")],
    )
    s.put("CustomerAddresses", "Address_Id Customer_Id", [(p.number + 10, p.number + 10) for p in PEOPLE])
    s.put(
        "Customer_CustomerRole_Mapping",
        "Customer_Id CustomerRole_Id",
        [(1, 1), (1, 3)] + [(p.number + 10, 3) for p in PEOPLE] + [(n, 4) for n in range(40, 52)],
    )
    g = []
    for p in PEOPLE:
        g += [
            ("Customer", "DiscountCouponCode", "<DiscountCouponCodes />", p.number + 10),
            (
                "Customer",
                "LastVisitedPage",
                f"https://toko.example/?u={p.email}" if p.number == 2 else "https://toko.example/",
                p.number + 10,
            ),
            ("Customer", "PasswordRecoveryToken", str(uid("t", p.number)), p.number + 10),
            ("Customer", "Signature", f"-- {p.name}", p.number + 10),
            ("Address", "Alias", p.name, p.number + 10),
            ("Order", "GiftNote", f"from {p.name}", p.number + 100),
        ]
    s.put(
        "GenericAttribute",
        "Id KeyGroup Key Value EntityId",
        [
            (n, *row)
            for n, row in enumerate([*g, ("Vendor", "Phone", "+622112345670", 1), ("Product", "x", "y", 11)], 1)
        ],
    )
    s.put(
        "Order",
        "Id CustomOrderNumber BillingAddressId CustomerId ShippingAddressId OrderGuid OrderStatusId "
        "PaymentStatusId CustomerIp CardName MaskedCreditCardNumber CheckoutAttributesXml OrderTotal "
        "CustomerLanguageId",
        [
            (
                p.number + 100,
                str(p.number + 100),
                p.number + 30,
                p.number + 10,
                p.number + 30,
                uid("o", p.number),
                10 * (1 + p.number % 4),
                30,
                p.ip,
                "enc:" + md5(p.name),
                "enc:" + md5("4242"),
                f'<Attributes><CheckoutAttribute ID="2"><Value>for {p.name}</Value></CheckoutAttribute></Attributes>'
                if p.number == 4
                else None,
                42,
                1,
            )
            for p in PEOPLE
        ]
        + [(120, "120", 60, 40, 60, uid("o", 120), 30, 30, "192.0.2.40", None, None, None, 17, 1)],
    )
    s.put(
        "OrderItem",
        "Id OrderId ProductId OrderItemGuid Quantity AttributeDescription",
        [
            (
                p.number,
                p.number + 100,
                1,
                uid("oi", p.number),
                1,
                f"Engraving: {p.name}" if p.number in (3, 5) else None,
            )
            for p in PEOPLE
        ]
        + [(20, 120, 1, uid("oi", 20), 1, None)],
    )
    s.put(
        "OrderNote",
        "Id Note OrderId DisplayToCustomer",
        [
            (p.number, f'"Order placed" email (to customer) has been queued. {p.email}', p.number + 100, False)
            for p in PEOPLE
        ]
        + [(20, "Order placed", 120, False)],
    )
    s.put(
        "GiftCard",
        "Id PurchasedWithOrderItemId Amount IsGiftCardActivated GiftCardCouponCode RecipientName "
        "RecipientEmail SenderName SenderEmail Message",
        [
            (
                1,
                3,
                10,
                True,
                "abcd-1",
                "Marco",
                "marco.dangelo@example.it",
                "Zoë Ångström",
                "zoe@example.org",
                "Enjoy, Marco",
            ),
            (2, 5, 10, True, "abcd-2", "Aunt Ada", "ada@example.org", "Grace Hope", "grace@example.com", "Love, Grace"),
        ],
    )
    s.put(
        "ShoppingCartItem",
        "Id CustomerId ProductId ShoppingCartTypeId Quantity",
        [(p.number, p.number + 10, 1, 1 + p.number % 2, 1) for p in PEOPLE],
    )
    s.put(
        "ProductReview",
        "Id CustomerId ProductId Title ReviewText Rating IsApproved",
        [(p.number, p.number + 10, 1, "Good", f"Says {p.name}" if p.number < 3 else "Fine", 5, True) for p in PEOPLE],
    )
    s.put("BackInStockSubscription", "Id CustomerId ProductId", [(1, 13, 1)])
    s.put(
        "NewsLetterSubscription",
        "Id NewsLetterSubscriptionGuid Email Active",
        [
            (1, uid("n", 1), "GRACE@example.com", True),
            (2, uid("n", 2), "reader@example.org", True),
            (3, uid("n", 3), "li.xiaolong@example.cn", True),
            (4, uid("n", 4), "zoe@example.org", False),
        ],
    )
    s.put(
        "RewardPointsHistory",
        "Id CustomerId Points Message UsedWithOrder",
        [(p.number, p.number + 10, 10, f"Earned for order {p.number + 100}", uid("o", p.number)) for p in PEOPLE],
    )
    s.put(
        "ReturnRequest",
        "Id CustomNumber OrderItemId CustomerId Quantity ReasonForReturn CustomerComments StaffNotes "
        "ReturnRequestStatusId",
        [(1, "1", 3, 13, 1, "Broken", "call me: 070-1234567", "Zoë is nice", 0)],
    )
    s.put(
        "Forums_Post",
        "Id CustomerId TopicId Text IPAddress",
        [(p.number, p.number + 10, 1, f"hello from {p.first}", p.ip) for p in PEOPLE[:4]],
    )
    s.put(
        "Forums_PrivateMessage",
        "Id FromCustomerId ToCustomerId Subject Text",
        [(1, 13, 14, "hi", "Ciao Marco, it is Zoë Ångström"), (2, 14, 13, "re", "Ciao Zoë")],
    )
    s.put(
        "ActivityLog",
        "Id ActivityLogTypeId CustomerId Comment IpAddress EntityName EntityId",
        [
            (p.number, 1, p.number + 10, f"Placed a new order (ID = {p.number + 100})", p.ip, "Order", p.number + 100)
            for p in PEOPLE
        ]
        + [(20, 2, 1, "Edited a customer (ID = 13)", "192.0.2.1", "Customer", 13)],
    )
    s.put(
        "Log",
        "Id CustomerId LogLevelId ShortMessage FullMessage IpAddress PageUrl",
        [
            (
                p.number,
                p.number + 10,
                40,
                f"Error sending to {p.email}" if p.number == 1 else "Error 404",
                "stack",
                p.ip,
                "/x",
            )
            for p in PEOPLE
        ]
        + [(20, None, 40, "Error while sending email. 550 marco.dangelo@example.it", "stack", "192.0.2.1", None)],
    )
    s.put(
        "QueuedEmail",
        "Id EmailAccountId From FromName To ToName Subject Body SentTries",
        [
            (
                p.number,
                1,
                "halo@toko.example",
                "Toko",
                p.email,
                p.name,
                f"Toko. Order {p.number + 100}",
                f"<p>Hello {p.name},</p><p>{p.street}</p>",
                1,
            )
            for p in PEOPLE
        ]
        + [
            (
                20,
                1,
                "halo@toko.example",
                "Toko",
                "halo@toko.example",
                "Toko",
                "New order",
                "<p>Zoë Ångström has placed an order</p>",
                1,
            )
        ],
    )
    s.put(
        "EmailAccount",
        "Id DisplayName Email Host Username Password",
        [(1, "Toko", "halo@toko.example", "smtp.toko.example", "halo", "secret")],
    )
    s.put(
        "ExternalAuthenticationRecord",
        "Id CustomerId Email ExternalIdentifier ExternalDisplayIdentifier OAuthAccessToken ProviderSystemName",
        [
            (p.number, p.number + 10, p.email, f"10{p.number}22334455667788", p.name, md5(f"oa{p.number}"), "Google")
            for p in PEOPLE[:4]
        ],
    )
    s.put("DiscountUsageHistory", "Id DiscountId OrderId", [(1, 1, 103)])
    s.put(
        "GdprLog",
        "Id CustomerId ConsentId CustomerInfo RequestTypeId RequestDetails",
        [(p.number, p.number + 10, 0, p.email, 1, f"First name = {p.first}") for p in PEOPLE[:4]],
    )
    s.put("Vendor", "Id Name Email AddressId Active", [(1, "Paper", "vendor@supplier.example", 61, True)])
    s.put("Product", "Id Name ShortDescription Price", [(1, "Mug", "x", 12), (11, "Grace and hope", "x", 12)])
    s.put(
        "Setting",
        "Id Name Value StoreId",
        [(1, "storeinformationsettings.phone", "+622112345678", 0), (2, "x.y", "True", 0)],
    )
    s.put("UrlRecord", "Id EntityName Slug EntityId", [(1, "Product", "mug", 1), (2, "Product", "grace", 11)])
    s.put(
        "Shipment", "Id OrderId TrackingNumber", [(p.number, p.number + 100, f"JNE{p.number}88812345") for p in PEOPLE]
    )
    return s.done()
