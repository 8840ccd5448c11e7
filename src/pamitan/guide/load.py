"""Reads a guide file. Every error names file, line and mend."""

from __future__ import annotations

from pydantic import ValidationError

from pamitan.guide.model import Guide, unspoken
from pamitan.storefile.document import Document, Shelf, UnreadableFile
from pamitan.storefile.explain import explain

BEGINNING = "is no guide file; it begins with 'guide:' and 'store:'"


class GuideError(UnreadableFile):
    """The guide file cannot be used. The text has one line per fault: ``FILE:LINE: what is wrong; the mend``."""


GUIDES = Shelf("pamitan.guide", "guides", GuideError)


def load_guide(source: str) -> Guide:
    """The guide at that path, or the one of the package for ``preset:NAME``. Raises :class:`GuideError`."""
    document = Document(source, BEGINNING, GuideError)
    data = document.read(GUIDES.text_of(source))
    try:
        guide = Guide.model_validate(data)
    except ValidationError as error:
        faults = {(document.line_of(place), sentence) for place, sentence in explain(error, data, Guide)}
        raise document.fault(faults) from None
    silent = {(document.line_of(place), sentence) for place, sentence in unspoken(guide)}
    if silent:
        raise document.fault(silent)
    return guide


def guide_names() -> list[str]:
    """The guides that come with the package."""
    return GUIDES.names()
