"""What counts as a person's address, number or name in a text, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamitan.content.patterns import Hit, Matcher, needles


def hits(kind: str, value: str, text: str, country: str = "ID") -> list[Hit]:
    found = list(Matcher(needles(kind, value, country)).find(["nothing here", text, "nor here"]))
    assert [index for index, _ in found] in ([], [1])
    return [hit for _, several in found for hit in several]


@pytest.mark.parametrize(
    "text",
    [
        "anna@x.it",
        "ANNA@X.IT",
        "Write to Anna@x.it.",
        "mailto:anna@x.it?subject=hello",
        "?email=anna@x.it&page=2",
        'Anna <anna@x.it>, "bob@x.it"',
        's:9:"anna@x.it";',
        "pp-anna@x.it",
        "anna@x.it-",
    ],
)
def test_an_address_is_found(text: str) -> None:
    assert hits("email", "Anna@x.it", text)


@pytest.mark.parametrize(
    "text",
    ["joanna@x.it", "maria.anna@x.it", "anna@x.it.example", "anna@x.italy", "anna@x-it", "àanna@x.it", "ànna@x.it"],
)
def test_an_address_is_not_found_in_another(text: str) -> None:
    assert not hits("email", "anna@x.it", text)


def test_an_address_behind_a_hyphen_names_the_longer_one() -> None:
    assert [hit.longer for hit in hits("email", "anna@x.it", "jean-anna@x.it")] == [frozenset({"jean-anna@x.it"})]
    assert [hit.longer for hit in hits("email", "anna@x.it", "jean-anna@x.it, anna@x.it")] == [frozenset()]


def test_an_international_domain_is_found_in_both_spellings() -> None:
    assert hits("email", "anna@bücher.example", "anna@bücher.example")
    assert hits("email", "anna@bücher.example", "anna@xn--bcher-kva.example")


@pytest.mark.parametrize(
    "text",
    [
        "+62 812-3456-7890",
        "0812 3456 7890",
        "6281234567890",
        "081234567890",
        "81234567890",
        "0062 812 3456 7890",
        "+62 (0)812.3456.7890",
        "(0812) 3456-7890 at night",
        "0812\u20113456\u20117890",
        "12 x 0812 3456 7890",
        "tel:+6281234567890;ext=5",
    ],
)
def test_a_number_is_found_in_every_spelling(text: str) -> None:
    assert hits("phone", "+6281234567890", text)
    assert hits("phone", "0812-3456-7890", text)


@pytest.mark.parametrize("text", ["10812345678901", "9081234567890", "812345678905", "8123456789", "0812 3456 789a"])
def test_a_number_is_not_found_in_another(text: str) -> None:
    assert not hits("phone", "+6281234567890", text)


def test_a_number_that_fits_no_country_is_found_by_its_digits() -> None:
    assert hits("phone", "555-12 34 99 88 77 66 55 44", "55512349988776655 44")


@pytest.mark.parametrize(
    "text", ["José Müller", "jose muller", "MÜLLER, JOSÉ", "Dear Jose\u0301 Mu\u0308ller!", "jose.muller"]
)
def test_a_name_is_found_whatever_its_letters(text: str) -> None:
    assert hits("name", "José Müller", text)


def test_a_name_is_not_found_inside_a_word() -> None:
    assert not hits("name", "Page", "two pages and a pageant")
    assert hits("name", "Page", "Mr. Page's order")


def test_a_word_of_an_address_is_no_name() -> None:
    assert not hits("name", "Rossi", "bruno.rossi@example.com, rossi@rossi.example")
    assert hits("name", "Rossi", "Rossi <bruno.rossi@example.com>")


def test_a_chinese_name_is_found_among_other_signs() -> None:
    assert hits("name", "李明", "尊敬的李明先生")


def test_an_address_of_a_house_is_found_however_it_is_punctuated() -> None:
    assert hits("address", "Jl. Merdeka No. 10", "JL MERDEKA NO 10, Jakarta")
    assert not hits("address", "Jl. Merdeka No. 10", "Jl. Merdeka No. 101")


def test_an_id_is_found_with_and_without_dashes() -> None:
    value = "c9bf9e57-1685-4c89-bafb-ff5af830be8a"
    assert hits("id", value, value.replace("-", "").upper())
    assert hits("id", value.replace("-", ""), f"user={value};")
    assert not hits("id", value, "a" + value.replace("-", ""))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", "A"),
        ("name", "-"),
        ("address", "12"),
        ("address", "20123"),
        ("id", "4711"),
        ("email", "none@none"),
        ("phone", "000000"),
    ],
)
def test_what_tells_nobody_is_not_looked_for(kind: str, value: str) -> None:
    assert not list(needles(kind, value, "ID"))


def test_each_needle_is_found_where_it_stands() -> None:
    sought = [
        *needles("email", "anna@x.it", "ID"),
        *needles("name", "Bob", "ID"),
        *needles("phone", "081234567890", "ID"),
    ]
    texts = ["bob", "", "anna@x.it and bob", "a\0b", "0812 34567890"]
    found = {index: {hit.needle.kind for hit in several} for index, several in Matcher(sought).find(texts)}
    assert found == {0: {"name"}, 2: {"email", "name"}, 4: {"phone"}}


def test_a_needle_does_not_show_its_value() -> None:
    assert not [needle for needle in needles("email", "anna@x.it", "ID") if "anna" in repr(needle)]


# Whatever stands around it, parted by a blank, the identifier is found
around = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(around, around)
def test_an_identifier_in_any_text_is_found(before: str, after: str) -> None:
    assert hits("email", "anna@x.it", f"{before} , anna@x.it , {after}")
    assert hits("name", "Anna Rossi", f"{before} , Anna Rossi , {after}")
    assert hits("phone", "+6281234567890", f"{before} , 0812 3456 7890 , {after}")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="aAªⓐⒶ@0"), max_size=200))
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    for kind, value in [("email", "anna@x.it"), ("phone", "+62810000007890"), ("address", "Via Roma 10")]:
        assert not [hit for hit in hits(kind, value, text) if "a" not in text.casefold() and "0" not in text]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("IT60X0542811101000000123456", "pay to IT60 X054 2811 1010 0000 0123 456, please"),
        ("DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
        ("RSSMRA85T10A562S", "CF: rssmra85t10a562s"),
        ("09.254.294.3-407.000", "NPWP 092542943407000"),
        ("3171234567890123", "NIK:3171234567890123"),
        ("078-05-1120", "ssn 078051120"),
    ],
)
def test_long_numbers_are_found_however_they_are_grouped(value: str, text: str) -> None:
    matcher = Matcher(needles("other", value, "ID"))
    assert [hit.needle.kind for _, hits in matcher.find([text]) for hit in hits] == ["id"]
    assert not list(matcher.find([f"x{value}", f"{value}1", value[:-1]]))


@pytest.mark.parametrize(
    "value",
    [
        *("10.20.130.140", "2001:db8::1", "1735689600", "1735689600000", "2024-05-01 10:11:12", "20240501101112"),
        *(
            "-6.1751100",
            "106.8271530",
            "12345.67",
            "00000000000",
            "vegetarian",
            "12345678",
            "Mozilla/5.0 (X11; 1234567)",
        ),
        *("customer 1234567", "true", ""),
    ],
)
def test_what_is_no_number_of_a_person_is_not_looked_for(value: str) -> None:
    assert not list(needles("other", value, "ID"))


@pytest.mark.parametrize("value", ["1980-02-03", "1980-02-03 00:00:00", "03.02.1980", "19800203", "3/2/1980"])
@pytest.mark.parametrize("text", ["born 1980-02-03", "03/02/1980", "3.2.1980", '"19800203"', "1980-02-03T00:00:00Z"])
def test_a_day_of_birth_is_found_in_each_spelling(value: str, text: str) -> None:
    found = [hit for _, hits in Matcher(needles("other", value, "ID")).find([text]) for hit in hits]
    assert {(hit.needle.kind, hit.needle.strong) for hit in found} == {("date", False)}


def test_a_day_of_birth_is_not_found_inside_a_longer_number() -> None:
    assert not list(
        Matcher(needles("other", "1980-02-03", "ID")).find(["order 1198002031", "31980-02-03", "1980-02-13"])
    )


@pytest.mark.parametrize("surname", ["D'Angelo", "O'Neil", "A. Ngata", "Smith-Jones", "Rossi"])
def test_a_surname_of_one_word_is_no_full_name(surname: str) -> None:
    assert {needle.strong for needle in needles("name", surname, "IT")} == {False}


@pytest.mark.parametrize("name", ["Maria D'Angelo", "Kim Ng", "Sean O’Neil"])
def test_a_full_name_is_one_in_either_order(name: str) -> None:
    first, last = name.split()
    found = list(Matcher(needles("name", name, "IT")).find([f"{last.upper()}, {first}", f"Dear {name}!", last]))
    assert [(index, {hit.needle.strong for hit in hits}) for index, hits in found] == [(0, {True}), (1, {True})]
