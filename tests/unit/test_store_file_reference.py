"""The reference of the store file: its examples load, and it names every key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from pamitan.storefile import model
from pamitan.storefile.base import Strict
from pamitan.storefile.load import load_store_file

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "store-file.md"
WORDS = REFERENCE.read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", WORDS, flags=re.DOTALL)
ENVIRONMENT = {name: f"sqlite:////{name}" for name in re.findall(r"\$\{([A-Z_]+)[:}]", WORDS)}
MODELS = [
    thing
    for thing in vars(model).values()
    if isinstance(thing, type) and issubclass(thing, Strict) and thing is not Strict
]


def completed(example: str) -> str:
    """The example's sections, with those of the first example for what it leaves out."""
    loader = yaml.BaseLoader  # keeps every word as it is written
    sections: dict[str, Any] = {**yaml.load(EXAMPLES[0], loader), **yaml.load(example, loader)}
    kept = [name for name in sections if name not in yaml.load(example, loader)]
    return example + "\n" + "".join(yaml.safe_dump({name: _plain(sections[name])}) for name in kept)


def _plain(section: Any) -> Any:
    if isinstance(section, dict):
        return {key: _plain(value) for key, value in section.items()}
    return {"true": True, "false": False}.get(section, section) if isinstance(section, str) else section


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_each_example_loads(example: str, tmp_path: Path) -> None:
    path = tmp_path / "store.yaml"
    path.write_text(completed(example), "utf-8")
    assert load_store_file(str(path), ENVIRONMENT).map


def fields() -> Iterator[str]:
    for described in MODELS:
        yield from described.model_fields


@pytest.mark.parametrize("field", sorted(set(fields())))
def test_each_key_is_in_the_reference(field: str) -> None:
    assert re.search(rf"`{field}`|`{field}:|\b{field}:", WORDS)


def test_no_model_is_left_out() -> None:
    assert model.StoreFile in MODELS
    assert all(issubclass(described, BaseModel) for described in MODELS)
