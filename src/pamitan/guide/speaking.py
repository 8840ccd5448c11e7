"""A guide in one of its languages."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from pamitan.guide.model import Guide, Language


def in_language(guide: Guide, language: Language) -> dict[str, Any]:
    """The guide as plain data, with each text in that language, which must be one of the guide's."""
    spoken: dict[str, Any] = _spoken(guide, language)
    return spoken


def _spoken(thing: Any, language: Language) -> Any:
    if isinstance(thing, BaseModel):
        return {name: _spoken(getattr(thing, name), language) for name in type(thing).model_fields}
    if isinstance(thing, list):
        return [_spoken(item, language) for item in thing]
    return thing[language] if isinstance(thing, dict) else thing
