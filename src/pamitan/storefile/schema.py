"""The JSON Schema of the store file, for editors that check and complete YAML while one types."""

from __future__ import annotations

from typing import Any

from pamitan.storefile.model import StoreFile


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    schema = StoreFile.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Pamitan store file"}
