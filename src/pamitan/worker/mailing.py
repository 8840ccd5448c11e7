"""Mails in: fetched from the mailbox now and then, settled as soon as they are there."""

from __future__ import annotations

import datetime as dt
import logging

from pamitan.channels import imap, incoming
from pamitan.channels.imap import MailboxAway
from pamitan.closure.clock import clock
from pamitan.conversation import attachments, mail_in, traces

log = logging.getLogger(__name__)

FETCH_EVERY = dt.timedelta(seconds=30)


def take_in() -> int:
    """Fetch and settle until nothing is left that can be settled now; how many mails. Raises ``MailboxAway``."""
    while imap.fetch(clock().now()):
        pass
    settled = 0
    while taken := mail_in.settle_due(clock().now()):
        settled += taken
    return settled


def tidy(now: dt.datetime) -> None:
    """Forget what has had its time: senders, mails that nobody confirmed, old conversations, files left by a crash."""
    incoming.forget_old(now)
    mail_in.forget_held(now)
    traces.forget_old(now)
    attachments.remove_left(now)


class MailIn:
    """Keeps the time between two looks into the mailbox; a mailbox that is away is a line in the log."""

    def __init__(self) -> None:
        self._fetched_at: dt.datetime | None = None

    def round(self) -> None:
        """Look into the mailbox if it is time, and settle what is there."""
        now = clock().now()
        if self._fetched_at is None or now - self._fetched_at >= FETCH_EVERY:
            self._fetched_at = now
            try:
                imap.fetch(now)
            except MailboxAway as away:
                log.warning("the mailbox cannot be read: %s", away)
        mail_in.settle_due(now)
