"""Mails that a mail provider posts to us; django-anymail knows their forms and checks who is calling."""

from __future__ import annotations

from typing import Any

from anymail.signals import inbound
from anymail.urls import urlpatterns
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from pamitan.channels.incoming import keep

_VIEWS = {
    str(pattern.name).removesuffix("_inbound_webhook"): pattern.callback
    for pattern in urlpatterns
    if str(pattern.name).endswith("_inbound_webhook")
}


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponseBase:
    """``/hooks/mail``: there for the one provider of ``PAMITAN_MAIL_HOOK``. Not ours: 404; not signed: 400."""
    if not settings.PAMITAN_MAIL_HOOK:
        raise Http404
    view = _VIEWS.get(settings.PAMITAN_MAIL_HOOK)
    if view is None:
        known = ", ".join(sorted(_VIEWS))
        raise ImproperlyConfigured(f"PAMITAN_MAIL_HOOK is '{settings.PAMITAN_MAIL_HOOK}'; it may be: {known}")
    answer: HttpResponseBase = view(request)
    return answer


@receiver(inbound)
def _came_in(sender: object, event: Any, **_: object) -> None:
    message = event.message
    if message.envelope_recipient:
        message["Envelope-To"] = message.envelope_recipient
    keep(message.as_bytes(), timezone.now())
