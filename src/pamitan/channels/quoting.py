"""What somebody wrote, apart from what their mail program put below it: the mail answered, and the signature.

Nothing is thrown away: what is not new is handed back too, to be shown folded.
"""

from __future__ import annotations

import re

QUOTE = "> "
MARK = "-- ^^ --"
"""Stands at both ends of the line above which the customer writes; in every language."""

_DATE = r"[^\n]*\d[^\n]*"
_BEGINNINGS = re.compile(
    "|".join(
        [
            rf"^[> \t]*{re.escape(MARK)}",
            # what Gmail, Apple Mail, Thunderbird and Yahoo write above a quotation; it may be broken over two lines
            rf"^On {_DATE}(?:\n[^\n]*)?wrote:[ \t]*$",
            rf"^Pada {_DATE}(?:\n[^\n]*)?(?:menulis|berkata)[ \t]*:[ \t]*$",
            rf"^Il {_DATE}(?:\n[^\n]*)?ha scritto:[ \t]*$",
            rf"^In data {_DATE}(?:\n[^\n]*)?(?:scrive|ha scritto):[ \t]*$",
            # Outlook
            r"^-{3,} ?(?:Original Message|Pesan Asli|Messaggio originale|Messaggio inoltrato) ?-{3,}[ \t]*$",
            r"^_{10,}[ \t]*\n+(?:From|Dari|Da):",
            r"^\*?(?:From|Dari|Da):\*? [^\n]*\n\*?(?:Sent|Date|Dikirim|Tanggal|Inviato|Data):\*? ",
            # a signature (RFC 3676, 4.3), and what phones put in its place
            r"^-- ?$",
            r"^(?:Sent from my |Dikirim dari |Inviato da(?:l mio)? )[^\n]{1,40}$",
        ]
    ),
    re.MULTILINE | re.IGNORECASE,
)
LONGEST_TEXT = 200_000


def unfold(text: str) -> tuple[str, str]:
    """The new words, and the rest: quotation and signature.

    A mail that is nothing but quotation is new: there may be answers between its lines.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_TEXT]
    beginning = _BEGINNINGS.search(plain)
    cut = beginning.start() if beginning else _trailing_quotation(plain)
    new, rest = plain[:cut].strip(), plain[cut:].strip()
    return (new, rest) if new else (plain.strip(), "")


def _trailing_quotation(text: str) -> int:
    """Where the quoted lines at the end begin; found from the end, so that long mails cost little."""
    lines = text.split("\n")
    last = len(lines)
    while last and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith(">")):
        last -= 1
    return len("\n".join(lines[:last]))
