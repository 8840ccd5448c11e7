"""``pamitan check`` beyond the accounts' own database: their ids and values are known there by samples too."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamitan.erasure.check import check
from pamitan.kit.clock import SetClock
from pamitan.storefile.model import StoreFile
from pamitan.stores.store import Store
from tests.scanner import snapshot
from tests.store.shops import NOW, Shop

FILE = "map: {customer: {link: {on: {id: account.id}}, delete: true}}"
PEOPLE = [
    {"id": 4021 + 7 * n, "email": f"person{n}@example.com", "phone": f"+62812345678{n:02}", "name": name}
    for n, name in enumerate(["Alice Alisson", "Bob Bobsson", "Charlie Charlson", "Dewi Dewata", "Eko Ekaputra"])
]
IDS = [person["id"] for person in PEOPLE]


class Company:
    """The accounts in one database, and what is looked at in another one."""

    def __init__(self, url: str, tmp_path: Path) -> None:
        home = tmp_path / "accounts.db"
        home.touch()
        people = (
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100), phone VARCHAR(40), name VARCHAR(100))"
        )
        self.home = Shop(f"sqlite:///{home}", people, FILE)
        self.home.execute("INSERT INTO customer VALUES (:id, :email, :phone, :name)", *PEOPLE)
        self.side = Shop(url, "CREATE TABLE product (id INTEGER PRIMARY KEY, price INTEGER, words VARCHAR(60))", FILE)
        rows = [{"n": n, "price": 1000 + 13 * n} for n in range(1, 30)]
        self.side.execute("INSERT INTO product VALUES (:n, :price, 'A thing of beauty')", *rows)

    def told(self) -> dict[str, str]:
        """The errors, with what each says."""
        plain = self.home.file.model_dump(exclude_unset=True)
        datastores = {**plain["datastores"], "side": {"url": self.side.url}}
        account = {**plain["account"], "datastore": "default"}
        file = StoreFile.model_validate({**plain, "datastores": datastores, "account": account})
        before = snapshot(self.side.url)
        problems = check(Store(file, SetClock(NOW)))
        assert snapshot(self.side.url) == before
        return {problem.where: problem.message for problem in problems if problem.severity == "error"}


@pytest.fixture
def company(any_url: str, tmp_path: Path) -> Company:
    return Company(any_url, tmp_path)


def test_where_nothing_is_personal_nothing_is_told(company: Company) -> None:
    assert company.told() == {}


def test_ids_of_customers_in_a_column_are_told_as_a_link(company: Company) -> None:
    company.side.execute("CREATE TABLE visit (id INTEGER PRIMARY KEY, customer INTEGER, page VARCHAR(40))")
    rows = [{"n": n, "id": IDS[n % 5]} for n in range(20)]
    company.side.execute("INSERT INTO visit VALUES (:n, :id, '/shop')", *rows)
    assert company.told()["side.visit.customer"].startswith("leads to customers' rows (account.id)")


def test_ids_of_customers_inside_json_are_told_as_a_link(company: Company) -> None:
    company.side.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, payload VARCHAR(200))")
    rows = [{"n": n, "payload": f'{{"customer_id": {IDS[n % 5]}, "n": 1}}'} for n in range(10)]
    company.side.execute("INSERT INTO event VALUES (:n, :payload)", *rows)
    assert company.told()["side.event.payload->customer_id"].startswith("leads to customers' rows (account.id)")


def test_a_table_of_the_same_name_is_no_account_table(company: Company) -> None:
    """A copy of the customers in the other database holds their values, whatever its columns are called."""
    company.side.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, a VARCHAR(99), b VARCHAR(99), c VARCHAR(99))")
    company.side.execute("INSERT INTO customer VALUES (:id, :email, :phone, :name)", *PEOPLE)
    told = company.told()
    assert {"side.customer.a", "side.customer.b", "side.customer.c"} <= told.keys()


def test_customers_names_in_rows_of_theirs_are_told_wherever_they_stand(company: Company) -> None:
    company.side.execute("CREATE TABLE parcel (id INTEGER PRIMARY KEY, customer_id INTEGER, remark VARCHAR(90))")
    surnames = {person["id"]: str(person["name"]).split()[1] for person in PEOPLE}
    company.home.execute(
        "UPDATE customer SET name = :name WHERE id = :id", *({"id": i, "name": n} for i, n in surnames.items())
    )
    rows = [{"n": n, "id": i, "remark": f"left with Mrs {surname}"} for n, (i, surname) in enumerate(surnames.items())]
    company.side.execute("INSERT INTO parcel VALUES (:n, :id, :remark)", *rows)
    told = company.told()
    assert "side.parcel.customer_id" in told
    assert "the customer's own name in 5 of 5 sampled values" in told["side.parcel.remark"]
