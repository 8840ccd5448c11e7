"""What the open pages of conversations are told at once: new messages, who is writing, the place in the queue.

Nothing of it is needed: every page works by reloading as well. :mod:`pamitan.live` keeps the open connections; here is
what it reads, in a few queries however many pages are open.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core import signing
from django.db.models import Q
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation

from pamitan.closure.clock import clock
from pamitan.closure.store import current_store
from pamitan.conversation.models import Author, Channel, Conversation, Message, Notice, State, Typing
from pamitan.conversation.together import together

TYPING_SECONDS = 6
"""So long somebody counts as writing after the last key."""
TICKET_SECONDS = 30
"""A ticket is good for one connection, which begins at once."""
PATH = "/live/"
"""Below this address are the streams; it belongs to no page."""
_SALT = "pamitan.live"
Waker = Callable[[UUID], object]
_wakers: list[Waker] = []
_lock = threading.Lock()


@dataclass(frozen=True)
class Ticket:
    """Who looks at which conversation: checked by the page that gave it, good for half a minute."""

    conversation: UUID
    side: str
    """``customer`` or ``operator``."""
    language: str

    def sign(self) -> str:
        return signing.dumps([self.conversation.hex, self.side, self.language], salt=_SALT, compress=True)

    @classmethod
    def read(cls, text: str) -> Ticket | None:
        """``None`` for what we did not sign, or not just now."""
        try:
            conversation, side, language = signing.loads(text, salt=_SALT, max_age=TICKET_SECONDS)
        except signing.BadSignature:
            return None
        return cls(UUID(conversation), side, language)


def to_stream(ticket: Ticket, after: str) -> HttpResponse:
    """Send a page on to its stream. ``after``: the number of the last message that it has."""
    seen = f"?after={after}" if after.isdecimal() else ""
    response = HttpResponse(status=307, headers={"Location": f"{PATH}{ticket.sign()}{seen}"})
    response["Cache-Control"] = "no-store"
    return response


def on_wake(waker: Waker) -> Callable[[], None]:
    """Call this with the conversation whenever something is said in this process. Returns what takes it back."""
    with _lock:
        _wakers.append(waker)
    return lambda: _wakers.remove(waker)


def wake(conversation: UUID) -> None:
    """Something was said there, or is being written; it is in the database."""
    for waker in list(_wakers):
        waker(conversation)


def writes(conversation: Conversation, author: Author, now: dt.datetime) -> None:
    """Somebody is writing."""
    until = now + dt.timedelta(seconds=TYPING_SECONDS)
    together(
        lambda: Typing.objects.update_or_create(conversation=conversation, author=author, defaults={"until": until})
    )
    wake(conversation.pk)


def latest_id() -> int:
    """The number of the message said last."""
    return Message.objects.order_by("-id").values_list("id", flat=True).first() or 0


def numbers_since(number: int) -> set[int]:
    """The numbers of all messages after that one."""
    return set(Message.objects.filter(id__gt=number).values_list("id", flat=True))


def said(numbers: Collection[int]) -> dict[UUID, list[Message]]:
    """The messages of these numbers."""
    return _by_conversation(Message.objects.filter(id__in=numbers)) if numbers else {}


def said_in(since: Mapping[UUID, int]) -> dict[UUID, list[Message]]:
    """The messages of each conversation after the number given for it."""
    found = Message.objects.filter(conversation__in=since.keys(), id__gt=min(since.values(), default=0))
    return _by_conversation(message for message in found if message.id > since[message.conversation_id])


def writing(now: dt.datetime) -> dict[UUID, frozenset[str]]:
    """Who is writing where."""
    found: dict[UUID, set[str]] = {}
    for conversation, author in Typing.objects.filter(until__gt=now).values_list("conversation", "author"):
        found.setdefault(conversation, set()).add(author)
    return {conversation: frozenset(authors) for conversation, authors in found.items()}


def places() -> dict[UUID, int]:
    """The place of each waiting chat and each wanted call in its queue, from 1: the longest wait comes first."""
    live = Q(channel=Channel.CHAT) | Q(channel=Channel.PHONE) & (Q(call_at=None) | Q(call_at__lte=clock().now()))
    waiting = Conversation.objects.filter(live, state=State.OPEN).order_by("waiting_since", "created_at")
    found: dict[UUID, int] = {}
    ahead: Counter[str] = Counter()
    for conversation, channel in waiting.values_list("id", "channel"):
        ahead[channel] += 1
        found[conversation] = ahead[channel]
    return found


def shown(message: Message, side: str, language: str) -> str:
    """The message as its line in the thread of that side's page."""
    store = current_store().file.store
    with translation.override(language), timezone.override(ZoneInfo(store.timezone)):
        return render_to_string("conversation/parts/line.html", {"message": message, "me": side, "store": store})


def turns_page(message: Message, side: str) -> bool:
    """Whether that side's page looks otherwise after this message, not by its line alone."""
    return bool(message.notice) and (message.notice != Notice.HANDED_OVER or side == "operator")


def _by_conversation(messages: Iterable[Message]) -> dict[UUID, list[Message]]:
    found: dict[UUID, list[Message]] = {}
    for message in messages:
        found.setdefault(message.conversation_id, []).append(message)
    return found
