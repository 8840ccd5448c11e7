"""The pages of Toko Buku Senja: books, sign-in, sign-up, my account."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pamitan.closure.clock import clock
from pamitan.demo.shop import accounts, orders
from pamitan.demo.shop.database import Row, connect
from pamitan.demo.shop.devices import device_name
from pamitan.demo.shop.forms import SignInForm, SignUpForm
from pamitan.demo.shop.pamitan import NoAnswerError, handover_link, is_barred
from pamitan.demo.shop.particulars import particulars
from pamitan.demo.shop.people import PASSWORD

COOKIE = "senja"
MONTH = dt.timedelta(days=30)


def database() -> AbstractContextManager[sqlite3.Connection]:
    return connect(particulars().database)


def _visitor(request: HttpRequest) -> Row | None:
    with database() as db:
        return accounts.customer_of(db, request.COOKIES.get(COOKIE, ""))


def _page(request: HttpRequest, template: str, **values: object) -> HttpResponse:
    values.setdefault("customer", _visitor(request))
    return render(request, f"shop/{template}.html", values)


def for_customers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the signed-in customer; whoever is not signed in is sent to the door."""

    @wraps(view)
    def wrapped(request: HttpRequest, **parts: object) -> HttpResponse:
        customer = _visitor(request)
        return redirect("shop:sign_in") if customer is None else view(request, customer, **parts)

    return wrapped


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    with database() as db:
        return _page(request, "home", books=orders.books(db))


def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with database() as db:
            customer = accounts.find_customer(db, form.cleaned_data["login"], form.cleaned_data["password"])
        if customer is not None:
            return _welcome(request, customer["id"])
        form.add_error(None, _("We know no account with this address or number and this password."))
    return _page(request, "sign_in", form=form, password=PASSWORD)


def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        customer = _new_customer(form)
        if customer is not None:
            return _welcome(request, customer)
    return _page(request, "sign_up", form=form)


def _new_customer(form: SignUpForm) -> int | None:
    """The number of the new account; ``None`` with the reason in the form."""
    wanted = form.cleaned_data
    try:
        if is_barred(wanted["email"], particulars().barred_api, particulars().api_token):
            form.add_error("email", _("An account with this address was closed for good. Please use another address."))
            return None
        with database() as db:
            return accounts.sign_up(
                db, wanted["name"], wanted["email"], wanted["password"], get_language() or "id", clock().now()
            )
    except NoAnswerError:
        form.add_error(None, _("We cannot make new accounts just now. Please try again in a few minutes."))
    except accounts.AddressTakenError:
        form.add_error("email", _("There is an account with this address already. You can sign in."))
    return None


def _welcome(request: HttpRequest, customer: int) -> HttpResponse:
    device = device_name(request.headers.get("User-Agent", ""))
    with database() as db:
        token = accounts.begin_session(db, customer, device, clock().now())
    response = redirect("shop:account")
    response.set_cookie(COOKIE, token, max_age=MONTH, path="/shop/", httponly=True, samesite="Lax")
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    with database() as db:
        accounts.end_session(db, request.COOKIES.get(COOKIE, ""))
    response = redirect("shop:home")
    response.delete_cookie(COOKIE, path="/shop/")
    return response


@require_safe
@for_customers
def account(request: HttpRequest, customer: Row) -> HttpResponse:
    with database() as db:
        own_orders = orders.orders_of(db, customer["id"])
        sessions = accounts.sessions_of(db, customer["id"])
    return _page(request, "account", customer=customer, orders=own_orders, sessions=sessions)


@require_POST
@for_customers
def close_account(request: HttpRequest, customer: Row) -> HttpResponse:
    """Hand the customer over to Pamitan."""
    return redirect(handover_link(customer["id"], particulars().handover_secret, clock().now()))


@require_POST
@for_customers
def parcel_arrives(request: HttpRequest, customer: Row, order: int) -> HttpResponse:
    """Practice: what the courier would report."""
    try:
        with database() as db:
            orders.deliver(db, order, customer["id"], clock().now())
    except orders.OrderError:
        raise Http404 from None
    messages.success(
        request, _("The parcel has arrived. Pamitan looks every quarter of an hour; let a day pass to see it.")
    )
    return redirect("shop:account")
