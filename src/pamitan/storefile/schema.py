"""The JSON Schema of the store file, for editors that check and complete YAML while one types."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pamitan.storefile.base import as_list, as_list_or_none, to_nobody
from pamitan.storefile.model import StoreFile


class _AsWritten(GenerateJsonSchema):
    """Knows what may be written shorter in the file than it is in the model."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner = super().function_before_schema(schema)
        reader: Any = schema["function"]["function"]
        if reader in (as_list, as_list_or_none):
            return {"anyOf": [item for form in inner.get("anyOf", [inner]) for item in _one_or_many(form)]}
        if reader is to_nobody:
            return {"anyOf": [inner, {"type": "array", "items": {"type": "string"}}]}
        return inner


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    schema = StoreFile.model_json_schema(schema_generator=_AsWritten)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Pamitan store file"}


def _one_or_many(form: JsonSchemaValue) -> list[JsonSchemaValue]:
    return [form["items"], form] if form.get("type") == "array" else [form]
