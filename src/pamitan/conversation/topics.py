"""What a customer can write about: area, topic, detail; from the store file, else a common set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pamitan.storefile.labels import Text, text
from pamitan.storefile.model import Choice

LEVELS = ("area", "topic", "detail")


@dataclass(frozen=True)
class Option:
    """One answer of the contact form, with the ones that follow it."""

    key: str
    label: str | Promise | dict[str, str]
    closes: bool = False
    options: tuple[Option, ...] = ()

    def __str__(self) -> str:
        if isinstance(self.label, dict):
            return text(self.label, get_language() or "en")
        return str(self.label)


OTHER = Option("other", _("Something else"))

COMMON = (
    Option("account", _("My account"), options=(
        Option("update", _("Update or edit account information"), options=(
            Option("close", _("Close my account"), closes=True),
            Option("details", _("Change my name, e-mail address or number")),
        )),
        Option("sign-in", _("Signing in and password")),
    )),
    Option("orders", _("An order"), options=(
        Option("cancel", _("Cancel an order")),
        Option("delivery", _("It has not arrived yet")),
        Option("return", _("Send something back")),
    )),
    Option("digital", _("E-books, music and videos"), options=(
        Option("save", _("Save what I bought")),
        Option("open", _("A file does not open")),
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Path:
    """How far somebody has come in choosing."""

    chosen: tuple[Option, ...]
    following: tuple[Option, ...]

    @property
    def complete(self) -> bool:
        """Nothing is left to choose."""
        return bool(self.chosen) and not self.following

    @property
    def closes(self) -> bool:
        """This is about closing the account."""
        return bool(self.chosen) and self.chosen[-1].closes

    @property
    def next_level(self) -> str:
        """What is chosen next: ``area``, ``topic`` or ``detail``."""
        return LEVELS[min(len(self.chosen), len(LEVELS) - 1)]

    @property
    def keys(self) -> dict[str, str]:
        """``area``, ``topic`` and ``detail`` as far as chosen."""
        return {level: option.key for level, option in zip(LEVELS, self.chosen, strict=False)}


def tree(choices: Sequence[Choice]) -> tuple[Option, ...]:
    """The store file's choices (the common ones without any), with "Something else" on every level."""
    return _with_other(_from_file(choices) if choices else COMMON)


def follow(options: tuple[Option, ...], keys: Iterable[str]) -> Path:
    """Go down the tree as far as the keys name something in it."""
    chosen: list[Option] = []
    for key in keys:
        step = next((option for option in options if option.key == key), None)
        if step is None:
            break
        chosen.append(step)
        options = step.options
    return Path(tuple(chosen), options)


def closing_path(options: tuple[Option, ...]) -> Path:
    """The first way to "close my account"; where the store file has none, the beginning."""
    keys = _way_to_closing(options)
    return follow(options, keys or [])


def _way_to_closing(options: tuple[Option, ...]) -> list[str] | None:
    for option in options:
        if option.closes:
            return [option.key]
        rest = _way_to_closing(option.options)
        if rest is not None:
            return [option.key, *rest]
    return None


def _from_file(choices: Sequence[Choice]) -> tuple[Option, ...]:
    return tuple(Option(c.key, _label(c.label), c.closes, _from_file(c.choices)) for c in choices)


def _label(label: Text) -> str | dict[str, str]:
    return label


def _with_other(options: tuple[Option, ...], levels: int = len(LEVELS)) -> tuple[Option, ...]:
    if not options or not levels:
        return ()
    deeper = tuple(Option(o.key, o.label, o.closes, _with_other(o.options, levels - 1)) for o in options)
    return deeper if any(o.key == OTHER.key for o in deeper) else (*deeper, OTHER)
