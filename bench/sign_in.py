"""Whether a stranger can tell by the clock what a refused sign-in has met: known or unknown, locked, of which scheme.

    .venv/bin/python -m bench.sign_in              forty tries of each kind (about five minutes)
    .venv/bin/python -m bench.sign_in --tries 5    a quick look

The kinds take turns against one running demo, each try in a new browser. Printed are the medians, the spread, and each
median's ratio to that of an unknown address: 1.00 tells nothing.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import httpx

from pamitan.demo.shop.people import PASSWORD
from tests.running_demo import RunningDemo, running_demo

WRONG = "not-the-password"
YARDSTICK = "unknown address"
LOCKED = "siti.rahmawati@surat.example"
WRONG_TRIES_THAT_LOCK = 6

Send = Callable[[RunningDemo], float]


def sign_in(login: str, password: str) -> Send:
    """One try at the door, timed from the form's sending to the answer."""
    return lambda demo: _sent(demo, "/sign-in", {"login": login, "password": password})


def ask_code(login: str) -> Send:
    return lambda demo: _sent(demo, "/sign-in/code", {"login": login})


# After each wrong password comes the right one, so that the count begins anew and no account but one is locked
KINDS: dict[str, Send] = {
    YARDSTICK: sign_in("nobody@surat.example", WRONG),
    "unknown number": sign_in("0812-5550-9999", WRONG),
    "neither address nor number": sign_in("somebody", WRONG),
    "wrong password, pbkdf2": sign_in("sari@surat.example", WRONG),
    "right password, pbkdf2": sign_in("sari@surat.example", PASSWORD),
    "wrong password, bcrypt": sign_in("budi.santoso@surat.example", WRONG),
    "right password, bcrypt": sign_in("budi.santoso@surat.example", PASSWORD),
    "account without a password": sign_in("nurul@surat.example", WRONG),
    "locked account, wrong password": sign_in(LOCKED, WRONG),
    "locked account, right password": sign_in(LOCKED, PASSWORD),
    "two accounts of one number, wrong": sign_in("0812-5550-1190", WRONG),
    "two accounts of one number, right": sign_in("0812-5550-1190", PASSWORD),
    "code for an unknown address": ask_code("nobody@surat.example"),
    "code for a known address": ask_code("zoe@mail.example"),
}


def _sent(demo: RunningDemo, path: str, fields: dict[str, str]) -> float:
    with httpx.Client(base_url=demo.url) as browser:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', browser.get(path).text)
        assert token
        begun = time.perf_counter()
        answer = browser.post(path, data={**fields, "csrfmiddlewaretoken": token.group(1)})
        taken = time.perf_counter() - begun
    assert answer.status_code in (302, 422), answer.status_code
    return taken


def measured(demo: RunningDemo, tries: int) -> dict[str, list[float]]:
    """The seconds of each try, by kind."""
    for _ in range(WRONG_TRIES_THAT_LOCK):
        sign_in(LOCKED, WRONG)(demo)
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(tries):
        for kind, send in KINDS.items():
            times[kind].append(send(demo))
    return times


def table(times: dict[str, list[float]]) -> str:
    yardstick = median(times[YARDSTICK])
    lines = [f"{'':36}{'median':>10}{'5 %':>10}{'95 %':>10}{'ratio':>8}"]
    for kind, seconds in times.items():
        low, *_, high = quantiles(seconds, n=20)
        figures = "".join(f"{value * 1000:7.0f} ms" for value in (median(seconds), low, high))
        lines.append(f"{kind:36}{figures}{median(seconds) / yardstick:8.3f}")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tries", type=int, default=40)
    tries = options.parse_args().tries
    with tempfile.TemporaryDirectory() as home, running_demo(Path(home)) as demo:
        print(table(measured(demo, tries)))


if __name__ == "__main__":
    main()
