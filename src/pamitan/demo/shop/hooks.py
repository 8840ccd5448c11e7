"""Where Pamitan calls the shop: to cancel a paid order, and to erase what the search engine knows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pamitan.closure.clock import clock
from pamitan.demo.shop import orders
from pamitan.demo.shop.pamitan import is_from_pamitan
from pamitan.demo.shop.particulars import particulars
from pamitan.demo.shop.views import database

Call = dict[str, Any]


def signed(view: Callable[[Call, str], None]) -> Callable[[HttpRequest], HttpResponse]:
    """The view gets the call and its idempotency key, once the signature is seen to be right."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        signature = request.headers.get("X-Pamitan-Signature", "")
        if not is_from_pamitan(request.body, signature, particulars().hook_secret, dt.datetime.now(dt.UTC)):
            return JsonResponse({"error": "the signature does not fit"}, status=403)
        try:
            view(json.loads(request.body), request.headers["Idempotency-Key"])
        except (KeyError, ValueError):
            return JsonResponse({"error": "the call lacks something"}, status=400)
        except orders.OrderError as error:
            return JsonResponse({"error": str(error)}, status=409)
        return JsonResponse({"done": True})

    return wrapped


@signed
def cancel_order(call: Call, idempotency_key: str) -> None:
    with database() as db:
        orders.cancel_paid(db, int(call["id"]), idempotency_key, clock().now())


@signed
def erase(call: Call, idempotency_key: str) -> None:
    """A real shop would clear its search engine here; this one only notes that it was asked."""
    with database() as db:
        orders.note_call(db, idempotency_key, "erase", clock().now())
