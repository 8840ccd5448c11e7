"""The banner of the desk while our own database is held back after a restore from a backup."""

from __future__ import annotations

from django import template

from pamitan.closure.restored import held_back
from pamitan.evidence.mark import Gap

register = template.Library()


@register.simple_tag
def what_was_lost() -> Gap | None:
    """``None`` while all is well."""
    return held_back()
