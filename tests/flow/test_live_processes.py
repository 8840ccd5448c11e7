"""Two server processes at once, on each database of ours: what is said at one is told by the other."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.flow.corner_shop import build_shop
from tests.servers import free_port

CSRF = "c" * 32
START_SECONDS = 60
PATIENCE_SECONDS = 20
SETTING_UP = """
import json, django
django.setup()
from importlib import import_module
from django.conf import settings
from django.core.management import call_command
call_command('migrate', verbosity=0)
call_command('createcachetable', verbosity=0)
from pamitan.conversation import service
from pamitan.conversation.models import Channel
talk = service.open_conversation('1', Channel.CHAT, service.Request(), 'Hello', language='en')
session = import_module(settings.SESSION_ENGINE).SessionStore()
session['account_id'], session['proven'] = '1', []
session.save()
print(json.dumps([talk.reference, settings.SESSION_COOKIE_NAME, session.session_key, settings.CSRF_COOKIE_NAME]))
"""
SERVING = """
from pamitan.config import server
server.set_up_django()
server.prepare_database()
server.serve('127.0.0.1', {})
"""


@contextlib.contextmanager
def server(environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVING.format(port)], env=environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}/sign-in")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(30) in (0, -15)


def _wait_for(address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(address)
            return
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.1)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_is_said_at_one_is_told_by_the_other(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "pamitan.config.settings",
        "PAMITAN_HOME": str(tmp_path / "home"),
        "PAMITAN_STORE": str(build_shop(tmp_path)[1]),
        "PAMITAN_DATABASE_URL": url,
    }
    (tmp_path / "home").mkdir()
    made = subprocess.run(
        [sys.executable, "-c", SETTING_UP], env=environment, check=True, capture_output=True, text=True
    )
    reference, session, key, csrf = json.loads(made.stdout)
    headers = {"Cookie": f"{session}={key}; {csrf}={CSRF}"}
    form = {"text": "Said at the other server", "key": "0f" * 16, "csrfmiddlewaretoken": CSRF}
    with server(environment) as one, server(environment) as other:
        place = httpx.get(f"{one}/help/conversations/{reference}/live", headers=headers).headers["location"]
        with httpx.stream("GET", one + place, timeout=PATIENCE_SECONDS) as stream:
            lines = stream.iter_lines()
            assert "Hello" in next(line for line in lines if line.startswith("data: "))
            say = f"{other}/help/conversations/{reference}/say"
            assert httpx.post(say, data=form, headers={**headers, "X-Live": "1"}).status_code == 204
            assert any("Said at the other server" in line for line in lines if line.startswith("data: "))
