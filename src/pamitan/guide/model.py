"""The guide file: how one closes an account with one store, in the words of up to three languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from pamitan.storefile.base import Misplaced, Strict, time_of_day
from pamitan.storefile.document import Place

Language = Literal["id", "en", "it"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def _per_language(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("needs its words per language; write {id: …, en: …, it: …}, or those of them that you speak")
    return value


def _said(words: dict[Language, str]) -> dict[Language, str]:
    silent = [language for language in LANGUAGES if not words.get(language, "-").strip()]
    if silent or not words:
        raise ValueError(f"says nothing in {', '.join(silent) or 'any language'}; write the words")
    return {language: " ".join(words[language].split()) for language in LANGUAGES if language in words}


def _named(name: str) -> str:
    if not name.strip():
        raise ValueError("is empty; write the store's name")
    return " ".join(name.split())


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or set(address) & set(" \"'<>\\"):
        raise ValueError(f"'{address}' is no web address; write e.g. https://www.store.example")
    return address


def _mail_address(address: str) -> str:
    name, _, host = address.partition("@")
    if not name or "." not in host or set(address) & set(" \"'<>\\?&,:"):
        raise ValueError(f"'{address}' is no e-mail address; write e.g. privacy@store.example")
    return address


Words = Annotated[dict[Language, str], BeforeValidator(_per_language), AfterValidator(_said)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Head(Strict):
    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    """A short name for files: lower-case letters, digits and hyphens."""
    title: Words
    """What the page is called. Its languages are those of the whole guide."""


class OtherStore(Strict):
    name: Annotated[str, AfterValidator(_named)]
    site: WebAddress
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    """The language that the store's people read best (ISO 639); the letter in it is marked."""


class Facts(Strict):
    described: Words
    """Of which time the steps speak, e.g. "the 2010s" or "May 2026"."""
    written: dt.date
    """When the guide was written."""
    checked: dt.date | None = None
    """When somebody last followed it on the living site; without it, the page says that nobody has."""


class Choice(Strict):
    name: Words
    hint: Words | None = None
    recommended: bool = False


class Step(Strict):
    do: Words
    """One thing to do, as one would say it to somebody beside the screen."""
    hint: Words | None = None
    link: WebAddress | None = None
    say: Words | None = None
    """Words to say, or to copy."""
    choices: list[Choice] = []
    """Ways to go on, one of which is to be chosen."""


class Letter(Strict):
    under: list[Words] = Field(min_length=1)
    """The rights that the letter names, e.g. "Article 17 of Regulation (EU) 2016/679 (right to erasure)"."""
    answer: Words | None = None
    """One sentence on when an answer is due, and by which law."""
    send: Words | None = None
    """How the letter reaches the store."""
    email: Annotated[str, AfterValidator(_mail_address)] | None = None
    complaint: Words | None = None
    """Where to turn to when no answer comes; told to the reader, not in the letter."""


class Reminder(Strict):
    days: int = Field(ge=1, le=366)
    """How long after the request one should look for the outcome."""
    at: Annotated[str, AfterValidator(time_of_day)] = "09:00"
    """The time of day, wherever the reader is."""


class Guide(Strict):
    guide: Head
    store: OtherStore
    facts: Facts
    before: list[Step] = []
    """What to see to first."""
    computer: list[Step] = []
    phone: list[Step] = []
    """On a phone or tablet."""
    after: list[Words] = []
    """What comes next, and what cannot be undone."""
    letter: Letter
    reminder: Reminder

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that the guide speaks, always in the same order."""
        return tuple(self.guide.title)

    @model_validator(mode="after")
    def _has_a_way(self) -> Guide:
        if not self.computer and not self.phone:
            raise Misplaced("has no steps; write them under 'computer:', 'phone:' or both", "guide")
        return self

    @model_validator(mode="after")
    def _checked_after_it_was_written(self) -> Guide:
        if self.facts.checked and self.facts.checked < self.facts.written:
            sentence = f"is before the guide was written ({self.facts.written}); mend one of the two"
            raise Misplaced(sentence, "facts", "checked")
        return self


def unspoken(guide: Guide) -> Iterator[tuple[Place, str]]:
    """Each text that lacks a language of the title, or has one more: its place, and the mend."""
    wanted = set(guide.languages)
    for place, words in _texts(guide, ()):
        name = ".".join(map(str, place))
        missing = ", ".join(language for language in guide.languages if language not in words)
        if missing:
            yield place, f"{name} lacks {missing}, which the title speaks; add it"
        more = ", ".join(language for language in words if language not in wanted)
        if more:
            yield place, f"{name} speaks {more}, which the title does not; add it to guide.title, or remove it"


def _texts(thing: object, place: Place) -> Iterator[tuple[Place, dict[Language, str]]]:
    if isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            yield from _texts(getattr(thing, name), (*place, name))
    elif isinstance(thing, list):
        for index, item in enumerate(thing):
            yield from _texts(item, (*place, index))
    elif isinstance(thing, dict):
        yield place, thing
