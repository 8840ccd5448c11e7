"""Contact us: choose what it is about and how, write, read on. Closing oneself stays on each page."""

from __future__ import annotations

import contextlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pamitan.closure.clock import clock
from pamitan.closure.errors import ClosureError
from pamitan.closure.store import current_store
from pamitan.conversation import service, topics
from pamitan.conversation.errors import ConversationError
from pamitan.conversation.live import places
from pamitan.conversation.models import Channel, Conversation, State
from pamitan.conversation.templatetags.spans import phone_number
from pamitan.conversation.waiting import opening_hours, waiting_time
from pamitan.conversation.words import NOT_THE_HOLDER, opening_words
from pamitan.portal.contact_forms import CallForm, HolderForm, MessageForm
from pamitan.portal.holder import is_holder, recently_shown
from pamitan.portal.session import account_of, customer_required, proven, said

REFRESH_SECONDS = 10
"""How often a chat that waits for an answer looks again, where the customer wants it."""

# --- choosing and writing ----------------------------------------------------------------------------------------


@require_safe
@customer_required
def choose(request: HttpRequest) -> HttpResponse:
    """Area, topic, detail, and at the end the channel; one tap each. Coming from closing only the channel is left."""
    if request.GET.get("from") == "closing":
        closing = topics.closing_path(_tree())
        return redirect(_address("portal:contact", closing)) if closing.chosen else redirect("portal:contact")
    path = _path(request)
    context = {"path": path, "steps": _steps(path), "channels": service.waiting_times(), "hours": _hours()}
    return render(request, "conversation/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@customer_required
def write(request: HttpRequest, channel: str) -> HttpResponse:
    """The first message, on the channel chosen."""
    if channel not in Channel.values:
        raise Http404
    path = _path(request)
    if not path.complete:
        return redirect(_address("portal:contact", path))
    form = _form(request, Channel(channel), path)
    if request.method == "POST" and form.is_valid():
        try:
            opened = _open(request, Channel(channel), path, form)
        except ConversationError as error:
            form.add_error(None, str(error))
        else:
            return redirect("portal:conversation", opened.reference)
    context = {"form": form, "path": path, "channel": channel, "steps": _steps(path), "hours": _hours()}
    context["wait"] = waiting_time(channel, clock().now())
    return render(request, "conversation/write.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, channel: Channel, path: topics.Path) -> MessageForm:
    kind = CallForm if channel == Channel.PHONE else MessageForm
    if request.method == "POST":
        return kind(request.POST)
    initial = {"text": opening_words(path)}
    if channel == Channel.PHONE:
        account = current_store().account(account_of(request))
        initial["number"] = phone_number(account.phone) if account and account.phone else ""
    return kind(initial=initial)


def _open(request: HttpRequest, channel: Channel, path: topics.Path, form: MessageForm) -> Conversation:
    call = form.call() if isinstance(form, CallForm) else None
    wanted = service.Request(**path.keys, call=call)
    language = get_language() or "en"
    text, key = form.cleaned_data["text"], form.cleaned_data["key"]
    return service.open_conversation(account_of(request), channel, wanted, text, language=language, key=key)


# --- the thread --------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@customer_required
def conversations(request: HttpRequest) -> HttpResponse:
    found = service.of_customer(account_of(request))
    lines = [(conversation, service.topic_labels(conversation)[-1]) for conversation in found]
    return render(request, "conversation/list.html", {"lines": lines})


@never_cache
@require_safe
@customer_required
def conversation(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, _own(request, reference), MessageForm())


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def say(request: HttpRequest, reference: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("portal:conversation", reference)
    found, form = _own(request, reference), MessageForm(request.POST)
    if form.is_valid():
        try:
            service.say(found, form.cleaned_data["text"], form.cleaned_data["key"])
        except ConversationError as error:
            form.add_error(None, str(error))
        else:
            if "X-Live" in request.headers:  # the page shows it by itself
                return HttpResponse(status=204)
            return redirect("portal:conversation", reference)
    return _page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """The customer confirms the closing that the operator prepared, with one tap if we have just seen who it is."""
    if request.method != "POST":
        return redirect("portal:conversation", reference)
    found, form = _own(request, reference), HolderForm(request.POST)
    closure = service.waiting_closure(found)
    if closure and form.is_valid() and not is_holder(request, closure, **form.cleaned_data):
        form.add_error(None, NOT_THE_HOLDER)
    if form.errors:
        return _page(request, found, MessageForm(), holder=form)
    # confirmed, withdrawn or refused meanwhile? The page shows how it stands
    with contextlib.suppress(ConversationError, ClosureError):
        service.confirm_closure(found, proven=proven(request))
    return redirect("portal:conversation", reference)


def _page(
    request: HttpRequest, found: Conversation, form: MessageForm, *, holder: HolderForm | None = None
) -> HttpResponse:
    found.refresh_from_db()
    waits = found.state == State.OPEN
    context: dict[str, Any] = {
        "conversation": found,
        "topic": service.topic_labels(found)[-1],
        "thread": found.messages.all(),
        "form": form,
        "prepared": service.waiting_closure(found),
        "holder": holder,
        "one_tap": recently_shown(request),
        "wait": waiting_time(found.channel, clock().now()) if waits else None,
        "refresh": _refresh(request, found, form),
        "hours": _hours(),
        "place": places().get(found.pk),
        "said": said(request),
    }
    problem = form.errors or (holder and holder.errors)
    return render(request, "conversation/thread.html", context, status=422 if problem else 200)


def _refresh(request: HttpRequest, found: Conversation, form: MessageForm) -> int:
    """Seconds until the page looks again by itself: only in a chat that waits, and never while the customer writes."""
    waits = found.channel == Channel.CHAT and found.state == State.OPEN
    still = form.is_bound or "still" in request.GET or service.waiting_closure(found) is not None
    return REFRESH_SECONDS if waits and not still else 0


# Helpers, in the order in which they are called


def _own(request: HttpRequest, reference: str) -> Conversation:
    return get_object_or_404(service.of_customer(account_of(request)), reference=reference.upper())


def _tree() -> tuple[topics.Option, ...]:
    return topics.tree(current_store().file.contact)


def _path(request: HttpRequest) -> topics.Path:
    return topics.follow(_tree(), [request.GET.get(level, "") for level in topics.LEVELS])


def _address(page: str, path: topics.Path, *arguments: str) -> str:
    return f"{reverse(page, args=arguments)}?{urlencode(path.keys)}"


def _steps(path: topics.Path) -> list[tuple[str, str]]:
    """What was chosen, each with the address to choose it again."""
    chosen = path.chosen
    before = [topics.Path(chosen[:count], ()) for count in range(len(chosen))]
    return [(str(option), _address("portal:contact", back)) for option, back in zip(chosen, before, strict=True)]


def _hours() -> list[tuple[int, str]]:
    """Opening hours, as day of the week (Monday is 0) and times; empty where none are stated."""
    return opening_hours().by_day()
