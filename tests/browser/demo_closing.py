"""People close their accounts in a real browser, from the printed link to the outcome mail.

Run by a module for each screen, so that the screens can be looked at side by side; such a module gives ``screen``.
Each test leaves a recording in ``test-results/demo`` (open it with ``playwright show-trace``).
"""

from __future__ import annotations

import re
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from pamitan.demo.shop.people import PASSWORD, PEOPLE, Person
from tests.running_demo import RunningDemo, running_demo

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SCREENS = {1280: 800, 820: 1180, 390: 844}
RECORDINGS = Path(__file__).parents[2] / "test-results" / "demo"
PATIENCE_MS = 60_000
NAMED = {person.name.split()[0].lower(): person for person in PEOPLE}
OPEN_TASKS = {"budi", "ayu", "thomas", "marco"}
OWN_WAY = OPEN_TASKS | {"nurul", "wayan", "giulia"}
"""Those who have a test of their own."""
UNHINDERED = [name for name in NAMED if name not in OWN_WAY]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def demo(screen: int, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp(f"demo-{screen}")) as started:
        yield started


@dataclass
class Visitor:
    """Somebody with a browser; counts what they have to do."""

    page: Page
    demo: RunningDemo
    taps: int = 0
    proofs: int = 0
    """How often they had to show who they are, after the sign-in."""
    complaints: list[str] = field(default_factory=list)
    """What the browser's console says of blocked or broken things."""

    def tap(self, name: str, within: Locator | None = None) -> None:
        """Tap a link or button by its words, and wait for the page that it leads to; or unfold what has these words."""
        words = re.compile(rf"^\W*{re.escape(name)}")
        place = within or self.page.locator("main")
        target = place.get_by_role("button", name=words).or_(place.get_by_role("link", name=words))
        control = target.or_(place.locator("summary", has_text=words)).locator("visible=true").first
        if control.evaluate("control => control.tagName") == "SUMMARY":
            control.click()
        else:
            self.follow(control)
        self.taps += 1

    def follow(self, control: Locator) -> None:
        with self.page.expect_navigation():
            control.click()

    def begin(self) -> None:
        self.page.goto(f"{self.demo.url}/")

    def sign_in(self, login: str) -> None:
        self.page.get_by_label("E-mail or mobile number").fill(login)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.tap("Sign in")

    def confirm(self) -> None:
        self.page.get_by_label("Enter your password again").fill(PASSWORD)
        self.proofs += 1
        self.tap("Yes, close my account")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Request received")

    def close_account(self, person: Person) -> None:
        """The whole way of somebody who has nothing to decide."""
        self.begin()
        self.tap("Close my account")
        self.sign_in(person.sign_in)
        self.tap("Continue")
        self.confirm()

    def decide(self, choice: str) -> None:
        """Open the next undecided task and choose, with the "yes" that a grave choice asks for."""
        undecided = self.page.locator("details.undecided details.undecided")
        before, task = undecided.count(), undecided.first
        if task.get_attribute("open") is None:
            task.locator("summary").first.click()
        self.tap(choice, within=task)
        certain = task.get_by_role("button", name=re.compile("^Yes,")).locator("visible=true")
        if certain.count():
            self.follow(certain)
        expect(undecided).to_have_count(before - 1)

    def decide_all(self, choice: str) -> None:
        while self.page.locator("details.undecided details.undecided").count():
            self.decide(choice)

    def pass_time(self, name: str) -> None:
        self.page.goto(f"{self.demo.url}/mail/")
        self.tap(name)
        expect(self.page.locator(".note")).to_contain_text("passed")

    def mails_to(self, address: str) -> list[str]:
        self.page.goto(f"{self.demo.url}/mail/")
        lines = self.page.locator(".mails a").filter(has_text=f"to {address} ")
        return lines.locator(".subject").all_inner_texts()

    def read_mail(self, address: str, subject: str) -> str:
        """Wait for the mail, open it, and return its plain text."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not any(subject in line for line in self.mails_to(address)):
            assert time.monotonic() < deadline, f"no mail '{subject}' among {self.mails_to(address)}"
            self.page.wait_for_timeout(500)
        lines = self.page.locator(".mails a").filter(has_text=f"to {address} ")
        lines.filter(has_text=subject).first.click()
        self.page.locator("details.plain-text summary").click()
        return self.page.locator(".letter-text").inner_text()

    def wait_for_the_sweep(self) -> None:
        """Until every confirmed closure has had its first look, which ends the shop's sessions."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        with closing(sqlite3.connect(self.demo.home / "demo" / "pamitan.sqlite3")) as database:
            while database.execute("SELECT 1 FROM closure_closure WHERE sessions_ended_at IS NULL").fetchall():
                assert time.monotonic() < deadline, "the sweep has not looked"
                self.page.wait_for_timeout(200)

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.demo.shop_database)) as database:
            return database.execute(query, values).fetchall()

    def is_gone(self, person: Person) -> bool:
        return not self.rows("SELECT 1 FROM customer WHERE full_name = ?", person.name)


