"""The open connections: server-sent events (HTML standard, 9.2) as a plain ASGI application beside Django.

A page asks Django for its stream, ``…/live``; Django looks who that is and sends it on to ``/live/TICKET`` with a
ticket that is good for half a minute. So who is let in is decided in one place, anew with each connection, and a
connection lasts :data:`LONGEST_SECONDS` at most.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pamitan.conversation.live import PATH, Ticket
from pamitan.live.hub import Event, Hub, Page

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
QUIET_SECONDS = 15.0
"""After so long without news a comment is sent, so that nothing between takes the connection for dead."""
LONGEST_SECONDS = 600.0
AGAIN_MILLISECONDS = (500, 2500)
"""So long a page waits before it connects again; each another while, lest all come at once after a new start."""
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class LiveApp:
    """Answers below :data:`pamitan.conversation.live.PATH`; everything else goes to ``pages``."""

    def __init__(self, pages: Application, hub: Hub) -> None:
        self._pages = pages
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PATH):
            await self._answer(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        ticket = Ticket.read(scope["path"].removeprefix(PATH))
        if scope["method"] != "GET" or ticket is None or self._hub.ended:
            await _refuse(send, 503 if self._hub.ended else 404)
            return
        page = Page(ticket, _last_seen(scope))
        self._hub.open(page)
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await _stream(page, gone, send)
        finally:
            gone.cancel()
            self._hub.close(page)


async def _stream(page: Page, gone: asyncio.Future[None], send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _send(send, f"retry: {_again()}\n\n")
    end = asyncio.get_running_loop().time() + LONGEST_SECONDS
    while not gone.done() and asyncio.get_running_loop().time() < end:
        try:
            event = await _next(page, gone)
        except TimeoutError:
            await _send(send, ": still here\n\n")
            continue
        if event is None:
            break
        await _send(send, _frame(event))
    await send({"type": "http.response.body", "body": b""})


def _again() -> int:
    shortest, longest = AGAIN_MILLISECONDS
    return shortest + secrets.randbelow(longest - shortest)


async def _next(page: Page, gone: asyncio.Future[None]) -> Event | None:
    """The next event; ``None`` at the end. Raises :class:`TimeoutError` where nothing is new for a while."""
    event = asyncio.ensure_future(page.events.get())
    either: set[asyncio.Future[Any]] = {event, gone}
    done, _left = await asyncio.wait(either, timeout=QUIET_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if event in done:
        return event.result()
    event.cancel()
    if gone in done:
        return None
    raise TimeoutError


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"Please load the page again.\n"})


def _frame(event: Event) -> str:
    number = f"id: {event.number}\n" if event.number else ""
    return f"{number}event: {event.name}\ndata: {json.dumps(event.data)}\n\n"


def _last_seen(scope: Scope) -> int:
    """The last message that the page has: by its header when it comes back, else by its address."""
    headers = dict(scope["headers"])
    given = headers.get(b"last-event-id") or scope["query_string"].removeprefix(b"after=")
    return int(given) if given.isdigit() else 0
