"""The letter that asks the store to close the account and to erase what it knows; the reader fills in who they are."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from pamitan.guide.model import Guide, Language
from pamitan.guide.speaking import in_language

_WIDTH = 44
"""Characters in a line of the letter on a narrow screen; for its height where a browser does not fit it by itself."""


@dataclass(frozen=True)
class WrittenLetter:
    """A letter in one language, with the blanks that are to be filled in."""

    language: Language
    subject: str
    text: str
    blanks: dict[str, str]
    """What stands in the text where the reader's ``name``, ``account`` and the ``date`` belong."""
    mailto: str
    """The letter as a link for mail programs (RFC 6068); empty where the store's address is not known."""

    @property
    def lines(self) -> int:
        """About how many lines it takes on a narrow screen."""
        return sum(max(1, len(textwrap.wrap(line, _WIDTH))) for line in self.text.splitlines())


def write(guide: Guide, language: Language) -> WrittenLetter:
    """The letter in one of the guide's languages. The first paragraph of the template is the subject."""
    with translation.override(language):
        blanks = {
            "name": gettext("[your name]"),
            "account": gettext("[address of the account]"),
            "date": gettext("[date]"),
        }
        context = {**in_language(guide, language), "blanks": blanks}
        subject, text = render_to_string("guide/letter.txt", context).strip().split("\n", 1)
    return WrittenLetter(language, subject, f"{text.strip()}\n", blanks, _mailto(guide.letter.email, subject, text))


def _mailto(address: str | None, subject: str, text: str) -> str:
    if address is None:
        return ""
    body = text.strip().replace("\n", "\r\n")
    return f"mailto:{quote(address, safe='@')}?{urlencode({'subject': subject, 'body': body}, quote_via=quote)}"