@pytest.fixture
def visitor(request: pytest.FixtureRequest, chromium: Browser, demo: RunningDemo, screen: int) -> Iterator[Visitor]:
    size = {"width": screen, "height": SCREENS[screen]}
    context = chromium.new_context(viewport=size, locale="en-GB", java_script_enabled=False, has_touch=screen < 1000)
    context.set_default_timeout(PATIENCE_MS)
    context.tracing.start(screenshots=True)
    page = context.new_page()
    somebody = Visitor(page, demo)
    page.on("console", lambda said: somebody.complaints.append(said.text) if said.type == "error" else None)
    yield somebody
    recording = re.sub(r"[^a-z0-9]+", "-", f"{request.node.name} {screen}px")
    context.tracing.stop(path=RECORDINGS / f"{recording}.zip")
    context.close()
    assert somebody.complaints == []


@pytest.mark.parametrize("name", UNHINDERED)
def test_who_has_nothing_in_the_way_closes_in_four_taps(visitor: Visitor, name: str) -> None:
    person = NAMED[name]
    visitor.close_account(person)
    assert visitor.taps <= 4
    assert visitor.proofs == 1
    assert person.email
    visitor.read_mail(person.email, "Request received")

    visitor.pass_time("Let a week pass")
    visitor.pass_time("Let a day pass")

    visitor.read_mail(person.email, "Account closed")
    assert visitor.is_gone(person)
    assert sideways(visitor.page) == 0


def test_budi_lets_it_close_once_his_parcel_has_arrived(visitor: Visitor) -> None:
    budi = NAMED["budi"]
    visitor.begin()
    visitor.tap("Close my account")
    visitor.sign_in(budi.sign_in)
    visitor.decide("Close after delivery")
    visitor.tap("Continue")
    visitor.confirm()
    visitor.pass_time("Let a week pass")
    assert not visitor.is_gone(budi)

    visitor.wait_for_the_sweep()
    visitor.page.goto(f"{visitor.demo.url}/shop/sign-in/")
    visitor.page.get_by_label("E-mail or mobile number").fill(budi.sign_in)
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    visitor.tap("Sign in")
    visitor.tap("Practice: the parcel arrives")
    expect(visitor.page.locator(".note")).to_contain_text("has arrived")
    visitor.pass_time("Let a day pass")
    visitor.read_mail(str(budi.email), "Nothing is open any more")
    visitor.pass_time("Let a week pass")
    visitor.pass_time("Let a day pass")

    visitor.read_mail(str(budi.email), "Account closed")
    assert visitor.is_gone(budi)


def test_ayu_cancels_both_orders_and_closes(visitor: Visitor) -> None:
    ayu = NAMED["ayu"]
    visitor.begin()
    visitor.tap("Close my account")
    visitor.sign_in(ayu.sign_in)
    visitor.decide_all("Cancel this order")
    cancelled = "SELECT count(*) FROM shop_order o JOIN customer c ON c.id = o.customer_id WHERE c.full_name = ?"
    assert visitor.rows(f"{cancelled} AND o.status = 'cancelled'", ayu.name) == [(2,)]
    assert visitor.rows("SELECT sum(amount) FROM refund") == [(112_000,)]
    visitor.tap("Continue")
    visitor.confirm()
    visitor.pass_time("Let a week pass")
    visitor.pass_time("Let a day pass")
    visitor.read_mail(str(ayu.email), "Account closed")
    assert visitor.is_gone(ayu)


def test_giulia_saves_all_her_books_first(visitor: Visitor) -> None:
    giulia = NAMED["giulia"]
    visitor.begin()
    visitor.tap("Close my account")
    visitor.sign_in(giulia.sign_in)
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Download all").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        endings = sorted(Path(name).suffix for name in archive.namelist())
    assert [ending for ending in endings if ending in (".epub", ".mp3", ".pdf")] == [".epub", ".epub", ".mp3", ".pdf"]
    visitor.tap("Continue")
    visitor.confirm()
    visitor.pass_time("Let a week pass")
    visitor.pass_time("Let a day pass")
    visitor.read_mail(str(giulia.email), "Account closed")
    assert visitor.is_gone(giulia)


