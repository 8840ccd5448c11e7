"""A mail's words, written once: the plain text as a template gives it, and the same paragraphs as HTML.

The first paragraph of a template's output is the subject. A paragraph of a line that ends in a colon and a web address
is a button in HTML; one of six digits is a code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from django.template.loader import render_to_string

_BUTTON = re.compile(r"(?P<label>.+):\n(?P<url>https?://\S+)")
_CODE = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Letter:
    """A rendered mail."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Block:
    """One paragraph, as HTML shows it."""

    kind: Literal["words", "button", "code"]
    text: str
    url: str = ""


def write(kind: str, context: dict[str, Any]) -> Letter:
    """Render the template of that kind in the active language."""
    rendered = render_to_string(f"closure/mail/{kind}.txt", context)
    subject, *paragraphs = [part.strip() for part in re.split(r"\n\s*\n", rendered.strip()) if part.strip()]
    html = {**context, "subject": subject, "blocks": [_block(paragraph) for paragraph in paragraphs]}
    return Letter(subject, "\n\n".join(paragraphs) + "\n", render_to_string("closure/mail/frame.html", html))


def _block(paragraph: str) -> Block:
    button = _BUTTON.fullmatch(paragraph)
    if button:
        return Block("button", button["label"], button["url"])
    return Block("code" if _CODE.fullmatch(paragraph) else "words", paragraph)
