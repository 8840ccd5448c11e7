"""Every word of the interface is translated, and what is shipped is what is written."""

from __future__ import annotations

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "pamitan"
CATALOGUES = sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po"))
APPS = sorted({path.parents[3] for path in CATALOGUES})

needs_gettext = pytest.mark.skipif(not shutil.which("msgfmt"), reason="GNU gettext is not installed (Debian: gettext)")


def _messages(mo: Path) -> dict[object, str]:
    with mo.open("rb") as file:
        catalogue: dict[object, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalogue.items() if key != ""}


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_each_app_speaks_all_languages() -> None:
    assert APPS
    for app in APPS:
        assert {path.name for path in (app / "locale").iterdir()} == {"id", "it"}


@needs_gettext
@pytest.mark.parametrize("po", CATALOGUES, ids=_name)
def test_the_shipped_catalogue_is_the_written_one(po: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "--check", "-o", fresh, po], check=True, capture_output=True)
    assert _messages(po.with_suffix(".mo")) == _messages(fresh)


@needs_gettext
@pytest.mark.parametrize("po", CATALOGUES, ids=_name)
def test_nothing_is_left_untranslated(po: Path, tmp_path: Path) -> None:
    count = subprocess.run(
        ["msgfmt", "--statistics", "-o", tmp_path / "x.mo", po],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stderr
    assert "untranslated" not in count
    assert "fuzzy" not in count


@needs_gettext
@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_each_word_of_the_source_is_in_the_catalogue(app: Path, tmp_path: Path) -> None:
    copy = tmp_path / app.name
    shutil.copytree(app, copy)
    for po in copy.glob("locale/*/LC_MESSAGES/django.po"):
        po.write_text(r'msgid "" msgstr "Content-Type: text/plain; charset=UTF-8\n"')
    command = [Path(sys.executable).parent / "django-admin", "makemessages", "-l", "id", "--no-location"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env=_without_settings())
    written = copy / "locale/id/LC_MESSAGES/django.po"
    subprocess.run(
        ["msgattrib", "--no-obsolete", "--output-file", tmp_path / "source.po", written],
        check=True,
        capture_output=True,
    )
    missing = _msgids(tmp_path / "source.po") - _msgids(app / "locale/id/LC_MESSAGES/django.po")
    assert missing == set()


def _without_settings() -> dict[str, str]:
    """makemessages needs no settings, and finds those of the tests from here alone."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def _msgids(po: Path) -> set[str]:
    """The msgids of a catalogue, long ones joined from their lines."""
    lines = subprocess.run(["msgcat", "--no-wrap", po], check=True, capture_output=True, text=True).stdout.splitlines()
    return {line for line in lines if line.startswith("msgid ") and line != 'msgid ""'}
