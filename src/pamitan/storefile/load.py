"""Reads a store file: YAML, then environment variables, then the model. Every error names file, line and mend."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pamitan.storefile.document import PRESET, Document, Place, Shelf, UnreadableFile
from pamitan.storefile.explain import explain
from pamitan.storefile.model import StoreFile

__all__ = ["PRESET", "Place", "StoreFileError", "lines_of", "load_store_file", "preset_names"]

BEGINNING = "is no store file; it begins with 'store:' and 'datastores:'"


class StoreFileError(UnreadableFile):
    """The store file cannot be used. The text has one line per fault: ``FILE:LINE: what is wrong; the mend``."""


PRESETS = Shelf("pamitan.storefile", "presets", StoreFileError)


def load_store_file(source: str, env: Mapping[str, str] | None = None) -> StoreFile:
    """The store file at that path, or the one of the package for ``preset:NAME``.

    ``${NAME}`` and ``${NAME:-default}`` in any text are replaced from ``env`` (the process's own by default);
    ``$${NAME}`` stands for itself. Raises :class:`StoreFileError`.
    """
    document = _document(source, env)
    data = document.read(PRESETS.text_of(source))
    try:
        return StoreFile.model_validate(data)
    except ValidationError as error:
        faults = {(document.line_of(place), sentence) for place, sentence in explain(error, data, StoreFile)}
        raise document.fault(faults) from None


def lines_of(source: str, env: Mapping[str, str] | None = None) -> tuple[dict[str, Any], Mapping[Place, int]]:
    """The file as plain data, and the line of every key and list item in it. Raises :class:`StoreFileError`."""
    document = _document(source, env)
    data: dict[str, Any] = document.read(PRESETS.text_of(source))
    return data, document.lines


def preset_names() -> list[str]:
    """The store files that come with the package."""
    return PRESETS.names()


def _document(source: str, env: Mapping[str, str] | None) -> Document:
    return Document(source, BEGINNING, StoreFileError, os.environ if env is None else env)
