"""``pamitan certificate`` and ``pamitan verify``: a file that proves itself, away from the store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pamitan.cli.output import Exit
from tests.flow.closing import build_shop


def pamitan(*words: str, home: Path | None = None, typed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PAMITAN", "DJANGO"))}
    if home:
        environment["PAMITAN_HOME"] = str(home)
    command = [str(Path(sys.executable).parent / "pamitan"), *words]
    return subprocess.run(command, capture_output=True, text=True, input=typed, env=environment, check=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The certificate of alice's closure, printed by the command."""
    folder = tmp_path_factory.mktemp("shop")
    shop, home = build_shop(folder), folder / "home"
    closed = pamitan(
        "close", "--store", str(shop.file), "--account", "1", "--now", "--yes", "--json",
        "--proven", "alice@example.com", home=home,
    )  # fmt: skip
    assert closed.returncode == 0, closed.stdout
    reference = json.loads(closed.stdout)["reference"]
    printed = pamitan("certificate", "--store", str(shop.file), reference, home=home)
    assert printed.returncode == 0
    return printed.stdout


def verified(tmp_path: Path, certificate: Any, *words: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "certificate.json"
    file.write_text(certificate if isinstance(certificate, str) else json.dumps(certificate), "utf-8")
    return pamitan("verify", str(file), *words)


def test_an_untouched_certificate_is_valid_without_a_home_or_a_store(tmp_path: Path, certificate: str) -> None:
    result = verified(tmp_path, certificate)
    assert result.returncode == 0
    assert result.stdout.startswith("Valid: Toko Kertas, closure PM-")
    assert "Compare it" in result.stdout
    assert "alice" not in certificate


@pytest.mark.parametrize("command", ["certificate", "status"])
def test_a_reference_that_nobody_has_is_told_alike(tmp_path: Path, command: str) -> None:
    shop = build_shop(tmp_path)
    result = pamitan(command, "--store", str(shop.file), "PM-AAAAA-AAAAA", home=tmp_path / "home")
    assert result.returncode == Exit.NOT_FOUND
    assert "There is no closure PM-AAAAA-AAAAA." in result.stderr


def test_it_says_what_was_not_looked_at(tmp_path: Path, certificate: str) -> None:
    told = json.loads(certificate)["document"]["not_looked_at"]
    numbers = next(place for place in told if "numbers" in place["reason"])
    assert numbers["where"]
    lines = [line for line in verified(tmp_path, certificate).stdout.splitlines() if line.startswith("Not looked at")]
    assert lines == [f"Not looked at in {p['datastore']}: {', '.join(p['where'])}: {p['reason']}." for p in told]


def test_with_the_stores_own_key(tmp_path: Path, certificate: str) -> None:
    key = json.loads(certificate)["public_key"]
    result = verified(tmp_path, certificate, "--public-key", key, "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["valid"] is True


def test_with_another_key_it_is_not_valid(tmp_path: Path, certificate: str) -> None:
    result = verified(tmp_path, certificate, "--public-key", "A" * 43 + "=")
    assert (result.returncode, "NOT valid" in result.stderr) == (1, True)


def test_one_changed_number_shows(tmp_path: Path, certificate: str) -> None:
    changed = json.loads(certificate)
    changed["document"]["receipts"][0]["rows"] += 1
    assert verified(tmp_path, changed).returncode == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"document": {}, "signature": "", "public_key": ""}'])
def test_what_is_no_certificate(tmp_path: Path, text: str) -> None:
    result = verified(tmp_path, text)
    assert (result.returncode, "name a file" in result.stderr) == (2, True)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert pamitan("verify", str(tmp_path / "none.json")).returncode == 2
