"""The demo's customers close their accounts on a computer."""

from __future__ import annotations

import pytest

from tests.browser.demo_closing import *  # noqa: F403


@pytest.fixture(scope="module")
def screen() -> int:
    """The width of the window in pixels."""
    return 1280
