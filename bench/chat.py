"""How live the live chat is: many open chats on one server, many messages, and a server that is killed meanwhile.

    .venv/bin/python -m bench.chat            1,000 chats, 10,000 messages, one kill -9 and new start in the middle
    .venv/bin/python -m bench.chat --small    a quick try, writes no results

Each chat is a customer's open page. Messages are sent as the page sends them, and sent again with the same key where no
answer came. The time is from the sending of a message to its line on the page. In the end each page must have each
message of its chat once, in the order in which the database has them.

On a machine that others use too the times say as much of them; the processor time of a message does not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench.erase import RESULTS, machine
from tests.servers import free_port

CSRF = "c" * 32
PER_SECOND = 100
SLOW_MS = 500
GONE_SECONDS = 0.2
"""What arrives so soon after the kill was on its way before."""
_STORE = """\
store: {{name: Bench, languages: [en], country: ID, timezone: Asia/Jakarta, email: halo@toko.example}}
datastores: {{shop: {{url: "sqlite:///{database}"}}}}
account: {{table: customer, id: id, email: email, name: name, password: {{column: password, scheme: django}}}}
map: {{shop: {{customer: {{link: {{on: {{id: account.id}}}}, delete: true}}}}}}
"""
_PREPARE = """
import json, sys, django
django.setup()
from django.conf import settings
from django.core.management import call_command
from importlib import import_module
from pamitan.conversation import service
from pamitan.conversation.models import Channel
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
sessions = import_module(settings.SESSION_ENGINE)
made = []
for account in range(1, int(sys.argv[1]) + 1):
    opened = service.open_conversation(str(account), Channel.CHAT, service.Request(), "Hello", language="en")
    session = sessions.SessionStore()
    session["account_id"], session["proven"] = str(account), []
    session.save()
    made.append([opened.reference, session.session_key])
print(json.dumps([settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, made]))
"""
_COUNT = """
import json, django
django.setup()
from pamitan.conversation.models import Message
found = {}
for reference, number in Message.objects.order_by("id").values_list("conversation__reference", "id"):
    found.setdefault(reference, []).append(number)
print(json.dumps(found))
"""


@dataclass
class Chat:
    """One customer's open page."""

    reference: str
    cookies: str
    lines: list[int] = field(default_factory=list)
    """The numbers of the messages that it was given, in their order."""
    sent_at: dict[str, float] = field(default_factory=dict)
    took: list[tuple[float, float]] = field(default_factory=list)
    """When each message was sent, and the seconds until its line was there."""
    opened: int = 0


