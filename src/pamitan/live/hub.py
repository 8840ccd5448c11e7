"""One reader for all open pages of a process: it is told what is said there, and looks itself for what others say.

When something is said in this process, the reader reads the messages of that conversation alone, at once. What other
processes say it finds some times a second by one question for all. Neither costs more where more pages are open; it is
one thread with a connection of its own.

A message's number is drawn before its transaction ends, so a smaller number may appear after a larger one. Within one
conversation that cannot be, because who says something locks it; so each page goes by the numbers of its conversation,
and what others say is looked for among all messages of the last ten seconds.
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
"""How often it looks for what other processes say, and for signs that have run out."""
REST_SECONDS = 0.02
"""How long it rests at least between two looks; as long as the look took, where that is more. What is said meanwhile is
read together, so that much talk and a busy machine make for fewer looks and not for a queue of them."""
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
    writing: bool = False
    """The other side was writing when it was told last."""
    place: int = 0

    @property
    def other(self) -> str:
        """The author on the other side."""
        return "operator" if self.ticket.side == "customer" else "customer"


Line = tuple[int, str, str]
"""Number of a message, side and language of a page."""
Pages = Mapping[UUID, tuple[Page, ...]]
"""The open pages of conversations."""


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
        self._woken: set[UUID] = set()
        """Where something was said, or a page was opened, since the last look."""
        self._writing: Mapping[UUID, frozenset[str]] = {}
        """Who was writing where at the last look."""
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
            self._forget = live.on_wake(lambda conversation: loop.call_soon_threadsafe(self._wake, conversation))
            self._task = loop.create_task(self._run())
        self._pages.setdefault(page.ticket.conversation, set()).add(page)
        self._wake(page.ticket.conversation)

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

    def _wake(self, conversation: UUID) -> None:
        if conversation in self._pages:
            self._woken.add(conversation)
            self._due.set()

    # looking

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        tick = loop.time()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), max(0.0, tick - loop.time()))
            self._due.clear()
            woken, self._woken = self._woken, set()
            began = loop.time()
            whole = began >= tick
            if whole:
                tick = began + TICK_SECONDS
            asked = self._open(self._pages if whole else woken)
            look = await loop.run_in_executor(self._reader, self._look, asked, woken, whole) if asked else None
            if look:
                self._tell(look, asked, woken)
            elif asked:
                self._woken |= woken
            await asyncio.sleep(max(REST_SECONDS, loop.time() - began))

    def _open(self, conversations: Iterable[UUID]) -> Pages:
        return {one: tuple(self._pages[one]) for one in conversations if one in self._pages}

    def _look(self, asked: Pages, woken: set[UUID], whole: bool) -> _Look | None:
        """On the reader's thread. ``None`` when the database does not answer; the next look reads what was missed.

        ``woken``: read all that their pages have not seen. ``whole``: look for what other processes said, too.
        """
        try:
            said = live.said_in({one: min(page.seen for page in asked[one]) for one in woken if one in asked})
            self._told.update(message.pk for messages in said.values() for message in messages)
            if whole:
                said |= self._said_by_others(said)
            lines = {line: live.shown(message, *line[1:]) for line, message in _unseen(asked, said)}
            return _Look(said, lines, live.writing(clock().now()), self._places() if whole else None)
        except DatabaseError:
            log.warning("The open pages cannot be told anything just now: the database does not answer.")
            connection.close()
            self._told = set()
            return None
        finally:
            close_old_connections()

    def _said_by_others(self, known: Mapping[UUID, list[Message]]) -> dict[UUID, list[Message]]:
        """What was said of late and not read yet."""
        numbers = live.numbers_since(self._from(live.latest_id()))
        said = live.said(numbers - self._told)
        self._told = numbers
        return {one: sorted(messages + known.get(one, []), key=_number) for one, messages in said.items()}

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

    def _tell(self, look: _Look, asked: Pages, woken: set[UUID]) -> None:
        for conversation in look.said:
            for page in asked.get(conversation, ()):
                self._tell_messages(page, look)
        before, self._writing = self._writing, look.writing
        changed = {one for one in before.keys() | look.writing.keys() if before.get(one) != look.writing.get(one)}
        for conversation in changed | woken:
            for page in tuple(self._pages.get(conversation, ())):
                self._tell_writing(page, look.writing)
        if look.places is not None:
            for page in self._all():
                self._tell_place(page, look.places.get(page.ticket.conversation, 0))

    def _tell_messages(self, page: Page, look: _Look) -> None:
        for message in look.said.get(page.ticket.conversation, []):
            if message.pk > page.seen:
                page.seen = message.pk
                html = look.lines[message.pk, page.ticket.side, page.ticket.language]
                turn = live.turns_page(message, page.ticket.side)
                self._put(page, Event("message", {"html": html, "reload": turn}, message.pk))

    def _tell_writing(self, page: Page, who: Mapping[UUID, frozenset[str]]) -> None:
        writing = page.other in who.get(page.ticket.conversation, frozenset())
        if writing != page.writing:
            page.writing = writing
            self._put(page, Event("writing", {"writing": writing}))

    def _tell_place(self, page: Page, place: int) -> None:
        if page.ticket.side == "customer" and place != page.place:
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


def _unseen(asked: Pages, said: Mapping[UUID, list[Message]]) -> Iterator[tuple[Line, Message]]:
    for conversation, messages in said.items():
        for page in asked.get(conversation, ()):
            for message in messages:
                if message.pk > page.seen:
                    yield (message.pk, page.ticket.side, page.ticket.language), message


def _number(message: Message) -> int:
    return message.pk
