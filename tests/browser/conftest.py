"""One demo in many states for each module that looks at all its pages; and axe-core, which judges them."""

from __future__ import annotations

import shutil
import subprocess
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


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from its npm package."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, so axe-core cannot be had (Debian: npm)")
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), "axe-core@4"]
    got = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip(f"npm could not provide axe-core: {got.stderr.strip()[-200:]}")
    return script.read_text()
