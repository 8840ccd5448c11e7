"""The JSON Schema of the guide file, for editors that check and complete YAML while one types."""

from __future__ import annotations

from typing import Any

from pamitan.guide.model import Guide


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    schema = Guide.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Pamitan guide file"}
