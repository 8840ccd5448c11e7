"""The decisive step: who is signed in shows once more that it is them, and the closure begins."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pamitan.closure import service
from pamitan.closure.errors import BadAddress, ClosureError, CodeNeeded, TooManyCodes
from pamitan.closure.models import Closure, Pace
from pamitan.portal import session
from pamitan.portal.forms import ConfirmForm
from pamitan.portal.signing_in import even_time, password_fits
from pamitan.portal.tasks import Tasks
from pamitan.stores.types import Account


def send_confirming_code(form: ConfirmForm, account: Account) -> bool:
    """Send a code to the registered address; says in the form why not."""
    try:
        service.send_code(account.id, service.CLOSE_NOW, language=get_language())
    except TooManyCodes:
        form.add_error("code", _("Enough codes have been sent for now. Please wait an hour, or use the last one."))
    except ClosureError:
        form.add_error("code", _("A code cannot be sent to this account. Please contact us."))
    else:
        return True
    return False


def confirm_closing(request: HttpRequest, form: ConfirmForm, account: Account, tasks: Tasks) -> Closure | None:
    """Ask for the closure as the form says; ``None`` when the form has errors to show.

    Raises ``AlreadyOpen`` and ``BlockersInTheWay`` as :func:`pamitan.closure.service.request_closure` does.
    """
    if not form.is_valid() or not _shown_to_be_them(request, form, account):
        return None
    try:
        return service.request_closure(
            account.id,
            language=get_language() or "en",
            proven=session.proven(request),
            other_email=form.cleaned_data["other_email"] or None,
            pace=Pace.AFTER_DELIVERY if tasks.waiting else Pace(form.cleaned_data["pace"]),
            accept_losses=[task.item.key for task in tasks.given_up],
        )
    except CodeNeeded:
        form.add_error("code", _("To close now, enter the code that we send you."))
    except BadAddress:
        form.add_error("other_email", form.fields["other_email"].error_messages["invalid"])
    return None


def _shown_to_be_them(request: HttpRequest, form: ConfirmForm, account: Account) -> bool:
    """By code, which closing now asks for, or by password."""
    code, password = form.cleaned_data["code"], form.cleaned_data["password"]
    if form.cleaned_data["pace"] == Pace.NOW or (code and not password):
        return _by_code(request, form, account, code)
    if account.has_password:
        return _by_password(request, form, account, password)
    form.add_error("code", _("Enter the code that we sent you."))
    return False


def _by_code(request: HttpRequest, form: ConfirmForm, account: Account, code: str) -> bool:
    if not code:
        form.add_error("code", _("Enter the code that we sent you."))
        return False
    address = service.check_code(account.id, service.CLOSE_NOW, code)
    if address is None:
        form.add_error("code", _("This code is not right, or it is too old. You can have a new one sent."))
        return False
    session.prove(request, address)
    return True


def _by_password(request: HttpRequest, form: ConfirmForm, account: Account, password: str) -> bool:
    if not password:
        form.add_error("password", _("Enter your password."))
        return False
    with even_time():
        fits = password_fits(request, account.id, account, password)
    if not fits:
        form.add_error(
            "password",
            _("This is not the right password. After several wrong tries you have to wait 15 minutes."),
        )
    return fits
