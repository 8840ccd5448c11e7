"""Why a closure is stuck, as the operator reads it."""

from __future__ import annotations

from django import template

from pamitan.closure.reasons import in_words

register = template.Library()
register.filter("in_operators_words", in_words)
