"""Calls that a telephone system tells of (CTI), in the manner of Zammad's generic interface.

It posts three events of a call: ``newCall`` when it begins to ring, ``answer`` when somebody takes it, ``hangup`` at
its end. Each names the call by ``callId``; an event that comes twice, or late, changes nothing more.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from pamitan.channels.models import PhoneCall

FORGOTTEN = dt.timedelta(hours=1)
"""So long after its beginning a call is forgotten; a number says who somebody is."""
_ORDER = (PhoneCall.State.RINGING, PhoneCall.State.ANSWERED, PhoneCall.State.ENDED)
EVENTS = {
    "newCall": PhoneCall.State.RINGING,
    "answer": PhoneCall.State.ANSWERED,
    "hangup": PhoneCall.State.ENDED,
}


@transaction.atomic
def note_event(event: str, call_id: str, number: str, direction: str, now: dt.datetime) -> PhoneCall | None:
    """Note what the telephone system tells. ``None`` for the end of a call that we never heard of."""
    state = EVENTS[event]
    known = PhoneCall.objects.select_for_update().filter(call_id=call_id).first()
    if known is None:
        if state == PhoneCall.State.ENDED:
            return None
        return PhoneCall.objects.create(call_id=call_id, number=number, direction=direction, state=state, began_at=now)
    if _ORDER.index(state) > _ORDER.index(PhoneCall.State(known.state)):
        known.state = state
        known.save(update_fields=["state"])
    return known


def going_on(now: dt.datetime) -> list[PhoneCall]:
    """The calls to us that ring or are being spoken in, the latest first."""
    calls = PhoneCall.objects.filter(direction="in", began_at__gt=now - FORGOTTEN)
    return list(calls.exclude(state=PhoneCall.State.ENDED).order_by("-began_at"))


def forget_calls(now: dt.datetime) -> int:
    """Delete what is over; how many."""
    rows, _ = PhoneCall.objects.filter(began_at__lte=now - FORGOTTEN).delete()
    return rows
