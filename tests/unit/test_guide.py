"""Guides for other stores: what an error says, the letter, the reminder, the page and its policy."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from pamitan.guide.letter import write
from pamitan.guide.load import GuideError, guide_names, load_guide
from pamitan.guide.model import Guide
from pamitan.guide.page import page
from pamitan.guide.reminder import calendar
from pamitan.guide.schema import json_schema

GOOD = """\
guide:
  name: toko
  title: {id: Menutup akun Toko, en: Close a Toko account}
store:
  name: Toko
  site: https://www.toko.example
facts:
  described: {id: Mei 2026, en: May 2026}
  written: 2026-05-04
computer:
  - do: {id: Buka situs., en: Open the site.}
letter:
  under:
    - {id: Pasal 8 UU 27/2022, en: Article 8 of Law 27/2022}
  email: privacy@toko.example
reminder:
  days: 14
"""
NOW = dt.datetime(2026, 5, 20, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
EXAMPLE = re.findall(r"```yaml\n(.*?)```", (Path(__file__).parents[2] / "docs/howto/guide.md").read_text(), re.DOTALL)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guide.yaml"


def read(path: Path, text: str = GOOD) -> Guide:
    path.write_text(text, "utf-8")
    return load_guide(str(path))


def faults(path: Path, text: str) -> list[str]:
    with pytest.raises(GuideError) as caught:
        read(path, text)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


# --- The file


def test_a_good_guide_is_read(path: Path) -> None:
    guide = read(path)
    assert (guide.languages, guide.computer[0].do["en"], guide.reminder.at) == (("id", "en"), "Open the site.", "09:00")


@pytest.mark.parametrize("name", guide_names())
def test_each_shipped_guide_speaks_all_languages(name: str) -> None:
    guide = load_guide(f"preset:{name}")
    assert (guide.guide.name, guide.languages) == (name, ("id", "en", "it"))


def test_the_how_to_s_example_is_a_guide(path: Path) -> None:
    assert [read(path, text).store.name for text in EXAMPLE] == ["Toko Contoh"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  name: toko\n", "  name: To Ko\n", "2: guide.name does not look as it should"),
        ("en: Open the site.", "fr: Ouvrez.", "11: computer.0.do.fr is 'fr'; write one of id, en, it"),
        (", en: Open the site.", "", "11: computer.0.do lacks en, which the title speaks; add it"),
        ("en: Open the site.", "en: O., it: A.", "11: computer.0.do speaks it, which the title does not; add it"),
        ("{id: Buka situs., en: Open the site.}", "Open the site.", "11: computer.0.do: needs its words per language"),
        ("en: Open the site.", 'en: " "', "11: computer.0.do: says nothing in en; write the words"),
        ("- do:", "- doo:", "11: computer.0 knows no 'doo'; did you mean 'do'?"),
        ("https://www.toko.example", "http://www.toko.example", "6: store.site: 'http://www.toko.example' is no web"),
        ("https://www.toko.example", "javascript:alert(1)", "6: store.site: 'javascript:alert(1)' is no web address"),
        ("privacy@toko.example", "privacy", "15: letter.email: 'privacy' is no e-mail address; write e.g."),
        ("days: 14", "days: 0", "17: reminder.days"),
        ("2026-05-04", "2026-05-04\n  checked: 2026-05-03", "10: facts.checked: is before the guide was written"),
        ("computer:\n  - do: {id: Buka situs., en: Open the site.}\n", "", "1: guide: has no steps; write them"),
        ("store:\n  name: Toko\n  site: https://www.toko.example\n", "", "1: the file needs 'store'; add it"),
        ("  name: Toko\n", "  name: ' '\n", "5: store.name: is empty; write the store's name"),
    ],
)
def test_an_error_names_its_line_and_the_mend(path: Path, old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert any(line.startswith(fault) for line in faults(path, GOOD.replace(old, new))), faults(
        path, GOOD.replace(old, new)
    )


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "words"])
def test_what_is_no_guide_at_all(path: Path, text: str) -> None:
    assert faults(path, text) == ["1: is no guide file; it begins with 'guide:' and 'store:'"]


def test_a_preset_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(GuideError, match=r"there is no preset 'amazon'; the presets are: .*amazon-it"):
        load_guide("preset:amazon")


def test_the_schema_names_every_section() -> None:
    assert set(json_schema()["properties"]) == set(Guide.model_fields)


# --- The letter


@pytest.mark.parametrize(
    ("language", "law", "words"),
    [
        ("id", "Pasal 17 Peraturan (UE) 2016/679", "Saya ingin menutup akun saya"),
        ("en", "Article 17 of Regulation (EU) 2016/679", "I would like to close my account"),
        ("it", "articolo 17 del Regolamento (UE) 2016/679", "vorrei chiudere il mio account"),
    ],
)
def test_the_letter_names_the_law_in_its_language(language: str, law: str, words: str) -> None:
    guide = load_guide("preset:amazon-it")
    letter = write(guide, next(one for one in guide.languages if one == language))
    assert law in letter.text
    assert words in letter.text
    assert [letter.text.count(blank) for blank in letter.blanks.values()] == [2, 1, 1]


def test_the_letter_opens_in_a_mail_program_where_the_address_is_known(path: Path) -> None:
    letter = write(read(path), "en")
    link = urlsplit(letter.mailto)
    asked = parse_qs(link.query, strict_parsing=True)
    assert (link.scheme, link.path, asked["subject"]) == ("mailto", "privacy@toko.example", [letter.subject])
    assert asked["body"][0].replace("\r\n", "\n") == letter.text.strip()


def test_without_an_address_there_is_no_such_link() -> None:
    assert write(load_guide("preset:amazon-it"), "en").mailto == ""


# --- The reminder


def properties(ics: str) -> dict[str, str]:
    """The event's lines, unfolded and unescaped as RFC 5545 says."""
    lines = ics.replace("\r\n ", "").split("\r\n")
    event = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("BEGIN:VALARM")]
    split = (line.split(":", 1) for line in event)
    return {name.split(";")[0]: re.sub(r"\\(.)", r"\1", value) for name, value in split}


