"""Words for the rows of the shop's database."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pamitan.demo.shop.database import read_moment

register = template.Library()

STATUSES: dict[str, Promise] = {
    "unpaid": _("Not yet paid"),
    "paid": _("Paid, being packed"),
    "shipped": _("On its way"),
    "delivered": _("Delivered"),
    "cancelled": _("Cancelled"),
}
KINDS: dict[str, Promise] = {"book": _("Book"), "ebook": _("E-book"), "audio": _("Recording")}


@register.filter
def status(value: str) -> Promise | str:
    return STATUSES.get(value, value)


@register.filter
def kind(value: str) -> Promise | str:
    return KINDS.get(value, value)


@register.filter
def rupiah(value: int) -> str:
    """``Rp 89.000``, as on every price tag."""
    return f"Rp\u00a0{value:,}".replace(",", ".")


@register.filter
def on_day(text: str) -> str:
    """The day of a time as the database writes it."""
    return _day(read_moment(text))


def _day(at: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "j E Y")
