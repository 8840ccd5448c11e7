"""Finding a customer's conversations and closings: by case code, reference, or the registered address, whole alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.models import User

from pamitan.closure import service as closures
from pamitan.closure.clock import clock
from pamitan.closure.models import Closure
from pamitan.closure.store import current_store
from pamitan.content.identifiers import parse_identifier
from pamitan.conversation import service
from pamitan.conversation.models import Conversation
from pamitan.evidence.ledger import LedgerEvent, record

SHOWN = 20


@dataclass(frozen=True)
class Found:
    """What answers to the words, by reference alone: whose it is shows when it is opened; the ledger keeps that."""

    conversations: list[Conversation] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.conversations) + len(self.closures)


def search(words: str, operator: User) -> Found:
    """Look for a case code, a reference, or a registered e-mail address or mobile number.

    Part of an address finds nothing. The ledger keeps that somebody searched, by what kind of word, and how many were
    found. Raises ``StoreUnavailable`` when an address is sought and the store does not answer.
    """
    kind, found = _look_up(words.strip())
    if kind:
        facts = {"operator": operator.pk, "by": kind, "found": len(found)}
        record(LedgerEvent.DESK_SEARCHED, None, clock().now(), **facts)
    return found


def _look_up(words: str) -> tuple[str, Found]:
    if not words:
        return "", Found()
    closure = closures.by_reference(words, None)
    if closure:
        return "reference", Found(closures=[closure])
    talk = service.by_spoken_code(words)
    if talk:
        return "code", Found(conversations=[talk])
    store = current_store()
    identifier = parse_identifier(words, store.file.store.country)
    if identifier is None:
        return "other words", Found()
    accounts = [account.id for account in store.find(identifier)]
    talks = Conversation.objects.filter(account_id__in=accounts).order_by("-last_message_at")
    latest = [closures.latest_closure_for(account) for account in accounts]
    return identifier.kind, Found(list(talks[:SHOWN]), [closure for closure in latest if closure])
