"""In and out: by password, by one-time code, by the shop's hand-over link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.errors import ClosureError
from pamitan.closure.store import current_store
from pamitan.closure.texts import texts_are_late
from pamitan.portal import handover, session
from pamitan.portal.forms import AskCodeForm, CodeForm, SignInForm
from pamitan.portal.holder import note_shown
from pamitan.portal.signing_in import accounts_named, by_password, even_time
from pamitan.stores.types import Account, Identifier

CODE_PURPOSE = "sign-in"


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with even_time():
            matches = by_password(request, form.cleaned_data["login"], form.cleaned_data["password"])
        if matches:
            return _come_in(request, matches)
        form.add_error(
            None,
            _(
                "That did not work. Please check the address or number and the password. "
                "After several wrong tries you have to wait 15 minutes."
            ),
        )
    return _form_page(request, "portal/sign_in.html", form)


@never_cache
def ask_code(request: HttpRequest) -> HttpResponse:
    """A code to the registered address or number, for who has no password. Known or unknown, the answer is the same."""
    form = AskCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with even_time():
            accounts = accounts_named(form.cleaned_data["login"])
            for account in _one_for_each_address(accounts):
                _send_code(account)
            request.session["code_accounts"] = [account.id for account in accounts]
        return _to(request, "portal:enter_code")
    return _form_page(request, "portal/ask_code.html", form)


@never_cache
def enter_code(request: HttpRequest) -> HttpResponse:
    asked: list[str] | None = request.session.get("code_accounts")
    if asked is None:
        return _to(request, "portal:ask_code")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with even_time():
            address, matches = _by_code(asked, form.cleaned_data["code"])
        if address and matches:
            return _come_in(request, matches, frozenset({address}))
        form.add_error("code", _("This code is not right, or it is too old. You can have a new one sent."))
    return _form_page(request, "portal/enter_code.html", form)


@never_cache
def choose_account(request: HttpRequest) -> HttpResponse:
    """Several accounts have this address and this password: which one is it about?"""
    found = [current_store().account(account_id) for account_id in request.session.get("may_choose", [])]
    accounts = {account.id: account for account in found if account}
    if not accounts:
        return _to(request, "portal:sign_in")
    if request.POST.get("account") in accounts:
        session.sign_in(request, request.POST["account"], session.proven(request))
        note_shown(request)
        return HttpResponseRedirect(_next(request))
    return render(request, "portal/choose_account.html", {"accounts": accounts.values()})


@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """``/enter?token=``: the shop vouches for its signed-in customer."""
    store = current_store()
    secret = store.file.handover_secret
    try:
        if not secret:
            raise handover.BadToken("the store file has no handover_secret")
        account = store.account(handover.account_from(request.GET.get("token", ""), secret, clock().now()))
    except handover.BadToken:
        account = None
    if account is None:
        return render(request, "portal/sign_in.html", {"form": SignInForm(), "old_link": True}, status=403)
    session.sign_in(request, account.id)
    return redirect("portal:close")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    session.sign_out(request)
    return redirect("portal:front")


def _one_for_each_address(accounts: list[Account]) -> list[Account]:
    """A right code lets in to every account of its address, so one code for an address is enough."""
    addresses = {tuple(service.code_addresses(account)[:1]): account for account in reversed(accounts)}
    return list(addresses.values())


def _send_code(account: Account) -> None:
    try:
        service.send_code(account.id, CODE_PURPOSE, language=get_language())
    except ClosureError:
        return  # no address, or enough codes for now: a stranger sees no difference


def _by_code(asked: list[str], code: str) -> tuple[Identifier | None, list[Account]]:
    """The address that the code proves, and those of the accounts asked for that have it."""
    accounts = [account for account_id in asked if (account := current_store().account(account_id))]
    for account in accounts:
        address = service.check_code(account.id, CODE_PURPOSE, code)
        if address:
            return address, [other for other in accounts if _has(other, address) and service.may_sign_in(other)]
    return None, []


def _has(account: Account, address: Identifier) -> bool:
    return address in (Identifier("email", account.email or ""), Identifier("phone", account.phone or ""))


def _come_in(
    request: HttpRequest, accounts: list[Account], proven: frozenset[Identifier] = frozenset()
) -> HttpResponse:
    if len(accounts) == 1:
        session.sign_in(request, accounts[0].id, proven)
        note_shown(request)
        return HttpResponseRedirect(_next(request))
    request.session.cycle_key()
    request.session["may_choose"] = [account.id for account in accounts]
    request.session["proven"] = [[item.kind, item.value] for item in proven]
    return _to(request, "portal:choose_account")


def _form_page(request: HttpRequest, template: str, form: SignInForm | AskCodeForm | CodeForm) -> HttpResponse:
    by_sms = current_store().file.sms is not None
    context = {"form": form, "next": _next(request), "by_sms": by_sms, "texts_late": texts_are_late()}
    return render(request, template, context, status=422 if form.errors else 200)


def _to(request: HttpRequest, page: str) -> HttpResponse:
    """To another page of signing in, without losing where the customer was going."""
    return redirect(f"{reverse(page)}?{urlencode({'next': _next(request)})}")


def _next(request: HttpRequest) -> str:
    page = request.GET.get("next", "")
    own = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if own else reverse("portal:close")
