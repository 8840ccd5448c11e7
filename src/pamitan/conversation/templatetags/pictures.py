"""``{% picture "sign-in" %}``: a picture of our pages, in the page's language and of the reader's kind of screen."""

from __future__ import annotations

from typing import Any

from django import template

from pamitan.conversation.pictures import SHOWN, picture

register = template.Library()


@register.inclusion_tag("conversation/help/parts/picture.html", name="picture")
def shown(name: str, device: str = "") -> dict[str, Any]:
    """That picture of that device; without one, of whichever is like the screen on which it is read."""
    if device:
        return {"device": device, "main": picture(name, device), "shows": SHOWN[name]}
    return {"main": picture(name, "computer"), "small": picture(name, "phone"), "shows": SHOWN[name]}
