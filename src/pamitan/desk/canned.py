"""Polite replies that an operator can begin with, in the customer's language."""

from __future__ import annotations

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CANNED: dict[str, tuple[str | Promise, str | Promise]] = {
    "greet": (
        _("Greet"),
        _("Hello, thank you for writing to us. I am reading your message now and will help you."),
    ),
    "close": (
        _("Closing prepared"),
        _(
            "I have prepared the closing of your account. On this page you see a card where you can confirm it with "
            "one tap. Nothing happens before you confirm. Thank you for having been with us."
        ),
    ),
    "orders": (
        _("Open orders"),
        _(
            "You still have an open order. You can wait until it has arrived, cancel it, or close your account all the "
            "same. You find these choices under “Close my account”. I will gladly help you with it."
        ),
    ),
    "library": (
        _("Save e-books first"),
        _(
            "Before your account is closed, please save your e-books and other digital purchases. You find them all "
            "under “Close my account”, and you can download them in one go."
        ),
    ),
    "undo": (
        _("How to undo"),
        _("If you change your mind, you can undo it on the status page until the date that is written there."),
    ),
    "thank": (
        _("Thank and say goodbye"),
        _("Is there anything else that I can do for you? If not, I wish you a good day. Thank you."),
    ),
}
"""Key -> the operator's label, the reply."""


def canned_reply(key: str, language: str) -> str:
    """The reply in that language; empty for an unknown key."""
    if key not in CANNED:
        return ""
    with translation.override(language):
        return str(CANNED[key][1])


def canned_labels() -> list[tuple[str, str]]:
    """Key and label of each, in the operator's language."""
    return [(key, str(label)) for key, (label, _reply) in CANNED.items()]
