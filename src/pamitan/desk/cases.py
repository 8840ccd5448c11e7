"""One closing at the desk: how it stands, whose it is, and what can be done with it: hold, release, refuse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pamitan.closure import hold as holds
from pamitan.closure import service
from pamitan.closure.clock import clock
from pamitan.closure.errors import BadEndDate, ClosureError, NoSuchHold, SamePerson, TellsWho
from pamitan.closure.gone import is_gone
from pamitan.closure.models import Closure, Hold, HoldGround
from pamitan.closure.refusals import RefusalGround, ground_words
from pamitan.closure.restored import held_back
from pamitan.closure.states import Event, State, can
from pamitan.closure.store import current_store
from pamitan.conversation.models import Conversation
from pamitan.desk.customer import case_card, customer_card
from pamitan.desk.door import operator_of, serving
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.stores.errors import StoreError


@serving
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The closing with its customer. The look goes into the ledger."""
    return _page(request, _find(reference))


@serving
def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """One word of the two that a hold, or its early end, needs."""
    if request.method != "POST":
        return redirect("desk:case", reference)
    verbs: dict[str, Callable[[Closure, str], object]] = {
        "propose": lambda closure, operator: _propose(request, closure, operator),
        "confirm": holds.confirm_hold,
        "drop": holds.drop_hold,
        "propose_release": holds.propose_release,
        "confirm_release": holds.confirm_release,
    }
    verb = verbs.get(request.POST.get("deed", ""))
    return _do(request, _find(reference), verb) if verb else _page(request, _find(reference), status=400)


@serving
def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """Refuse on a legal ground, with the article of the law."""
    if request.method != "POST":
        return redirect("desk:case", reference)
    ground, law = request.POST.get("ground", ""), request.POST.get("law", "")
    closure = _find(reference)
    if ground not in RefusalGround.values:
        return _page(request, closure, problem=_("Choose the legal ground."), status=400)

    def verb(closure: Closure, operator: str) -> object:
        return service.refuse(closure, operator, ground_words(RefusalGround(ground), law, closure.language))

    return _do(request, closure, verb)


def _propose(request: HttpRequest, closure: Closure, operator: str) -> Hold:
    ground = request.POST.get("ground", "")
    if ground not in HoldGround.values:
        raise NoSuchHold
    return holds.propose_hold(closure, operator, HoldGround(ground), _end_of_day(request.POST.get("until", "")))


def _end_of_day(written: str) -> dt.datetime:
    """The last second of that day (``2026-12-31``) in the store's own time zone. Raises ``BadEndDate``."""
    try:
        last = dt.date.fromisoformat(written)
        zone = ZoneInfo(current_store().file.store.timezone)
        return dt.datetime.combine(last, dt.time(23, 59, 59), zone).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise BadEndDate from error


def _do(request: HttpRequest, closure: Closure, verb: Callable[[Closure, str], object]) -> HttpResponse:
    try:
        verb(closure, str(operator_of(request).pk))
    except SamePerson:
        problem = _("This needs a second person. You have spoken already; ask a colleague.")
    except BadEndDate:
        problem = _("Choose a last day between today and a year from now.")
    except TellsWho:
        problem = _("Name the article of the law, without e-mail addresses and without long numbers.")
    except NoSuchHold:
        problem = _("This was settled by somebody else meanwhile. Look at it as it stands now.")
    except ClosureError:
        problem = _("This can no longer be done: the closing has gone on meanwhile.")
    else:
        return redirect("desk:case", closure.reference)
    return _page(request, closure, problem=problem, status=409)


def _find(reference: str) -> Closure:
    closure = service.by_reference(reference, None)
    if closure is None:
        raise Http404
    return closure


def _page(request: HttpRequest, closure: Closure, *, problem: str = "", status: int = 200) -> HttpResponse:
    closure.refresh_from_db()
    operator, now = operator_of(request), clock().now()
    if closure.account_id:
        record(LedgerEvent.DESK_CUSTOMER_SEEN, closure.pk, now, operator=operator.pk)
    standing = service.standing_hold(closure)
    context: dict[str, Any] = {
        "closing": case_card(closure),
        "closure": closure,
        "customer": customer_card(closure.account_id) if closure.account_id else None,
        "conversations": _conversations(closure),
        "hold": standing,
        "mine": _whose(standing, str(operator.pk)),
        "hold_grounds": HoldGround.choices,
        "refusal_grounds": RefusalGround.choices,
        "may_hold": closure.state in (State.REQUESTED, State.WAITING) and standing is None,
        "may_confirm": closure.state in (State.REQUESTED, State.WAITING),
        "may_refuse": can(closure.state, Event.REFUSE),
        "gone": not held_back() and _is_gone(closure),
        "today": timezone.localdate(now),
        "in_a_year": (now + holds.LONGEST).date() - dt.timedelta(days=1),
        "problem": problem,
    }
    return render(request, "desk/case.html", context, status=status)


def _whose(standing: Hold | None, operator: str) -> bool:
    """Whether it is this operator who has spoken first, so that another one must speak now."""
    if standing is None:
        return False
    return operator == (standing.release_proposed_by if standing.confirmed_at else standing.proposed_by)


def _is_gone(closure: Closure) -> bool:
    """Whether the store has the account no more; a store that does not answer has said nothing."""
    try:
        return is_gone(closure)
    except StoreError:
        return False


def _conversations(closure: Closure) -> list[Conversation]:
    if not closure.account_id:
        return []
    return list(Conversation.objects.filter(account_id=closure.account_id).order_by("-last_message_at")[:5])
