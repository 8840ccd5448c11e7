"""Ties as the links of a store file."""

from __future__ import annotations

from typing import Any

from pamitan.survey.found import Tie


def link_of(tie: Tie) -> dict[str, Any]:
    """The link that says this tie."""
    link: dict[str, Any]
    if tie.how == "blob" and tie.place:
        link = {"blob": {"column": tie.place.column, "format": tie.format, "path": tie.place.path}}
    elif tie.place:
        link = {tie.how: tie.place.cell}
    else:
        link = {"on": dict(tie.on)}
    return {**link, "where": dict(tie.where)} if tie.where else link


def in_words(tie: Tie) -> str:
    """The tie in one short line, for findings."""
    if tie.place:
        return f"{tie.how}: {tie.place.cell}"
    return ", ".join(f"{cell} = {target}" for cell, target in tie.on)
