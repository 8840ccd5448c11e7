"""A closure whose customer's files cannot be deleted stays in erasing, says why, and goes on when they can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pamitan.closure.clock import use_clock
from pamitan.closure.states import State
from pamitan.kit.clock import SetClock
from tests.flow.closing import ALICE, NOON, Shop, ask, build_shop, later

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def shop(tmp_path: Path, media: Path, settings: Any) -> Shop:
    """The small shop, with a photo for each review."""
    rule = "review: {link: {on: {customer_id: account.id}}, delete: true, "
    built = build_shop(tmp_path, changes={rule: f'{rule}unlink: ["file://{media}/{{id}}.jpg"], '})
    settings.PAMITAN_STORE = str(built.file)
    settings.PAMITAN_CLOSURE_KEYS = tmp_path / "keys"
    settings.PAMITAN_CLOSURE_KEYS.mkdir()
    return built


@pytest.fixture
def clock(shop: Shop) -> Iterator[SetClock]:
    with use_clock(SetClock(NOON)) as standing:
        yield standing


def test_the_file_goes_with_the_row(shop: Shop, media: Path, clock: SetClock) -> None:
    (media / "1.jpg").write_bytes(b"alice")
    (media / "2.jpg").write_bytes(b"bob")
    closure = later(ask(ALICE), clock, days=8)
    assert closure.state == State.CLOSED
    assert {"datastore": "shop", "table": "review", "action": "unlink", "note": None, "rows": 1} in closure.receipts
    assert [path.name for path in media.iterdir()] == ["2.jpg"]


def test_until_the_file_is_gone_the_closure_is_not_closed(shop: Shop, media: Path, clock: SetClock) -> None:
    (media / "1.jpg").mkdir()
    closure = later(ask(ALICE), clock, days=8)
    assert closure.state == State.ERASING
    assert "a file that a row of 'review' named is still there" in closure.stuck_reason
    assert {"datastore": "shop", "table": "review", "action": "delete", "note": None, "rows": 1} in closure.receipts
    (media / "1.jpg").rmdir()
    (media / "1.jpg").write_bytes(b"alice")
    closure = later(closure, clock, hours=1)
    assert closure.state == State.CLOSED
    assert list(media.iterdir()) == []
