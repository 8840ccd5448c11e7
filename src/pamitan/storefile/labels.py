"""Labels of a store file: one text for all languages, or one per language."""

from __future__ import annotations

Text = str | dict[str, str]
"""A label: one text for all languages, or one per language code."""


def text(label: Text, language: str) -> str:
    """The label in that language, else in English, else in whatever language there is."""
    if isinstance(label, str):
        return label
    return label.get(language) or label.get("en") or next(iter(label.values()))
