"""What of a text is the form of HTML or XML: a customer called Table or Amp must not break it."""

from __future__ import annotations

import re
from functools import cached_property

_TAG = re.compile(r"<(?:!--.*?-->|[/!?]?[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.DOTALL)
_VALUE = re.compile(r"([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)")
_ENTITY = re.compile(r"&(?:#\w+|[A-Za-z][A-Za-z0-9]*);")
_FORM = {
    "class",
    "style",
    "id",
    "type",
    "rel",
    "role",
    "name",
    "for",
    "dir",
    "lang",
    "target",
    "width",
    "height",
    "align",
}
"""Attributes whose words are the page's."""
Span = tuple[int, int]


class Markup:
    """The spans of a text in which a name is none."""

    def __init__(self, text: str) -> None:
        self._text = text

    def guards(self, start: int, end: int, as_it_stands: bool, certain: bool) -> bool:
        """Whether these letters are form. ``as_it_stands``: no entity was undone. ``certain``: no chance word."""
        if as_it_stands and any(s <= start and end <= e for s, e in self._entities):
            return True
        spans = self._names if certain else self._names + self._attributes
        return any(s < end and start < e for s, e in spans)

    @cached_property
    def _entities(self) -> list[Span]:
        return [found.span() for found in _ENTITY.finditer(self._text)] if "&" in self._text else []

    @cached_property
    def _tags(self) -> list[re.Match[str]]:
        return [t for t in _TAG.finditer(self._text) if not t[0].startswith("<!--")] if "<" in self._text else []

    @cached_property
    def _names(self) -> list[Span]:
        """Tags without the values of their attributes."""
        spans: list[Span] = []
        for tag in self._tags:
            at = tag.start()
            for value in _VALUE.finditer(self._text, tag.start(), tag.end()):
                quoted = value[2][0] in "\"'"
                spans.append((at, value.start(2) + quoted))
                at = value.end(2) - quoted
            spans.append((at, tag.end()))
        return spans

    @cached_property
    def _attributes(self) -> list[Span]:
        """The values of attributes whose words are the page's."""
        return [
            value.span(2)
            for tag in self._tags
            for value in _VALUE.finditer(self._text, tag.start(), tag.end())
            if value[1].lower() in _FORM
        ]
