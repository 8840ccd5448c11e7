"""The text messages of a closure and of the desk: one-time codes, sent through the store's own provider."""

from __future__ import annotations

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.channels import texts
from pamitan.channels.models import TextMessage
from pamitan.channels.texts import ProviderAway, ProviderRefuses, TooManyTexts
from pamitan.closure.clock import clock
from pamitan.closure.errors import NoAddress, TooManyCodes
from pamitan.closure.store import current_store
from pamitan.evidence.tombstones import tombstone_hash
from pamitan.storefile.model import Hook
from pamitan.stores.errors import StoreError, StoreUnavailable
from pamitan.stores.hooks import call_hook
from pamitan.stores.types import Account


def queue_code(account: Account, number: str, code: str, *, language: str, until: dt.datetime) -> None:
    """Put the message with a one-time code into the outbox. Raises ``TooManyCodes``."""
    with translation.override(language):
        words = _("%(store)s: your code is %(code)s. It is valid for 10 minutes. Tell it to nobody.")
    words = words % {"store": current_store().file.store.name, "code": code}
    queue(account, number, words, language=language, until=until)


def queue(account: Account, number: str, words: str, *, language: str, until: dt.datetime) -> None:
    """Put a message into the outbox, to be given up after ``until``. Raises ``TooManyCodes``."""
    provider = current_store().file.sms
    if provider is None:
        raise NoAddress("the store has no provider of text messages")
    try:
        texts.queue_text(
            number,
            words,
            language=language,
            account_hash=tombstone_hash("account", account.id),
            now=clock().now(),
            until=until,
            most_per_hour=provider.most_per_hour,
        )
    except TooManyTexts:
        raise TooManyCodes("too many text messages for now") from None


def send_due_texts() -> int:
    """Send a batch of what is due; how many messages were taken in hand."""
    return texts.send_due(clock().now(), _send)


def texts_are_late() -> bool:
    """Whether the provider fails just now; what is said of it is the same for everybody."""
    return current_store().file.sms is not None and texts.are_late(clock().now())


def _send(text: TextMessage) -> None:
    provider = current_store().file.sms
    if provider is None:
        raise ProviderRefuses("the store file has no section 'sms' any more")
    hook = Hook(url=provider.url, secret=provider.secret, events=[], timeout_seconds=provider.timeout_seconds)
    payload = {"number": text.number, "text": text.words, "language": text.language}
    try:
        call_hook(hook, "sms", payload, f"sms:{text.key.hex}", clock())
    except StoreUnavailable as away:
        raise ProviderAway(str(away)) from None
    except StoreError as refusal:
        raise ProviderRefuses(str(refusal)) from None
