"""Short mails that answer a mail by themselves: at most one of a kind for an address and day, never to a machine.

They say nothing of whether an address is known; only what goes to a registered address says more.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.channels.files import LARGEST_FILE, MOST_FILES
from pamitan.channels.incoming import sender_hash
from pamitan.channels.outbox import message_id, queue_mail
from pamitan.channels.reading import Letter
from pamitan.closure.store import current_store
from pamitan.conversation.models import HeldMail
from pamitan.stores.types import Account

_SALT = "pamitan.held-mail"
_MEGABYTE = 1024 * 1024


def invite(letter: Letter, sender: str, now: dt.datetime) -> None:
    """To a sender who may be anybody: the way to us."""
    language = current_store().file.store.languages[0]
    with translation.override(language):
        words = _("Thank you for your e-mail. To write with us, please open this page. Your e-mail was not kept.")
        _queue("invite", letter, sender, language, words, now, url=f"{settings.PAMITAN_URL}/help/write")


def too_large(letter: Letter, sender: str, language: str, now: dt.datetime) -> None:
    """The mail was larger than we take; it was not read."""
    with translation.override(language):
        words = _(
            "Your e-mail was too large, so we could not read it. "
            "Please send it again with fewer or smaller files: at most %(size)d MB each and %(number)d files."
        ) % {"size": LARGEST_FILE // _MEGABYTE, "number": MOST_FILES}
        _queue("large", letter, sender, language, words, now)


def files_refused(letter: Letter, sender: str, language: str, now: dt.datetime) -> None:
    """Words came in, but not every file."""
    with translation.override(language):
        words = _(
            "We have your message, but could not take every file. "
            "We take pictures, PDF, text and office files: at most %(size)d MB each and %(number)d files."
        ) % {"size": LARGEST_FILE // _MEGABYTE, "number": MOST_FILES}
        _queue("files", letter, sender, language, words, now)


def refused(letter: Letter, sender: str, language: str, why: str, now: dt.datetime) -> None:
    """The message could not be taken; ``why`` is a sentence in that language."""
    with translation.override(language):
        words = _("We could not take your e-mail. %(why)s") % {"why": why}
        _queue("refused", letter, sender, language, words, now)


def ask_holder(held: HeldMail, account: Account, language: str, now: dt.datetime) -> None:
    """To the registered address: was it you? Nothing of the mail itself is in it: it may be a stranger's."""
    with translation.override(language):
        words = _(
            "An e-mail to us says that it comes from you. If you wrote it, please open this page and confirm it; "
            "we then answer. If you did not, do nothing: it is deleted after %(days)d days."
        ) % {"days": HELD.days}
        url = f"{settings.PAMITAN_URL}/help/mail/{signing.dumps(held.pk.hex, salt=_SALT)}"
        _send(message_id("held", held.pk.hex), account.email or "", language, words, now, url=url)


HELD = dt.timedelta(days=3)
"""So long a mail waits for its confirmation."""


def held_by_token(token: str) -> HeldMail | None:
    """The mail that the link of :func:`ask_holder` was made for; ``None`` for a link that is not ours or too old."""
    try:
        pk = signing.loads(token, salt=_SALT, max_age=HELD)
    except signing.BadSignature:
        return None
    return HeldMail.objects.filter(pk=pk).first()


def _queue(
    kind: str, letter: Letter, sender: str, language: str, words: str, now: dt.datetime, *, url: str = ""
) -> None:
    """Once a day for each address: the same name is never queued twice."""
    identity = message_id("note", kind, sender_hash(sender), now.date().isoformat())
    _send(identity, sender, language, words, now, url=url, in_reply_to=letter.message_id)


def _send(
    identity: str, recipient: str, language: str, words: str, now: dt.datetime, *, url: str, in_reply_to: str = ""
) -> None:
    info = current_store().file.store
    queue_mail(
        identity=identity,
        sender=info.email,
        sender_name=info.name,
        recipient=recipient,
        subject=_("Your e-mail to us"),
        text=render_to_string("conversation/mail/note.txt", {"words": words, "url": url, "store": info}),
        in_reply_to=in_reply_to,
        now=now,
    )
