"""The page where the caught mails are read and answered, and where days pass."""

from __future__ import annotations

import re
from pathlib import Path

from csp.decorators import csp, csp_update
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from pamitan.closure.clock import clock
from pamitan.conversation.errors import ConversationError
from pamitan.demo.mailbox import CaughtMail, Mailbox
from pamitan.demo.welcome import OPERATOR, OPERATOR_PASSWORD, desk_operator
from pamitan.desk.operators import current_code
from pamitan.kit.clock import ShiftedClock

DAYS = (1, 7)


class ReplyForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


def mailbox() -> Mailbox:
    folder: Path = settings.DEMO_MAILS  # type: ignore[misc]  # the demo's own settings have it
    return Mailbox(folder)


def _mail_or_404(name: str) -> CaughtMail:
    try:
        return mailbox().mail(name)
    except KeyError:
        raise Http404 from None


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    desk = {"address": OPERATOR, "password": OPERATOR_PASSWORD, "code": current_code(desk_operator())}
    return render(request, "mail/inbox.html", {"mails": mailbox().mails(), "now": clock().now(), "desk": desk})


@csp_update(  # type: ignore[arg-type]  # typed for views without arguments
    {"frame-src": ["'self'"]}
)
def read(request: HttpRequest, name: str) -> HttpResponse:
    mail = _mail_or_404(name)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _reply(request, mail, form.cleaned_data["words"])
        return redirect("mail:read", name)
    return render(request, "mail/read.html", {"mail": mail, "form": form})


def _reply(request: HttpRequest, mail: CaughtMail, words: str) -> None:
    try:
        conversation = mailbox().reply(mail, words, clock().now())
    except ConversationError as refusal:
        messages.error(request, str(refusal))
        return
    if conversation is None:
        messages.info(request, _("Your answer is kept here. Nobody reads answers to this mail."))
    else:
        messages.success(request, _("Your answer has reached the conversation %s.") % conversation.reference)


@require_safe
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]
    {
        # A mail may bring its own look, and nothing else: no script, no picture from elsewhere, no form
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation-by-user-activation"],
    }
)
def html(request: HttpRequest, name: str) -> HttpResponse:
    """The mail as its sender designed it; its links open in the whole window."""
    letter = _mail_or_404(name).html
    # Inside the head: before the document's type it would change how a browser draws the whole letter
    head = re.search(r"<head[^>]*>", letter, re.IGNORECASE)
    place = head.end() if head else 0
    return HttpResponse(f'{letter[:place]}<base target="_top">{letter[place:]}')


@require_POST
def pass_days(request: HttpRequest) -> HttpResponse:
    """Let a day or a week pass; the sweep notices by itself."""
    days = request.POST.get("days", "")
    if days not in {str(choice) for choice in DAYS}:
        raise Http404
    ShiftedClock(Path(settings.PAMITAN_CLOCK_SHIFT)).pass_time(days=int(days))
    messages.success(
        request,
        ngettext("A day has passed.", "%(days)d days have passed.", int(days)) % {"days": int(days)}
        + " "
        + _("New mails arrive within a few seconds."),
    )
    return redirect("mail:inbox")
