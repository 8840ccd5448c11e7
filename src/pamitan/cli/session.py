"""What most commands begin with: the store file is named, Django is set up, our own database is up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from pamitan.cli.output import Exit, fail
from pamitan.config.server import prepare_database, set_up_django
from pamitan.content.identifiers import parse_identifier
from pamitan.storefile.load import StoreFileError
from pamitan.stores.errors import StoreError, StoreUnavailable
from pamitan.stores.store import Store
from pamitan.stores.types import Account

if TYPE_CHECKING:
    from pamitan.closure.models import Closure
    from pamitan.evidence.mark import Gap

StoreOption = Annotated[
    str,
    typer.Option("--store", envvar="PAMITAN_STORE", help="The store file: a path, or preset:NAME.", show_default=False),
]
AccountOption = Annotated[
    str,
    typer.Option("--account", help="The account: its id, e-mail address or phone number.", show_default=False),
]
ReferenceArgument = Annotated[str, typer.Argument(help="The case reference, e.g. PM-7K3QD-X29FA.")]


@contextmanager
def plain_failures(as_json: bool) -> Iterator[None]:
    """Turn what can go wrong into one sentence and an exit code; a stack trace is for our own faults alone."""
    try:
        yield
    except StoreFileError as error:
        fail(str(error), Exit.USAGE, as_json)
    except StoreUnavailable as error:
        fail(f"The store does not answer: {error}. Nothing is lost; try again later.", Exit.UNAVAILABLE, as_json)
    except StoreError as error:
        fail(str(error), Exit.FAILED, as_json)
    except ImproperlyConfigured as error:
        fail(str(error), Exit.USAGE, as_json)
    except DatabaseError as error:
        cause = type(error).__name__
        sentence = f"Pamitan's own database does not answer ({cause}); see PAMITAN_HOME and PAMITAN_DATABASE_URL."
        fail(sentence, Exit.UNAVAILABLE, as_json)


def open_store(source: str) -> Store:
    """The store of that file, with Pamitan's own database ready for use."""
    os.environ["PAMITAN_STORE"] = source
    set_up_django()
    prepare_database()
    from pamitan.closure.store import current_store

    return current_store()


def refuse_while_held_back(as_json: bool) -> None:
    """End the command where our own database was restored from a backup and nobody has released it."""
    from pamitan.closure.restored import held_back

    found = held_back()
    if found:
        fail(held_back_words(found), Exit.HELD_BACK, as_json)


def held_back_words(found: Gap) -> str:
    """What was lost, and what to do."""
    end = f"entry {found.found.number} of {found.found.time:%Y-%m-%d %H:%M} UTC" if found.found else "no entry at all"
    known = f"entry {found.mark.number} of {found.mark.time:%Y-%m-%d %H:%M} UTC"
    lost = f"its ledger ends with {end}, and {known} had been written" if found.mark.number else "the mark is damaged"
    return (
        f"Pamitan's own database seems to be restored from a backup: {lost}. Nothing is erased until an operator "
        "releases it at the desk, or you by: pamitan release"
    )


def accounts_named(store: Store, named: str) -> list[Account]:
    """The accounts that the words name, by id, else by e-mail address or phone number."""
    found = store.account(named)
    identifier = parse_identifier(named, store.file.store.country)
    return [found] if found else store.find(identifier) if identifier else []


def the_account(store: Store, named: str, as_json: bool) -> Account:
    """The one account that the words name; ends the command where there is none, or more than one."""
    matches = accounts_named(store, named)
    if not matches:
        fail(
            "The store has no such customer. Give the account's id, e-mail address or phone number.",
            Exit.NOT_FOUND,
            as_json,
        )
    if len(matches) > 1:
        ids = ", ".join(account.id for account in matches)
        fail(f"More than one account answers to that; name one by its id: {ids}", Exit.NOT_FOUND, as_json)
    return matches[0]


def the_closure(reference: str, as_json: bool) -> Closure:
    """The closure of that reference; ends the command where there is none. The store is open by now."""
    from pamitan.closure.service import by_reference

    closure = by_reference(reference, None)
    if closure is None:
        sentence = f"There is no closure {reference}. The reference stands in the customer's mails."
        fail(sentence, Exit.NOT_FOUND, as_json)
    return closure
