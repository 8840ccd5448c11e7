"""The guide as one HTML page that needs no network, no server and no JavaScript.

Its own style and script stand in it, allowed by their hashes; its policy lets nothing else in and nothing out.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe

from pamitan.guide.letter import write
from pamitan.guide.model import Guide, Language
from pamitan.guide.reminder import calendar, day_of
from pamitan.guide.speaking import in_language

NAMES: dict[Language, str] = {"id": "Bahasa Indonesia", "en": "English", "it": "Italiano"}


def first_language(languages: Sequence[Language]) -> Language:
    """The one to begin with: English where it is there."""
    return "en" if "en" in languages else languages[0]


def page(guide: Guide, now: dt.datetime, languages: Sequence[Language]) -> str:
    """The whole page in these languages of the guide, between which the reader changes.

    ``now`` is aware, in the reader's own time zone: the reminder is counted from its day.
    """
    first = first_language(languages)
    style, script = _inline("page.css"), _inline("page.js")
    context = {
        "guide": guide.guide,
        "first": first,
        "title": guide.guide.title[first],
        "languages": [(code, NAMES[code]) for code in languages],
        "chapters": [(code, _chapter(guide, code, now)) for code in languages],
        "style": mark_safe(style),  # noqa: S308 (our own file)
        "script": mark_safe(script),  # noqa: S308 (our own file)
        "policy": _policy(style, script),
    }
    return render_to_string("guide/page.html", context)


def _chapter(guide: Guide, language: Language, now: dt.datetime) -> SafeString:
    """All of the page in one language."""
    with translation.override(language):
        ics = calendar(guide, language, now)
        context = {
            **in_language(guide, language),
            "language": language,
            "letters": [write(guide, code) for code in guide.languages],
            "names": NAMES,
            "written": _day(guide.facts.written),
            "checked": _day(guide.facts.checked) if guide.facts.checked else "",
            "remind_on": _day(day_of(guide, now)),
            "calendar": f"data:text/calendar;charset=utf-8,{quote(ics)}",
        }
        return render_to_string("guide/chapter.html", context)


def _day(day: dt.date) -> str:
    """The day in the active language; Italian writes its months small."""
    said = date_format(day, "j F Y")
    return said.lower() if translation.get_language() == "it" else said


def _policy(style: str, script: str) -> str:
    """The page's Content-Security-Policy: what stands in it, and nothing from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _inline(name: str) -> str:
    return (files("pamitan.guide") / "inline" / name).read_text("utf-8")