@dataclass
class Server:
    """A server process of its own."""

    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        code = (
            "from pamitan.config import server; server.set_up_django(); server.prepare_database(); "
            f"server.serve('127.0.0.1', {self.port})"
        )
        self.process = subprocess.Popen([sys.executable, "-c", code], env=self.environment)

    def kill(self) -> None:
        """As kill -9 does."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def processor_seconds(self) -> float:
        """What it has used of the processors since it was started."""
        assert self.process
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """What it holds in memory now."""
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


class Load:
    """Opens the pages, sends the messages and notes what arrives when."""

    def __init__(self, port: int, chats: list[Chat]) -> None:
        self.port = port
        self.chats = chats
        self.done = False
        self.killed_at = 0.0
        self.again = 0
        self.arrivals: list[float] = []
        """When lines came, on whichever page."""

    async def read(self, chat: Chat) -> None:
        """Keep the page's stream open, and come back after a break as a browser does."""
        while not self.done:
            try:
                await self._read_once(chat)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                await asyncio.sleep(1)

    async def _read_once(self, chat: Chat) -> None:
        seen = chat.lines[-1] if chat.lines else 0
        _status, headers, writer, _reader = await self._ask(
            chat, f"/help/conversations/{chat.reference}/live?after={seen}"
        )
        writer.close()
        status, _headers, writer, reader = await self._ask(chat, headers["location"], more=f"Last-Event-ID: {seen}\r\n")
        if status != 200:
            writer.close()
            raise ValueError(status)
        chat.opened += 1
        try:
            while line := await reader.readline():
                if line.startswith(b'data: {"html"'):
                    self._note(chat, json.loads(line[6:])["html"])
        finally:
            writer.close()

    def _note(self, chat: Chat, html: str) -> None:
        now = time.perf_counter()
        self.arrivals.append(now)
        chat.lines.append(int(re.findall(r'data-id="(\d+)"', html)[0]))
        for key in re.findall(r"key-[0-9a-f]{32}", html):
            if key in chat.sent_at:
                chat.took.append((chat.sent_at[key], now - chat.sent_at[key]))

    async def send(self, chat: Chat) -> None:
        """Say something, again and again until it has arrived."""
        key = uuid.uuid4().hex
        words = f"key-{key}"
        body = urlencode({"text": words, "key": key, "csrfmiddlewaretoken": CSRF}).encode()
        chat.sent_at[words] = time.perf_counter()
        while True:
            try:
                status, _headers, writer, _reader = await self._ask(
                    chat, f"/help/conversations/{chat.reference}/say", body=body, more="X-Live: 1\r\n"
                )
                writer.close()
                if status == 204:
                    return
                if status < 500:
                    raise SystemExit(f"a message was answered with {status}")
            except (OSError, asyncio.IncompleteReadError, ValueError):
                pass
            self.again += 1
            await asyncio.sleep(1)

    async def _ask(
        self, chat: Chat, path: str, body: bytes | None = None, more: str = ""
    ) -> tuple[int, dict[str, str], asyncio.StreamWriter, asyncio.StreamReader]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        method = "GET" if body is None else "POST"
        form = (
            ""
            if body is None
            else f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        )
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {chat.cookies}\r\n{form}{more}\r\n"
        writer.write(head.encode() + (body or b""))
        await writer.drain()
        status = int((await reader.readuntil(b"\r\n")).split()[1])
        headers = {}
        while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, writer, reader


