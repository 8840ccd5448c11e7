"""What a conversation refuses, each with the sentence that the page shows."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Refusal(TextChoices):
    """Why something cannot be said or done now, and the mend."""

    EMPTY = "empty", _("The message is empty. Please write something.")
    TOO_LONG = "too_long", _("The message is too long. Please make it shorter, or send it in two parts.")
    TOO_MANY_MESSAGES = "too_many_messages", _("You have written many messages already. Please wait for our answer.")
    TOO_MANY_CONVERSATIONS = (
        "too_many_conversations",
        _("You have several unfinished conversations with us. Please go on in one of them."),
    )
    FINISHED = "finished", _("This conversation is finished. You can begin a new one.")
    BAD_FILE = (
        "bad_file",
        _(
            "A file cannot be sent. We take pictures, PDF, text and office files: at most 5, each of at most 10 MB, "
            "15 MB together. Please choose the files again."
        ),
    )
    ACCOUNT_GONE = "account_gone", _("This account is no longer there.")
    NO_CALL = "no_call", _("This conversation is not by phone.")
    NO_CLOSURE = "no_closure", _("No closing waits for a confirmation here.")


class ConversationError(Exception):
    """Nothing was written or changed. ``str()`` is a sentence for the page, in the reader's language."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason.label)
