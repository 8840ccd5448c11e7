"""What is printed at start: where to begin, whom to be, and where the mails are."""

from __future__ import annotations

import io

import qrcode
from django.contrib.auth.models import User
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pamitan.demo.home import Address
from pamitan.demo.shop.people import PASSWORD, PEOPLE
from pamitan.desk.models import Role
from pamitan.desk.operators import create_operator, current_code

OPERATOR = "operator@senja.example"
OPERATOR_PASSWORD = "meja-depan-senja"  # noqa: S105 - printed at start: the demo has no secrets
OPERATOR_SECRET = "PAMITANSENJALATIHANPAMITANSENJA2"  # noqa: S105 - so that an authenticator app can be tried too


def welcome(address: Address, wanted_port: int) -> None:
    """Print it all."""
    console = Console(highlight=False)
    if address.port != wanted_port:
        console.print(f"Port {wanted_port} is taken, so the demo uses {address.port}.")
    console.print()
    console.print("Begin here", Text(f"{address.url}/", style="bold underline"), soft_wrap=True)
    if address.public != "localhost":
        console.print("or point your phone's camera here (same network):")
        console.print(qr_code(f"{address.url}/"))
    console.print(_sign_ins())
    _places(console, address)
    _operator(console)
    console.print("\nStop with Ctrl-C. Begin anew with --fresh. On your own phone: --lan.")


def welcome_for_scripts(address: Address) -> dict[str, object]:
    """The same as plain values, for ``--json``."""
    return {
        "url": f"{address.url}/",
        **{name: f"{address.url}/{name}/" for name in ("shop", "mail", "desk")},
        "customers": [{"sign_in": person.sign_in, "story": person.story} for person in PEOPLE],
        "password": PASSWORD,
        "operator": {"email": OPERATOR, "password": OPERATOR_PASSWORD, "code": current_code(desk_operator())},
    }


def qr_code(text: str) -> str:
    """The text as a QR code of characters."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    drawing = io.StringIO()
    code.print_ascii(out=drawing, invert=True)
    return drawing.getvalue()


def _sign_ins() -> Table:
    table = Table(title=f"Customers; the password of each is  {PASSWORD}", title_justify="left", title_style="bold")
    table.add_column("Sign in as", no_wrap=True)
    table.add_column("What is there to see")
    for person in PEOPLE:
        table.add_row(person.sign_in, person.story)
    return table


def _places(console: Console, address: Address) -> None:
    places = {"The shop": "/shop/", "Caught mails, and days that pass": "/mail/", "The desk": "/desk/"}
    for name, path in places.items():
        console.print(f"{name:<33}{address.url}{path}", soft_wrap=True)


def _operator(console: Console) -> None:
    code = current_code(desk_operator())
    console.print(f"{'The operator at the desk':<33}{OPERATOR}  {OPERATOR_PASSWORD}  code now: {code}", soft_wrap=True)
    console.print(f"{'':<33}(the code of each half minute stands on the page of the caught mails)", soft_wrap=True)


def desk_operator() -> User:
    """The operator whom the visitor can be, with a second factor that the demo knows."""
    known = User.objects.filter(username=OPERATOR).first()
    return known or create_operator(OPERATOR, OPERATOR_PASSWORD, OPERATOR_SECRET, role=Role.LEAD)
