"""Text messages (SMS): an outbox as for mails, sent by whatever hook the store has.

They carry one-time codes alone, so they are hurried: tried again within seconds, and given up when the code has ended.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.conf import settings
from django.db.models import QuerySet

from pamitan.channels.claiming import claim_due
from pamitan.channels.models import TextMessage
from pamitan.kit.hashing import keyed_hash

log = logging.getLogger(__name__)

BATCH = 20
MOST_PER_HOUR = 5
MOST_PER_DAY = 10
"""So many messages to one number."""
KEPT = dt.timedelta(days=1)
FIRST_PAUSE = dt.timedelta(seconds=5)
LONGEST_PAUSE = dt.timedelta(seconds=60)
LATE = dt.timedelta(minutes=10)
"""So long after a failed message the pages say that messages are late."""


class ProviderAway(Exception):  # noqa: N818
    """The provider does not answer, or says "later"."""


class ProviderRefuses(Exception):  # noqa: N818
    """The provider will not send this message."""


class TooManyTexts(Exception):  # noqa: N818
    """Enough messages to this number, or in all, for now."""


def queue_text(
    number: str,
    words: str,
    *,
    language: str,
    account_hash: str,
    now: dt.datetime,
    until: dt.datetime,
    most_per_hour: int,
) -> TextMessage:
    """Put a message into the outbox, in the caller's transaction. Raises :class:`TooManyTexts`."""
    hour, day = now - dt.timedelta(hours=1), now - KEPT
    hashed = keyed_hash(settings.SECRET_KEY.encode(), "text", number)
    own = TextMessage.objects.filter(number_hash=hashed)
    if (
        own.filter(queued_at__gt=hour).count() >= MOST_PER_HOUR
        or own.filter(queued_at__gt=day).count() >= MOST_PER_DAY
        or TextMessage.objects.filter(queued_at__gt=hour).count() >= most_per_hour
    ):
        raise TooManyTexts
    return TextMessage.objects.create(
        number=number,
        number_hash=hashed,
        account_hash=account_hash,
        words=words,
        language=language,
        queued_at=now,
        until=until,
        due_at=now,
    )


def send_due(now: dt.datetime, send: Callable[[TextMessage], None]) -> int:
    """Send a batch of what is due; how many messages were taken in hand.

    ``send`` raises :class:`ProviderAway` for what is tried again, :class:`ProviderRefuses` for what is given up. After
    the first that does not get through the rest of the batch waits too, lest each wait for an answer in vain.
    """
    claims = dict(claim_due(TextMessage.objects.all(), now, BATCH))
    away = False
    for text in TextMessage.objects.filter(pk__in=claims).order_by("queued_at"):
        row = TextMessage.objects.filter(pk=text.pk, attempt=claims[text.pk])
        if text.until <= now:
            _give_up(row, text, "it is of no use any more")
        elif away:
            row.update(due_at=now + FIRST_PAUSE, claimed=False)
        else:
            away = not _try(row, text, now, send)
    return len(claims)


def _try(row: QuerySet[TextMessage], text: TextMessage, now: dt.datetime, send: Callable[[TextMessage], None]) -> bool:
    """Whether the provider answered, be it with a refusal."""
    try:
        send(text)
    except ProviderAway as failure:
        pause = min(FIRST_PAUSE * 2 ** min(text.attempt - 1, 6), LONGEST_PAUSE)
        row.update(due_at=now + pause, claimed=False, failing=True)
        log.warning("text message %s is tried again: %s", text.key, failure)
        return False
    except ProviderRefuses as failure:
        _give_up(row, text, str(failure))
    else:
        row.update(number="", words="", due_at=None, claimed=False, failing=False, sent_at=now)
    return True


def are_late(now: dt.datetime) -> bool:
    """Whether messages do not get through just now, whoever they are for."""
    lately = TextMessage.objects.filter(queued_at__gt=now - LATE)
    return lately.filter(failing=True).exists()


def forget_texts(now: dt.datetime) -> int:
    """Delete what is sent or given up after a day; how many."""
    rows, _ = TextMessage.objects.filter(due_at=None, queued_at__lte=now - KEPT).delete()
    return rows


def _give_up(row: QuerySet[TextMessage], text: TextMessage, why: str) -> None:
    log.warning("text message %s was given up: %s", text.key, why)
    row.update(number="", words="", due_at=None, claimed=False, failing=True)
