"""Pydantic's errors in words for whoever writes the file: where, what is wrong, the mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pamitan.storefile.base import Misplaced

Place = tuple[str | int, ...]
_SORTS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
    "model_attributes_type": "a mapping of names to values",
}


def explain(error: ValidationError, data: Any, model: type[BaseModel]) -> Iterator[tuple[Place, str]]:
    """Each fault of what should be that model, with its place in the file.

    Of a value that fits none of several shapes, one fault alone.
    """
    placed = [(_place_of(data, detail), detail) for detail in error.errors()]
    for place, detail in placed:
        deeper = any(other[: len(place)] == place and len(other) > len(place) for other, _detail in placed)
        same = [other for where, other in placed if where == place]
        if _is_shape(detail) and (deeper or detail is not _best(same)):
            continue
        cause = detail["ctx"]["error"] if detail["type"] == "value_error" else None
        place = _written(data, cause.place) if isinstance(cause, Misplaced) else place
        yield place, _sentence(place, detail, model)


def _place_of(data: Any, detail: ErrorDetails) -> Place:
    """Where the fault is; a missing key is placed as if it were there."""
    place = _written(data, detail["loc"])
    return (*place, detail["loc"][-1]) if detail["type"] == "missing" else place


def _written(data: Any, location: Iterable[str | int]) -> Place:
    """The location without what is not in the file: names of shapes, and lists that we made around one value."""
    place: list[str | int] = []
    for step in location:
        in_mapping = isinstance(data, dict) and step in data
        if in_mapping or (isinstance(data, list) and isinstance(step, int) and step < len(data)):
            data = data[step]
            place.append(step)
    return tuple(place)


def _is_shape(detail: ErrorDetails) -> bool:
    return detail["type"] in _SORTS


def _best(details: list[ErrorDetails]) -> ErrorDetails:
    """The fault to tell of a value that fits no shape: rather a fault of content than the wrong sort of value."""
    return next((detail for detail in details if not _is_shape(detail)), details[0])


def _sentence(place: Place, detail: ErrorDetails, model: type[BaseModel]) -> str:
    name = _dotted(place)
    around = _dotted(place[:-1]) or "the file"
    match detail["type"]:
        case "missing":
            return f"{around} needs '{place[-1]}'; add it"
        case "extra_forbidden":
            return f"{around} knows no '{place[-1]}'{_known(detail['loc'], model)}"
        case "literal_error":
            expected = str(detail["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
            return f"{name} is '{detail['input']}'; write one of {expected}"
        case "value_error":
            return f"{name}: {detail['ctx']['error']}" if name else str(detail["ctx"]["error"])
        case "string_pattern_mismatch":
            return f"{name} does not look as it should; it must match {detail['ctx']['pattern']}"
        case sort if sort in _SORTS:
            return f"{name} should be {_SORTS[sort]}; it is {_called(detail['input'])}"
    return f"{name}: {detail['msg'][0].lower()}{detail['msg'][1:]}; mend the value"


def _called(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", type(None): "empty"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else f"a {type(value).__name__}")


def _dotted(place: Place) -> str:
    return ".".join(str(step) for step in place)


def _known(location: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """What may stand there instead of the last step."""
    names = sorted({name for model in _models_at(location[:-1], model) for name in model.model_fields})
    close = difflib.get_close_matches(str(location[-1]), names, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; it knows: {', '.join(names)}"


def _models_at(location: Iterable[str | int], root: type[BaseModel]) -> list[type[BaseModel]]:
    models: list[type[BaseModel]] = [root]
    for step in location:
        narrowed = [model for model in models if model.__name__ == step]
        inner = [
            found
            for model in models
            if step in model.model_fields
            for found in _models_in(model.model_fields[str(step)].annotation)
        ]
        models = inner or narrowed or models
    return models


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
