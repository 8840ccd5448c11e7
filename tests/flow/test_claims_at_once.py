"""Two operators claim the same conversation in the same moment: one of them has it, on each database of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flow.corner_shop import build_shop

CONVERSATIONS = 15
SETTING_UP = """
import django, json
django.setup()
from django.core.management import call_command
call_command('migrate', verbosity=0)
from pamitan.conversation import service
from pamitan.conversation.models import Channel
from pamitan.desk.operators import create_operator
for name in ('anna', 'budi', 'citra'):
    create_operator(f'{name}@toko.example', 'kunci-meja-bantuan')
for number in range(15):
    talk = service.open_conversation(str(number), Channel.CHAT, service.Request(), 'Hello', language='en')
"""
CLAIMING = """
import django, json, sys, time
django.setup()
from django.contrib.auth.models import User
from pamitan.conversation.models import Conversation
from pamitan.desk import claims
me = User.objects.get(username=sys.argv[1])
talks = list(Conversation.objects.order_by('reference'))
print('ready', flush=True)
sys.stdin.readline()
mine, taken = [], 0
for talk in talks:
    try:
        claims.claim(talk, me)
        mine.append(talk.reference)
    except claims.Taken:
        taken += 1
print(json.dumps([mine, taken]))
"""


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_each_conversation_is_claimed_once(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "pamitan.config.settings",
        "PAMITAN_HOME": str(tmp_path / "home"),
        "PAMITAN_STORE": str(build_shop(tmp_path)[1]),
        "PAMITAN_DATABASE_URL": url,
    }
    (tmp_path / "home").mkdir()
    subprocess.run([sys.executable, "-c", SETTING_UP], env=environment, check=True)
    people = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMING, f"{name}@toko.example"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("anna", "budi", "citra")
    ]  # fmt: skip
    for person in people:
        assert person.stdout
        assert person.stdout.readline() == "ready\n"
    for person in people:
        assert person.stdin
        person.stdin.write("go\n")
        person.stdin.flush()
    said = [json.loads(person.communicate(timeout=60)[0]) for person in people]
    claimed = [reference for mine, _ in said for reference in mine]
    assert len(claimed) == len(set(claimed)) == CONVERSATIONS
    assert sum(taken for _, taken in said) == 2 * CONVERSATIONS
