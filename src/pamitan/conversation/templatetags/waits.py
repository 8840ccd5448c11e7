"""The present wait on each channel, and when somebody is there: for every page of the way to a person."""

from __future__ import annotations

from typing import Any

from django import template

from pamitan.conversation import service
from pamitan.conversation.waiting import opening_hours

register = template.Library()


@register.inclusion_tag("conversation/parts/waits.html")
def waits() -> dict[str, Any]:
    """What was measured, never more; in closed hours also when the desk opens."""
    channels = service.waiting_times()
    return {"channels": channels, "first": channels[0], "hours": opening_hours().by_day()}
