"""``pamitan operator``: who may sit at the desk, and as what."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, print_list, print_table, say
from pamitan.cli.session import StoreOption, open_store, plain_failures

if TYPE_CHECKING:
    from django.contrib.auth.models import User

app = typer.Typer(help="Operators: who may sit at the desk.", no_args_is_help=True)

EmailArgument = Annotated[str, typer.Argument(help="The operator's own e-mail address.")]


class RoleName(StrEnum):
    """The roles of :class:`pamitan.desk.models.Role`, known before Django is."""

    OPERATOR = "operator"
    LEAD = "lead"
    AUDITOR = "auditor"


@app.command("add")
def add(
    email: EmailArgument,
    store: StoreOption,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="PAMITAN_OPERATOR_PASSWORD")
    ],
    role: Annotated[
        RoleName,
        typer.Option(help="operator serves customers; lead also lets operators in; auditor reads the evidence alone."),
    ] = RoleName.OPERATOR,
    as_json: JsonFlag = False,
) -> None:
    """Let somebody in at the desk. They set up their second factor at the first sign-in."""
    with plain_failures(as_json):
        open_store(store)
        from pamitan.desk.models import Role
        from pamitan.desk.operators import create_operator

        try:
            create_operator(email, password, role=Role(role.value))
        except ValueError as error:
            fail(str(error), Exit.USAGE, as_json)
    if as_json:
        print_json({"operator": email, "role": role.value})
    else:
        say(f"{email} may now sign in at /desk/ as {role.value}.")


@app.command("reset")
def reset(email: EmailArgument, store: StoreOption, as_json: JsonFlag = False) -> None:
    """The phone or key is lost: the operator sets up the second factor anew at the next sign-in."""

    def verb(operator: User) -> None:
        from pamitan.desk.operators import reset_second_factor

        reset_second_factor(operator)

    _do(email, store, verb, as_json)
    if not as_json:
        say(f"{email} sets up the second factor anew at the next sign-in.")


@app.command("remove")
def remove(email: EmailArgument, store: StoreOption, as_json: JsonFlag = False) -> None:
    """Somebody leaves the desk: signed out at once, and not let in again."""

    def verb(operator: User) -> None:
        from pamitan.desk.operators import remove_operator

        remove_operator(operator)

    _do(email, store, verb, as_json)
    if not as_json:
        say(f"{email} can no longer sign in at /desk/.")


@app.command("list")
def show(store: StoreOption, as_json: JsonFlag = False) -> None:
    """Show who may sit at the desk; the number is the one in the ledger."""
    with plain_failures(as_json):
        open_store(store)
        from pamitan.desk.door import has_second_factor
        from pamitan.desk.models import Seat

        found = [
            {
                "number": seat.user.pk,
                "operator": seat.user.username,
                "role": seat.role,
                "second_factor": has_second_factor(seat.user),
            }
            for seat in Seat.objects.select_related("user").order_by("user__username")
        ]
    if as_json:
        print_list(found)
    elif found:
        rows = [[one["number"], one["operator"], one["role"], "yes" if one["second_factor"] else "no"] for one in found]
        print_table("Operators", ["number", "address", "role", "second factor"], rows)
    else:
        say("Nobody yet. Let somebody in with: pamitan operator add")


def _do(email: str, store: str, verb: Callable[[User], None], as_json: bool) -> None:
    with plain_failures(as_json):
        open_store(store)
        from pamitan.desk.operators import OperatorError, operator_named

        try:
            verb(operator_named(email))
        except OperatorError as error:
            fail(str(error), Exit.NOT_FOUND, as_json)
    if as_json:
        print_json({"operator": email})


@app.callback()
def options() -> None:
    """Operators: who may sit at the desk."""
