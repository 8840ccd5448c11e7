"""Who is calling now, as far as a number can tell; and whether the telephone system can be spoken with."""

from __future__ import annotations

from dataclasses import dataclass

from pamitan.channels.calls import going_on
from pamitan.channels.models import PhoneCall
from pamitan.closure.clock import clock
from pamitan.closure.store import current_store
from pamitan.conversation.models import Conversation, State
from pamitan.stores.errors import StoreError
from pamitan.stores.types import Identifier

FOUND = 5
"""So many conversations are shown for a caller."""


@dataclass(frozen=True)
class Ringing:
    """A call to us, and the unfinished conversations of who may be calling. The number alone proves nothing."""

    number: str
    answered: bool
    conversations: list[Conversation]


def has_telephone() -> bool:
    """Whether the store file names a telephone system."""
    return current_store().file.telephone is not None


def may_dial() -> bool:
    """Whether it can be asked to call."""
    telephone = current_store().file.telephone
    return telephone is not None and telephone.dial_url is not None


def ringing_now() -> list[Ringing]:
    """The calls to us that ring or are being spoken in."""
    return [_ringing(call) for call in going_on(clock().now())]


def _ringing(call: PhoneCall) -> Ringing:
    return Ringing(call.number, call.state == PhoneCall.State.ANSWERED, _conversations(call.number))


def _conversations(number: str) -> list[Conversation]:
    """Unfinished ones; none for a number that is withheld or unreadable."""
    if not number.startswith("+"):
        return []
    unfinished = Conversation.objects.exclude(state=State.CLOSED)
    mine = unfinished.filter(phone=number) | unfinished.filter(account_id__in=_accounts(number))
    return list(mine.order_by("-last_message_at")[:FOUND])


def _accounts(number: str) -> list[str]:
    try:
        return [account.id for account in current_store().find(Identifier("phone", number))]
    except StoreError:
        return []
