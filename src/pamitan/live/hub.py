"""One reader for all open pages of a process: it reads what is new some times a second, and at once when told to.

What is read has a cost that does not grow with the number of pages: three queries, on one thread with a connection of
its own. Other processes' messages are found by the next look, half a second later at most.

A message's number is drawn before its transaction ends, so a smaller number may appear after a larger one. Within one
conversation that cannot be, because who says something locks it; so each page goes by the numbers of its conversation,
and the reader looks again at all of the last ten seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection

from pamitan.closure.clock import clock
from pamitan.conversation import live
from pamitan.conversation.live import Ticket
from pamitan.conversation.models import Message

TICK_SECONDS = 0.5
"""How often it looks without being woken."""
REST_SECONDS = 0.05
"""How long it rests between two looks: what is said meanwhile is read together."""
PLACES_SECONDS = 2.0
AGAIN_SECONDS = 10.0
"""So long after its number was drawn a message may still appear."""
FULL = 500
"""A page that has so much unread is cut off; it comes back and reads on."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """One thing for one page. ``number``: of the message, for a page that has to begin again."""

    name: str
    data: dict[str, object]
    number: int = 0


@dataclass(eq=False)
class Page:
    """One open page."""

    ticket: Ticket
    seen: int
    """The number of the last message that it has."""
    events: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(FULL))
    """``None``: the connection ends."""
    is_new: bool = True
    writing: bool = False
    """The other side was writing when it was told last."""
    place: int = 0

    @property
    def other(self) -> str:
        """The author on the other side."""
        return "operator" if self.ticket.side == "customer" else "customer"


Line = tuple[int, str, str]
"""Number of a message, side and language of a page."""


@dataclass(frozen=True)
class _Look:
    """What one look at the database found."""

    said: Mapping[UUID, list[Message]]
    lines: Mapping[Line, str]
    """Each message as it is shown to each kind of page that has not seen it."""
    writing: Mapping[UUID, frozenset[str]]
    places: Mapping[UUID, int] | None


class Hub:
    """Knows the open pages and tells each what is new. Lives on one event loop."""

    def __init__(self) -> None:
        self._pages: dict[UUID, set[Page]] = {}
        self._due = asyncio.Event()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._numbers: deque[tuple[float, int]] = deque()
        self._told: set[int] = set()
        """The numbers of the last ten seconds whose messages were read already."""
        self._places_at = 0.0
        self._forget: Callable[[], None] = lambda: None
        self.ended = False

    def open(self, page: Page) -> None:
        """Tell this page from now on."""
        if self._loop is None:
            self._loop = loop = asyncio.get_running_loop()
            self._forget = live.on_wake(lambda: loop.call_soon_threadsafe(self._due.set))
            self._task = loop.create_task(self._run())
        self._pages.setdefault(page.ticket.conversation, set()).add(page)
        self._due.set()

    def close(self, page: Page) -> None:
        """The page is gone."""
        pages = self._pages.get(page.ticket.conversation, set())
        pages.discard(page)
        if not pages:
            self._pages.pop(page.ticket.conversation, None)

    def stop(self) -> None:
        """End every connection, so that the server can stop; from any thread or signal handler."""
        self.ended = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        for page in self._all():
            self._cut(page)
        self._forget()
        if self._task:
            self._task.cancel()
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _all(self) -> list[Page]:
        return [page for pages in self._pages.values() for page in pages]

    # looking

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), TICK_SECONDS)
            self._due.clear()
            if not self._pages:
                continue
            pages = self._all()
            look = await loop.run_in_executor(self._reader, self._look, pages)
            if look:
                self._tell(look, pages)
            await asyncio.sleep(REST_SECONDS)

    def _look(self, pages: list[Page]) -> _Look | None:
        """On the reader's thread. ``None`` when the database does not answer; the next look reads what was missed."""
        try:
            said = self._said(pages)
            lines = {line: live.shown(message, *line[1:]) for line, message in _unseen(pages, said)}
            return _Look(said, lines, live.writing(clock().now()), self._places())
        except DatabaseError:
            log.warning("The open pages cannot be told anything just now: the database does not answer.")
            connection.close()
            self._told = set()
            return None
        finally:
            close_old_connections()

    def _said(self, pages: list[Page]) -> dict[UUID, list[Message]]:
        """What was said of late, and all that pages that have just been opened have not seen."""
        numbers = live.numbers_since(self._from(live.latest_id()))
        said = live.said(numbers - self._told)
        self._told = numbers
        new, since = {page.ticket.conversation for page in pages if page.is_new}, dict[UUID, int]()
        for page in pages:
            if page.ticket.conversation in new:
                since[page.ticket.conversation] = min(page.seen, since.get(page.ticket.conversation, page.seen))
        return said | live.said_in(since) if since else said

    def _from(self, latest: int) -> int:
        """The number from which on messages may still appear; notes that ``latest`` is the last one now."""
        now = time.monotonic()
        self._numbers.append((now, latest))
        while len(self._numbers) > 1 and self._numbers[1][0] < now - AGAIN_SECONDS:
            self._numbers.popleft()
        return self._numbers[0][1]

    def _places(self) -> Mapping[UUID, int] | None:
        now = time.monotonic()
        if now - self._places_at < PLACES_SECONDS:
            return None
        self._places_at = now
        return live.places()

    # telling

    def _tell(self, look: _Look, pages: list[Page]) -> None:
        for page in pages:
            page.is_new = False
            if page.ticket.conversation in look.said:
                self._tell_messages(page, look)
            self._tell_signs(page, look)

    def _tell_messages(self, page: Page, look: _Look) -> None:
        for message in look.said.get(page.ticket.conversation, []):
            if message.pk > page.seen:
                page.seen = message.pk
                html = look.lines[message.pk, page.ticket.side, page.ticket.language]
                # after a notice the page as a whole may look otherwise
                self._put(page, Event("message", {"html": html, "reload": bool(message.notice)}, message.pk))

    def _tell_signs(self, page: Page, look: _Look) -> None:
        conversation = page.ticket.conversation
        writing = page.other in look.writing.get(conversation, frozenset())
        if writing != page.writing:
            page.writing = writing
            self._put(page, Event("writing", {"writing": writing}))
        if look.places is None or page.ticket.side == "operator":
            return
        place = look.places.get(conversation, 0)
        if place != page.place:
            page.place = place
            self._put(page, Event("place", {"place": place}))

    def _put(self, page: Page, event: Event) -> None:
        try:
            page.events.put_nowait(event)
        except asyncio.QueueFull:
            self._cut(page)

    def _cut(self, page: Page) -> None:
        self.close(page)
        with contextlib.suppress(asyncio.QueueEmpty):
            while True:
                page.events.get_nowait()
        page.events.put_nowait(None)


def _unseen(pages: Iterable[Page], said: Mapping[UUID, list[Message]]) -> Iterator[tuple[Line, Message]]:
    for page in pages:
        for message in said.get(page.ticket.conversation, []):
            if message.pk > page.seen:
                yield (message.pk, page.ticket.side, page.ticket.language), message
