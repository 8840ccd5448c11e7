"""The words of an HTML mail, as text. Nothing of its markup, scripts or remote pictures is kept or fetched."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from pamitan.channels.quoting import QUOTE

_SILENT = {"script", "style", "head", "title", "template", "object", "svg", "math", "noscript", "iframe"}
_BREAKS = {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
_MANY_BREAKS = re.compile(r"\n(?:[ \t]*\n)+")
LONGEST_HTML = 1_000_000
"""So many characters of a mail's HTML are looked at."""


def html_to_text(html: str) -> str:
    """The text that a reader would see, quotations marked by ``>``."""
    reader = _Reader()
    reader.feed(html[:LONGEST_HTML])
    reader.close()
    return _MANY_BREAKS.sub("\n\n", reader.text()).strip()


class _Reader(HTMLParser):
    """Gathers text; knows how deep it is in quotations and in what is never shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._silent: list[str] = []
        self._quoted = 0

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        if tag in _BREAKS:
            self._break()
        if tag == "blockquote":
            self._quoted += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        if tag == "blockquote":
            self._break()
            self._quoted = max(0, self._quoted - 1)
        elif tag in _BREAKS and tag not in _VOID:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        words = re.sub(r"\s+", " ", data)
        line = self._lines[-1]
        if not line:
            words, line = words.lstrip(), QUOTE * bool(self._quoted and words.strip())
        self._lines[-1] = line + words

    def _break(self) -> None:
        if self._lines[-1].strip():
            self._lines.append("")
