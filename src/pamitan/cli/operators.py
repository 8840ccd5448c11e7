"""``pamitan operator``: who may sit at the desk."""

from __future__ import annotations

from typing import Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, say
from pamitan.cli.session import StoreOption, open_store, plain_failures

app = typer.Typer(help="Operators: who may sit at the desk.", no_args_is_help=True)


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="The operator's own e-mail address.")],
    store: StoreOption,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="PAMITAN_OPERATOR_PASSWORD")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Let somebody in at the desk. They set up their second factor at the first sign-in."""
    with plain_failures(as_json):
        open_store(store)
        from pamitan.desk.operators import create_operator

        try:
            create_operator(email, password)
        except ValueError as error:
            fail(str(error), Exit.USAGE, as_json)
    if as_json:
        print_json({"operator": email})
    else:
        say(f"{email} may now sign in at /desk/.")


@app.callback()
def options() -> None:
    """Operators: who may sit at the desk."""