def test_the_reminder_comes_after_the_guide_s_days(path: Path) -> None:
    event = properties(calendar(read(path), "en", NOW))
    assert (event["DTSTART"], event["DTSTAMP"]) == ("20260603T090000", "20260520T013000Z")
    assert event["SUMMARY"] == "Has Toko closed your account?"
    assert "mailbox of the account's address, also among" in event["DESCRIPTION"]


@pytest.mark.parametrize("name", ["Toko; Maju, Jaya\\Baru", "日本の" * 40, "Caffè “Più” " * 9])
def test_the_store_s_name_comes_back_whole(path: Path, name: str) -> None:
    ics = calendar(read(path, GOOD.replace("name: Toko", f"name: '{name}'")), "id", NOW)
    assert all(len(line.encode()) <= 75 for line in ics.split("\r\n"))
    assert properties(ics)["SUMMARY"] == f"Apakah {' '.join(name.split())} sudah menutup akun Anda?"


def test_it_is_one_event_whenever_it_is_made(path: Path) -> None:
    guide = read(path)
    one, other = (properties(calendar(guide, "en", NOW + dt.timedelta(days=days))) for days in (0, 3))
    assert one["UID"] == other["UID"]
    assert one["DTSTART"] != other["DTSTART"]


# --- The page


def test_the_page_allows_itself_and_nothing_else(path: Path) -> None:
    text = page(read(path), NOW, ("en",))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    for tag in ("style", "script"):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(content) == 1
        wanted = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{tag}-src &#x27;sha256-{wanted}&#x27;" in policy[1]
    assert policy[1].startswith("default-src &#x27;none&#x27;")
    assert re.findall(r"\s(?:style|on\w+)=|src=", text.split("</style>")[1].split("<script>")[0]) == []


