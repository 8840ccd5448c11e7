"""Money, labels and dates in the page's language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django import template
from django.utils import formats, timezone
from django.utils.translation import get_language

from pamitan.portal import money
from pamitan.storefile.labels import Text, text

register = template.Library()


@register.filter
def in_words(label: Text | None) -> str:
    """A label of the store file in the page's language."""
    return text(label, get_language() or "en") if label else ""


@register.filter
def day(moment: dt.datetime | dt.date | None) -> str:
    """``3 December 2026``; Italian writes its months small."""
    if moment is None:
        return ""
    if isinstance(moment, dt.datetime) and timezone.is_aware(moment):
        moment = timezone.localtime(moment)
    written = formats.date_format(moment, "j E Y").replace(" ", "\u00a0")
    return written.lower() if get_language() == "it" else written


@register.filter
def minute(moment: dt.datetime | None) -> str:
    """``3 December 2026, 14:05``."""
    if moment is None:
        return ""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return f"{day(local)}, {local:%H:%M}"


@register.filter
def amount(value: Decimal | None, currency: str) -> str:
    """Money as people write it."""
    return "" if value is None else money.written(value, currency, get_language() or "en")


@register.filter
def plain_number(value: Decimal | int) -> str:
    """A number with its thousands parted; no decimals where there are none."""
    return money.number(Decimal(value), 0 if value == int(value) else 2)


@register.filter
def days(duration: str) -> int:
    """The number in ``90 days``."""
    return int(duration.split()[0])