@contextmanager
def prepared(chats: int) -> Iterator[tuple[Server, list[Chat], dict[str, str]]]:
    """A server of its own with that many customers, each with a chat begun."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop.db"
        with sqlite3.connect(shop) as database:
            database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, name TEXT, password TEXT)")
            people = [(n, f"customer{n}@mail.example", f"Customer {n}") for n in range(1, chats + 1)]
            database.executemany("INSERT INTO customer VALUES (?, ?, ?, '')", people)
        store = Path(folder) / "store.yaml"
        store.write_text(_STORE.format(database=shop))
        environment = {
            **os.environ,
            "PAMITAN_HOME": folder,
            "PAMITAN_STORE": str(store),
            "DJANGO_SETTINGS_MODULE": "pamitan.config.settings",
        }
        session, csrf, made = json.loads(_run(environment, _PREPARE, str(chats)))
        cookie = "{}={}; {}={}"
        pages = [Chat(reference, cookie.format(session, key, csrf, CSRF)) for reference, key in made]
        yield Server(free_port(), environment), pages, environment


def _run(environment: dict[str, str], code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Used:
    """What the server needed."""

    megabytes: float
    """With all pages open."""
    milliseconds: float
    """Of a processor, for each message before the break."""


async def drive(server: Server, load: Load, messages: int) -> Used:
    """All of it; returns what the server needed."""
    readers = [asyncio.create_task(load.read(chat)) for chat in load.chats]
    await _until(lambda: all(chat.opened and chat.lines for chat in load.chats))
    memory, idle = server.megabytes(), server.processor_seconds()
    sending: list[asyncio.Task[None]] = []
    started = time.perf_counter()
    for number in range(messages):
        if number == messages // 2:
            spent = 1000 * (server.processor_seconds() - idle) / number
            load.killed_at = time.perf_counter()
            server.kill()
            server.start()
        sending.append(asyncio.create_task(load.send(load.chats[number % len(load.chats)])))
        await asyncio.sleep(max(0.0, started + (number + 1) / PER_SECOND - time.perf_counter()))
    await asyncio.gather(*sending)
    wanted = messages + len(load.chats)
    await _until(lambda: sum(len(chat.lines) for chat in load.chats) >= wanted)
    await asyncio.sleep(2)  # what comes twice would come now
    load.done = True
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    return Used(memory, spent)


async def _until(holds: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        if time.monotonic() > end:
            break
        await asyncio.sleep(0.1)


def report(load: Load, used: Used, messages: int, kept: dict[str, list[int]]) -> str:
    took = sorted((sent, 1000 * seconds) for chat in load.chats for sent, seconds in chat.took)
    quiet = _quantiles(time_ for sent, time_ in took if sent < load.killed_at - 2)
    whole = _quantiles(time_ for _sent, time_ in took)
    slow = [sent + time_ / 1000 for sent, time_ in took if sent > load.killed_at - 2 and time_ > SLOW_MS]
    given = {chat.reference: chat.lines for chat in load.chats}
    lost = sum(len(set(kept[reference]) - set(given[reference])) for reference in kept)
    twice = sum(len(lines) - len(set(lines)) for lines in given.values())
    doubled = sum(map(len, kept.values())) - messages - len(load.chats)
    disorder = sum(lines != sorted(lines) for lines in given.values())
    return (
        f"{len(load.chats):,} open chats on one process, {messages:,} messages at {PER_SECOND} a second, the server "
        f"killed once in the middle and started anew; own data in SQLite; {machine()}, at niceness {os.nice(0)}\n\n"
        "| | |\n|---|---:|\n"
        f"| from sending to the line on the page, before the break: p50 | {quiet[49]:,.0f} ms |\n"
        f"| p99 | {quiet[98]:,.0f} ms |\n"
        f"| all messages, the break and what piled up in it included: p50 | {whole[49]:,.0f} ms |\n"
        f"| p99 | {whole[98]:,.0f} ms |\n"
        f"| after the kill, until a page was told something again | {_outage(load):,.1f} s |\n"
        f"| after the kill, until each message took less than {SLOW_MS:,} ms again | "
        f"{max(slow, default=load.killed_at) - load.killed_at:,.1f} s |\n"
        f"| the longest that one message took, over the break | {max(time_ for _sent, time_ in took):,.0f} ms |\n"
        f"| processor time of the server for a message, from request to line | {used.milliseconds:,.1f} ms |\n"
        f"| memory of the server with all pages open | {used.megabytes:,.0f} MB |\n"
        f"| messages sent again because no answer came | {load.again:,} |\n"
        f"| messages lost on the way to a page | {lost} |\n"
        f"| shown twice | {twice} |\n"
        f"| kept twice | {doubled} |\n"
        f"| pages with another order | {disorder} |\n"
    )


def _quantiles(times: Iterable[float]) -> list[float]:
    return statistics.quantiles(times, n=100)


def _outage(load: Load) -> float:
    """Seconds from the kill to the first line after it that a page got."""
    return min(arrived for arrived in load.arrivals if arrived > load.killed_at + GONE_SECONDS) - load.killed_at


def main() -> None:
    parser = argparse.ArgumentParser(description="Load the live chat.")
    parser.add_argument("--small", action="store_true", help="a quick try: 50 chats, 500 messages, writes no results")
    small = parser.parse_args().small
    chats, messages = (50, 500) if small else (1_000, 10_000)
    with prepared(chats) as (server, pages, environment):
        load = Load(server.port, pages)
        server.start()
        try:
            used = asyncio.run(drive(server, load, messages))
        finally:
            server.stop()
        text = report(load, used, messages, json.loads(_run(environment, _COUNT)))
    print(text)
    if not small:
        (RESULTS / "chat.md").write_text(f"# Live chat under load\n\n{text}")


if __name__ == "__main__":
    main()