def test_words_of_the_file_are_text_and_never_markup(path: Path) -> None:
    text = page(read(path, GOOD.replace("Open the site.", "'</textarea><script>alert(1)</script>'")), NOW, ("en",))
    assert text.count("<script>") == 1
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in text


def test_who_has_not_checked_says_so(path: Path) -> None:
    before = page(read(path), NOW, ("en",))
    after = page(read(path, GOOD.replace("2026-05-04", "2026-05-04\n  checked: 2026-05-06")), NOW, ("en",))
    assert "Not checked on the store" in before
    assert "as they were in May 2026; written down on 4 May 2026" in before
    assert "pages on 6 May 2026" in after
    assert "Not checked" not in after


def test_the_store_s_language_is_marked_only_where_it_is_known(path: Path) -> None:
    unknown = page(read(path), NOW, ("en",))
    known = page(read(path, GOOD.replace("  name: Toko\n", "  name: Toko\n  language: id\n")), NOW, ("en",))
    assert "(the store" not in unknown
    assert re.findall(r"for=\"en-letter-(\w+)\">[^\n]*\(the store", known) == ["id"]


def test_one_language_alone_has_nothing_to_change_between(path: Path) -> None:
    guide = read(path)
    assert 'name="language"' not in page(guide, NOW, ("id",))
    assert page(guide, NOW, guide.languages).count('name="language"') == 2


# --- The command


def pamitan(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAMITAN", "DJANGO"))}
    command = [str(Path(sys.executable).parent / "pamitan"), *words]
    return subprocess.run(command, capture_output=True, text=True, env={**kept, "PAMITAN_HOME": str(home)}, check=False)


def test_the_command_writes_page_and_reminder_and_makes_no_home(tmp_path: Path) -> None:
    written, ics, home = tmp_path / "guide.html", tmp_path / "guide.ics", tmp_path / "home"
    result = pamitan(
        "guide", "preset:amazon-it", "--language", "it", "--output", str(written), "--calendar", str(ics), home=home
    )
    assert result.returncode == 0, result.stderr
    assert "Chiudere un account Amazon" in written.read_text("utf-8")
    data = re.search(r'href="data:text/calendar;charset=utf-8,([^"]+)"', written.read_text("utf-8"))
    assert data
    assert unquote(data[1]).replace("\r\n", "\n").split("DTSTAMP")[0] == ics.read_text().split("DTSTAMP")[0]
    assert properties(ics.read_bytes().decode())["SUMMARY"] == "Amazon ha chiuso il tuo account?"
    assert not home.exists()


def test_without_an_output_the_page_goes_to_standard_output(tmp_path: Path) -> None:
    result = pamitan("guide", "preset:amazon-it", home=tmp_path / "home")
    assert result.stdout.startswith("<!doctype html>")
    told = json.loads(pamitan("guide", "preset:amazon-it", "--json", home=tmp_path / "home").stdout)
    assert (told["guide"], told["languages"], told["page"][:15]) == ("amazon-it", ["id", "en", "it"], "<!doctype html>")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["none.yaml"], 2, "none.yaml:1: there is no such file"),
        (["guide.yaml", "--language", "it"], 2, "does not speak 'it'; choose one of id, en"),
        (["guide.yaml", "--output", "none/x.html"], 1, "none/x.html cannot be written"),
        (["guide.yaml", "--calendar", "none/x.ics"], 1, "none/x.ics cannot be written"),
    ],
)
def test_what_cannot_be_done_says_the_mend(
    path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, sentence: str
) -> None:
    path.write_text(GOOD, "utf-8")
    monkeypatch.chdir(path.parent)
    result = pamitan("guide", *words, home=path.parent / "home")
    assert (result.returncode, sentence in result.stderr, result.stdout) == (code, True, "")


def test_the_schema_command_prints_that_of_a_guide(tmp_path: Path) -> None:
    assert json.loads(pamitan("schema", "guide", home=tmp_path).stdout) == json_schema()
