"""The commands, and the door to them."""

from __future__ import annotations

import typer

from pamitan import __version__
from pamitan.cli import (
    checking,
    closing,
    guiding,
    ledger,
    mailing,
    mapping,
    operators,
    picturing,
    proving,
    releasing,
    replaying,
    searching,
    serving,
)

app = typer.Typer(
    name="pamitan",
    help="The account-closing desk of an online store.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("demo")(serving.demo)
app.command("serve")(serving.serve)
app.command("map")(mapping.map_)
app.command("check")(checking.check)
app.command("schema")(checking.schema)
app.command("plan")(closing.plan)
app.command("close")(closing.close)
app.command("status")(closing.status)
app.command("residue")(searching.residue)
app.command("certificate")(proving.certificate)
app.command("verify")(proving.verify)
app.command("replay")(replaying.replay)
app.command("ledger")(ledger.ledger)
app.command("release")(releasing.release)
app.command("guide")(guiding.guide)
app.command("screenshots")(picturing.screenshots)
app.add_typer(mailing.app, name="mail")
app.add_typer(operators.app, name="operator")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pamitan {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """The account-closing desk of an online store."""


def main() -> None:
    app()
