"""The first page, the public address that Google Play and Apple ask for, and the health check."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from pamitan.closure.backlog import backlog_age_seconds
from pamitan.closure.clock import clock
from pamitan.closure.consequences import erased_categories, kept_records
from pamitan.closure.store import current_store


def front(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/front.html", {"withdrawal_days": current_store().file.closing.withdrawal_days})


def delete_account(request: HttpRequest) -> HttpResponse:
    """``/delete-account``: how to delete the account and its data, what goes, what stays, and the way in."""
    file = current_store().file
    page = {
        "withdrawal_days": file.closing.withdrawal_days,
        "erased": erased_categories(file),
        "kept": kept_records(file, clock().now().date()),
    }
    return render(request, "portal/delete_account.html", page)


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """For a monitor: that we answer, and how far the sweep is behind."""
    return JsonResponse({"status": "ok", "backlog_seconds": backlog_age_seconds(clock().now())})
