"""Spans of time and phone numbers, as people write them."""

from __future__ import annotations

import datetime as dt

import phonenumbers
from django import template
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def phone_number(e164: str) -> str:
    """``+62 812-3456-7890``; what is no number, such as a withheld one, as it was told."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def span(value: dt.timedelta | None) -> str:
    """``5 minutes``, ``3 hours``, ``2 days``: one unit, rounded; at least a minute."""
    if value is None:
        return ""
    minutes = max(1, round(value.total_seconds() / 60))
    if minutes < 90:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    hours = round(minutes / 60)
    if hours < 36:
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    days = round(hours / 24)
    return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
