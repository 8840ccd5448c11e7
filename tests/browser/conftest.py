"""One demo in many states for each module that looks at all its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.tour import Tour, opened_chromium, prepared_tour
from tests.flow.postbox import postbox
from tests.mailbox import mail_server_in, mailbox
from tests.running_demo import running_demo

__all__ = ["mail_server_in", "mailbox", "postbox", "tour"]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    with opened_chromium() as browser, running_demo(tmp_path_factory.mktemp("tour")) as demo:
        yield prepared_tour(browser, demo)
