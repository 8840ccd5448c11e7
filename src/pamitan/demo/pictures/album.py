"""All pictures of the help centre: which of them are stale, and taking them anew."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from pamitan.conversation.pictures import FOLDER, LANGUAGES, RECORD, STATIC, Picture, key, read_record
from pamitan.demo.home import DemoError
from pamitan.demo.pictures.camera import SCREENS, Seen, look, take
from pamitan.demo.pictures.stage import staged_demo
from pamitan.demo.pictures.walk import walk

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text", "--font-render-hinting=none", "--hide-scrollbars"]


@contextmanager
def opened_chromium(program: Path) -> Iterator[Browser]:
    """Raises :class:`DemoError` where it cannot be started."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        except Error as error:
            reason = error.message.splitlines()[0]
            raise DemoError(
                f"{program} does not start ({reason}); install it (Debian: apt-get install chromium), or name the "
                "program of your Chromium or Chrome with --chromium."
            ) from error
        yield browser
        browser.close()


def stale_pictures(program: Path) -> dict[str, str]:
    """The pictures that no longer show what the pages show, each with what differs. Writes nothing.

    Raises :class:`DemoError` with the mend.
    """
    recorded = read_record()
    with opened_chromium(program) as browser, staged_demo() as url:
        found = {name: difference(recorded.get(name), seen) for name, seen in _all_that_is_seen(browser, url)}
    gone = dict.fromkeys(recorded.keys() - found.keys(), "nothing is pictured under this name any more")
    return {name: difference for name, difference in found.items() if difference} | gone


def take_pictures(program: Path, all_of_them: bool) -> list[str]:
    """Take what is stale or missing, or all; throw away what is left over. Returns what was taken.

    A picture that shows what the pages show stays as it is, so that another machine's fonts change nothing.
    Raises :class:`DemoError` with the mend.
    """
    kept: dict[str, Picture] = {}
    recorded = {} if all_of_them else read_record()
    taken: list[str] = []
    with opened_chromium(program) as browser, staged_demo() as url:
        for language in LANGUAGES:
            for stop, page in walk(browser, url, language):
                for device in SCREENS:
                    name, seen = key(stop.name, device, language), look(page, device, stop.shot)
                    known = recorded.get(name)
                    if known and not difference(known, seen) and (STATIC / known.file).exists():
                        kept[name] = known
                        continue
                    new = take(page, device, stop.shot)
                    kept[name] = Picture(_written(name, new.picture), new.width, new.height, seen.words, seen.looks)
                    taken.append(name)
    _record(kept)
    return taken


def difference(known: Picture | None, seen: Seen) -> str:
    """What the page says or how it looks now, where the picture differs; else nothing."""
    if known is None:
        return "there is no picture yet"
    gone = [f"no longer “{words}”" for words in known.words if words not in seen.words]
    new = [f"now “{words}”" for words in seen.words if words not in known.words]
    if gone or new:
        return " ".join(gone[:1] + new[:1])
    return "" if (known.words, known.looks) == (seen.words, seen.looks) else "the same words look different now"


def _all_that_is_seen(browser: Browser, url: str) -> Iterator[tuple[str, Seen]]:
    for language in LANGUAGES:
        for stop, page in walk(browser, url, language):
            for device in SCREENS:
                yield key(stop.name, device, language), look(page, device, stop.shot)


def _written(name: str, picture: bytes) -> str:
    file = f"{FOLDER}/{name}.{hashlib.sha256(picture).hexdigest()[:12]}.webp"
    (STATIC / FOLDER).mkdir(parents=True, exist_ok=True)
    (STATIC / file).write_bytes(picture)
    return file


def _record(kept: dict[str, Picture]) -> None:
    """Write down what there is, and throw away the files of all others."""
    written = {name: dataclasses.asdict(kept[name]) for name in sorted(kept)}
    RECORD.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n")
    wanted = {STATIC / picture.file for picture in kept.values()}
    for file in (STATIC / FOLDER).glob("*.webp"):
        if file not in wanted:
            file.unlink()
