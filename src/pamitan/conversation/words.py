"""Sentences that the pages of a conversation say from code."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pamitan.conversation.topics import Path

BAD_NUMBER = gettext_lazy(
    "This is no phone number that we can call. Write it with its country code, such as +62 812 3456 7890."
)
NO_TIME = gettext_lazy("Choose day and time for the call.")
NOT_THE_HOLDER = gettext_lazy("That did not work. Please check the password, or the code from the e-mail.")


def opening_words(path: Path) -> str:
    """The polite first message for what was chosen; empty where only the customer knows what to say."""
    return _("Hello, I would like to close my account. Thank you.") if path.closes else ""
