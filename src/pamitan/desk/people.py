"""A lead's pages: who sits at the desk, and when it is open. And everybody's own password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from pamitan.closure.clock import clock
from pamitan.conversation.models import Channel
from pamitan.conversation.waiting import opening_hours, waiting_time
from pamitan.desk import operators as staff
from pamitan.desk.door import has_second_factor, home_of, leading, operator_of, signed_in_operator
from pamitan.desk.models import Role, Seat


@leading
def people(request: HttpRequest) -> HttpResponse:
    """Who sits at the desk; on POST one is let in, gets another role, a new second factor, or leaves."""
    if request.method != "POST":
        return _people(request)
    deed = request.POST.get("deed", "")
    return _add(request) if deed == "add" else _change(request, deed)


@leading
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """When the desk is open, as the store file says, and the waits that customers are shown."""
    now = clock().now()
    context = {
        "days": opening_hours().by_day(),
        "zone": opening_hours().zone.key,
        "is_open": opening_hours().is_open(now),
        "opens_at": opening_hours().opens_at(now),
        "waits": [(channel.label, waiting_time(channel, now)) for channel in Channel],
    }
    return render(request, "desk/hours.html", context)


@never_cache
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """One's own password, changed by showing the old one. For whoever has a seat; the second factor may come after."""
    operator = signed_in_operator(request)
    if operator is None:
        return redirect("account_login")
    seat = get_object_or_404(Seat, user=operator)
    problem = ""
    if request.method == "POST":
        problem = _new_password(operator, request.POST.get("old", ""), request.POST.get("new", ""))
        if not problem:
            seat.start_password = False
            seat.save()
            update_session_auth_hash(request, operator)
            return redirect(home_of(operator))
    context = {"problem": problem, "first": seat.start_password}
    return render(request, "desk/password.html", context, status=400 if problem else 200)


def _new_password(operator: User, old: str, new: str) -> str:
    """Set it; the sentence that says what is wrong, else nothing."""
    if not operator.check_password(old):
        return _("The old password is not right.")
    if old == new:
        return _("The new password is the old one. Choose another.")
    try:
        validate_password(new, operator)
    except ValidationError as error:
        return " ".join(error.messages)
    operator.set_password(new)
    operator.save()
    return ""


def _add(request: HttpRequest) -> HttpResponse:
    email, role = request.POST.get("email", ""), request.POST.get("role", "")
    if role not in Role.values:
        return _people(request, problem=_("Choose a role."), status=400)
    given = staff.start_password()
    try:
        added = staff.create_operator(email, given, role=Role(role), by=str(operator_of(request).pk))
    except staff.OperatorError:
        problem = _("This is no e-mail address, or an operator has it already.")
        return _people(request, problem=problem, email=email, status=400)
    return _people(request, added=added, given=given)


def _change(request: HttpRequest, deed: str) -> HttpResponse:
    lead = operator_of(request)
    number = request.POST.get("operator", "")
    found = get_object_or_404(staff.operators(), pk=int(number) if number.isdecimal() else 0)
    if deed == "name":
        staff.give_public_name(found, request.POST.get("name", ""))
        return redirect("desk:people")
    if found.pk == lead.pk:
        return _people(request, problem=_("You cannot change your own place. Ask another lead."), status=409)
    by, role = str(lead.pk), request.POST.get("role", "")
    if deed == "role" and role in Role.values:
        staff.give_role(found, Role(role), by=by)
    elif deed == "reset":
        staff.reset_second_factor(found, by=by)
    elif deed == "remove":
        staff.remove_operator(found, by=by)
    return redirect("desk:people")


def _people(
    request: HttpRequest,
    *,
    problem: str = "",
    email: str = "",
    added: User | None = None,
    given: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "people": [(person, has_second_factor(person)) for person in staff.operators()],
        "roles": Role.choices,
        "me": operator_of(request),
        "problem": problem,
        "email": email,
        "added": added,
        "given": given,
    }
    return render(request, "desk/people.html", context, status=status)