@pytest.mark.parametrize("name", ["thomas", "marco"])
def test_who_does_not_mind_the_loss_closes_anyway(visitor: Visitor, name: str) -> None:
    person = NAMED[name]
    visitor.begin()
    visitor.tap("Close my account")
    visitor.sign_in(person.sign_in)
    visitor.decide_all("Close anyway")
    visitor.tap("Continue")
    visitor.confirm()
    visitor.pass_time("Let a week pass")
    visitor.pass_time("Let a day pass")
    visitor.read_mail(str(person.email), "Account closed")
    assert visitor.is_gone(person)


def test_nurul_who_has_no_password_shows_by_codes_that_it_is_her(visitor: Visitor) -> None:
    nurul = NAMED["nurul"]
    address = str(nurul.email)
    visitor.begin()
    visitor.tap("Close my account")
    visitor.tap("I have no password")
    visitor.page.get_by_label("E-mail or mobile number").fill(address)
    visitor.tap("Send me a code")
    enter_code(visitor, address, nth=1)
    visitor.tap("Sign in")
    visitor.tap("Continue")
    visitor.tap("Send me a code")
    enter_code(visitor, address, nth=2)
    visitor.tap("Yes, close my account")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Request received")
    visitor.pass_time("Let a week pass")
    visitor.pass_time("Let a day pass")
    visitor.read_mail(address, "Account closed")
    assert visitor.is_gone(nurul)


def enter_code(visitor: Visitor, address: str, nth: int) -> None:
    """Read the nth code in another tab of the same browser, and enter it here."""
    here = visitor.page
    visitor.page = here.context.new_page()
    wait_until(visitor, lambda: len(codes_to(visitor, address)) >= nth)
    lines = visitor.page.locator(".mails a").filter(has_text=f"to {address} ")
    lines.filter(has_text="Your code").first.click()
    visitor.page.locator("details.plain-text summary").click()
    code = re.search(r"\b\d{6}\b", visitor.page.locator(".letter-text").inner_text())
    assert code
    visitor.page.close()
    visitor.page = here
    here.get_by_label("Code from the e-mail").fill(code.group())


def codes_to(visitor: Visitor, address: str) -> list[str]:
    return [subject for subject in visitor.mails_to(address) if subject.startswith("Your code")]


def test_wayan_signs_in_with_his_mobile_number(visitor: Visitor) -> None:
    wayan = NAMED["wayan"]
    visitor.close_account(wayan)
    assert visitor.taps <= 4
    visitor.pass_time("Let a week pass")
    visitor.pass_time("Let a day pass")
    wait_until(visitor, lambda: visitor.is_gone(wayan))


def test_the_shop_refuses_a_closed_address_and_takes_another(visitor: Visitor) -> None:
    sari = NAMED["sari"]
    if not visitor.is_gone(sari):
        visitor.close_account(sari)
        visitor.pass_time("Let a week pass")
        visitor.pass_time("Let a day pass")
        visitor.read_mail(str(sari.email), "Account closed")

    sign_up(visitor, "Sari Baru", "SARI@surat.example")
    expect(visitor.page.get_by_text("An account with this address was closed for good.")).to_be_visible()

    sign_up(visitor, "Putri Baru", "putri@surat.example")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Putri Baru")


def sign_up(visitor: Visitor, name: str, email: str) -> None:
    visitor.page.goto(f"{visitor.demo.url}/shop/sign-up/")
    visitor.page.get_by_label("Your name").fill(name)
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Your password").fill("a-good-password")
    visitor.tap("Make my account")


def test_the_shops_own_page_hands_the_customer_over(visitor: Visitor) -> None:
    sign_up(visitor, "Hana Baru", "hana@surat.example")
    visitor.tap("Close my account")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Before you close")


def test_the_practice_operator_prepares_and_the_customer_confirms(visitor: Visitor) -> None:
    sign_up(visitor, "Intan Baru", "intan@surat.example")
    visitor.tap("Close my account")
    visitor.page.goto(f"{visitor.demo.url}/help/contact?from=closing")
    visitor.tap("Start chat")
    visitor.tap("Start chat")
    wait_until(
        visitor,
        lambda: visitor.page.reload() and visitor.page.get_by_role("button", name="Yes, close my account").count(),
    )
    password = visitor.page.get_by_label("Enter your password again")
    if password.count():
        password.fill("a-good-password")
    visitor.tap("Yes, close my account")
    expect(visitor.page.get_by_text("The procedure has started").first).to_be_visible()


def wait_until(visitor: Visitor, holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < deadline
        visitor.page.wait_for_timeout(250)


def sideways(page: Page) -> int:
    """How many pixels of the page lie beyond the screen."""
    beyond: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return beyond
