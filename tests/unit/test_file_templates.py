"""The URLs of files that rows name: what a template is, and what no value can lead to."""

from __future__ import annotations

import pytest

from pamitan.storefile.rules import Rule
from pamitan.storefile.templates import OutsideFolder, parse_file

LINK = {"on": {"customer_id": "account.id"}}


def test_a_template_has_a_folder_and_columns() -> None:
    template = parse_file("file:///srv/media/users/{photo}")
    assert (template.folder, template.columns) == ("file:///srv/media/users/", ("photo",))
    assert template.filled({"photo": "2024/alice.jpg"}) == "file:///srv/media/users/2024/alice.jpg"


def test_a_row_without_a_name_names_no_file() -> None:
    assert parse_file("s3://bucket/a/{number}-{kind}.pdf").filled({"number": "7", "kind": ""}) is None


@pytest.mark.parametrize(
    "value",
    [
        "../bob.jpg",
        "a/../../bob.jpg",
        "..",
        "a\\..\\b",
        "%2e%2e/bob.jpg",
        "%252e%252e/b",
        "file:///etc/passwd",
        "a::b",
        "a\0b",
    ],
)
def test_no_value_leads_out_of_the_folder(value: str) -> None:
    with pytest.raises(OutsideFolder, match="file:///srv/media/"):
        parse_file("file:///srv/media/{photo}").filled({"photo": value})


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("file:///srv/media/photo.jpg", "by a column in braces"),
        ("file:///srv/media/{photo", "by a column in braces"),
        ("{url}", "should begin with a folder"),
        ("file:///{photo}", "should begin with a folder"),
        ("/srv/media/{photo}", "should begin with a folder"),
    ],
)
def test_what_is_no_template(url: str, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        Rule.model_validate({"link": LINK, "unlink": [url]})


def test_unlink_goes_alone_or_with_a_deletion() -> None:
    url = "file:///srv/media/{photo}"
    assert Rule.model_validate({"link": LINK, "unlink": [url]}).files[0].text == url
    assert Rule.model_validate({"link": LINK, "unlink": [url], "delete": True}).delete
