"""The help centre's pictures: photographs of these very pages, taken by ``pamitan screenshots``.

``pictures.json`` records for each picture its file and size, and what was pictured (words and looks), so that a test
can tell when the pages have changed since.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

RECORD = Path(__file__).with_name("pictures.json")
STATIC = Path(__file__).with_name("static")
FOLDER = "conversation/help"
"""Below the static files; a file's name bears a hash of what is in it, so that browsers may keep it for good."""
DEVICES = ("phone", "computer")
LANGUAGES = ("id", "en", "it")

SHOWN = {
    "front": _("The first page, “Close my account”. A ring marks the button “Close my account” below the three steps."),
    "front-status": _("The first page, “Close my account”. A ring marks the button “See how my request stands”."),
    "sign-in": _(
        "The page “Sign in” with two fields: e-mail or mobile number, and password. Both are filled in. A ring marks "
        "the button “Sign in”."
    ),
    "wait": _(
        "The page “Before you close” with an order that has not arrived. Below it are the choices. A ring marks “Close "
        "after delivery”."
    ),
    "save": _(
        "The part “Your digital purchases” with a list of books. A ring marks the button “Download all” above the list."
    ),
    "continue": _("The end of the page “Before you close”. A ring marks the button “Continue”."),
    "kept": _(
        "The part “What is erased and what is kept”, unfolded, with the beginning of the list. A ring marks its "
        "heading."
    ),
    "confirm": _(
        "The end of the page “Check and confirm”. The password is filled in, as dots. A ring marks the button “Yes, "
        "close my account”."
    ),
    "done": _(
        "The page “Request received” with the case reference and what comes next. A ring marks the case reference."
    ),
    "undo": _("The status page with its timeline. A ring marks the button “I changed my mind”."),
    "cancel": _("An open order with its choices. A ring marks “Cancel this order”."),
    "cancel-yes": _("“Cancel this order” is unfolded, with a notice. A ring marks the button “Yes, cancel it”."),
    "channels": _(
        "The page “Contact us” with the three ways: e-mail, phone, chat. A ring marks “E-mail us (recommended)”."
    ),
    "change": _(
        "The page “Contact us” with a list of what you may want to do. A ring marks “Change my name, e-mail address or "
        "number”."
    ),
}
"""What is to be seen on each picture, for those who do not see it."""


@dataclass(frozen=True)
class Picture:
    """One picture, in one language, of one kind of screen."""

    file: str
    """Below the static files."""
    width: int
    height: int
    """In CSS pixels; the file has twice as many, for sharp screens."""
    words: tuple[str, ...]
    """What could be read on the pictured page, in its order."""
    looks: str
    """A hash of how it looked: sizes, colours, borders, but nothing that depends on the machine's fonts."""


def key(name: str, device: str, language: str) -> str:
    """Under which a picture is recorded."""
    return f"{name}-{device}-{language}"


def read_record() -> dict[str, Picture]:
    """All pictures by their :func:`key`."""
    kept = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return {name: Picture(**{**of_one, "words": tuple(of_one["words"])}) for name, of_one in kept.items()}


_recorded = functools.cache(read_record)


def picture(name: str, device: str) -> Picture:
    """The picture in the page's language."""
    return _recorded()[key(name, device, get_language() or "en")]
