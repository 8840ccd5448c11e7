"""What the store's telephone system tells: a call rings, is taken, is over."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import ValidationError

from pamitan.channels.calls import note_event
from pamitan.closure.clock import clock
from pamitan.closure.store import current_store
from pamitan.content.identifiers import normalise_phone

router = Router()
LATE_SECONDS = 300
"""An event signed longer ago is refused, so that nobody can play it again."""
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


class CallEvent(Schema):
    """One event of a call, as Zammad's generic interface names its fields."""

    event: Literal["newCall", "answer", "hangup"]
    call_id: str = Field(alias="callId", min_length=1, max_length=200)
    caller: str = Field("", alias="from", max_length=40)
    called: str = Field("", alias="to", max_length=40)
    direction: Literal["in", "out"] = "in"


@router.post("/calls", response={204: None}, operation_id="calls")
def calls(request: HttpRequest) -> Status[None]:
    """Take an event of the telephone system: JSON or a form, signed by ``X-Pamitan-Signature`` as our hooks are."""
    _check_signature(request)
    event = _event(request)
    number = event.caller if event.direction == "in" else event.called
    known = normalise_phone(number, current_store().file.store.country) or number
    note_event(event.event, event.call_id, known, event.direction, clock().now())
    return Status(204, None)


def _check_signature(request: HttpRequest) -> None:
    telephone = current_store().file.telephone
    if telephone is None:
        raise HttpError(404, "the store file has no section 'telephone'")
    given = _SIGNATURE.fullmatch(request.headers.get("X-Pamitan-Signature", ""))
    if given is None:
        raise HttpError(401, "sign the body: X-Pamitan-Signature: t=SECONDS,v1=HMAC-SHA-256 of 'SECONDS.BODY'")
    seconds, digest = given.groups()
    right = hmac.new(telephone.secret.encode(), f"{seconds}.".encode() + request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, digest):
        raise HttpError(401, "the signature does not fit the body; use the secret of the section 'telephone'")
    if abs(clock().now().timestamp() - int(seconds)) > LATE_SECONDS:
        raise HttpError(401, "the signature is too old; sign each event when it is sent, and set the clock")


def _event(request: HttpRequest) -> CallEvent:
    try:
        given = request.POST.dict() if request.content_type != "application/json" else json.loads(request.body)
        return CallEvent.model_validate(given)
    except (ValidationError, ValueError):
        fields = "event (newCall, answer or hangup), callId, direction (in or out), from and to"
        raise HttpError(422, f"send {fields}") from None
