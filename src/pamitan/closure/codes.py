"""One-time codes to the registered address or mobile number: six digits, ten minutes, five tries, five an hour."""

from __future__ import annotations

import datetime as dt
import hmac

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from pamitan.closure import mails, texts
from pamitan.closure.clock import clock
from pamitan.closure.errors import CodeNeeded, NoAddress, NoSuchAccount, TooManyCodes
from pamitan.closure.language import fitting_language
from pamitan.closure.models import OneTimeCode
from pamitan.closure.store import current_store
from pamitan.content.identifiers import IdentifierKind, is_mobile
from pamitan.evidence.tombstones import tombstone_hash
from pamitan.kit.hashing import keyed_hash, one_time_code
from pamitan.stores.types import Account, Identifier

CLOSE_NOW = "close-now"
"""The purpose of a code that lets the customer close without the withdrawal period."""
CONFIRM = "confirm"
"""The purpose of a code that confirms what an operator prepared."""

VALID = dt.timedelta(minutes=10)
MOST_TRIES = 5
MOST_PER_HOUR = 5


def send_code(account_id: str, purpose: str, *, language: str | None = None) -> None:
    """Send a new code by the first of the account's ways; older ones of the same purpose are no longer valid.

    Raises ``NoSuchAccount``, ``NoAddress``, ``TooManyCodes`` and ``StoreUnavailable``.
    """
    now = clock().now()
    with transaction.atomic():
        account, address, code = draw_code(account_id, purpose)
        written = fitting_language(language or account.language)
        if address.kind == "phone":
            texts.queue_code(account, address.value, code, language=written, until=now + VALID)
        else:
            mails.queue_code(address.value, code, written, now)


def code_addresses(account: Account) -> list[Identifier]:
    """Where a code for this account can go, the way that the store prefers (``store.codes_by``) first."""
    country, ways = current_store().file.store.country, current_store().file.store.codes_by
    found = {"email": account.email, "sms": account.phone if is_mobile(account.phone, country) else None}
    return [Identifier("phone" if way == "sms" else "email", address) for way in ways if (address := found[way])]


def draw_code(account_id: str, purpose: str, kind: IdentifierKind | None = None) -> tuple[Account, Identifier, str]:
    """The account, where its new code goes (of that ``kind`` if given), and the code for the caller to send there.

    Raises as :func:`send_code`.
    """
    now = clock().now()
    account = current_store().account(account_id)
    if account is None:
        raise NoSuchAccount("the store has no such customer")
    address = next((one for one in code_addresses(account) if kind in (None, one.kind)), None)
    if address is None:
        raise NoAddress("the account has no address for a code")
    with transaction.atomic():
        if _sent_within_the_hour(account_id, purpose, now) >= MOST_PER_HOUR:
            raise TooManyCodes("too many codes within the hour")
        return account, address, issue_code(account_id, purpose, address.value, now, until=now + VALID)


def issue_code(account_id: str, purpose: str, address: str, now: dt.datetime, *, until: dt.datetime) -> str:
    """A new code that whoever reads that address will know; the caller sends it. Older ones end."""
    _codes(account_id, purpose).filter(expires_at__gt=now).update(expires_at=now)
    code = one_time_code()
    OneTimeCode.objects.create(
        account_hash=tombstone_hash("account", account_id),
        purpose=purpose,
        code_hash=_hash(account_id, purpose, code),
        address=address,
        sent_at=now,
        expires_at=until,
    )
    return code


def check_code(account_id: str, purpose: str, code: str) -> Identifier | None:
    """The address that the right code proves; ``None`` for a wrong, old, used or five times missed one.

    A right code is right once.
    """
    now = clock().now()
    given = "".join(code.split())
    with transaction.atomic():
        row = _codes(account_id, purpose).select_for_update().filter(expires_at__gt=now, proved_at=None).last()
        if row is None or row.wrong_tries >= MOST_TRIES:
            return None
        if not hmac.compare_digest(row.code_hash, _hash(account_id, purpose, given)):
            OneTimeCode.objects.filter(pk=row.pk).update(wrong_tries=F("wrong_tries") + 1)
            return None
        row.proved_at = now
        row.save(update_fields=["proved_at"])
    return _identifier(row)


def spend_proof(account_id: str, purpose: str, now: dt.datetime) -> Identifier:
    """Use up the proof that a right code has just given, once. Raises ``CodeNeeded`` when there is none."""
    fresh = _codes(account_id, purpose).filter(proved_at__gt=now - VALID, spent_at=None)
    row = fresh.select_for_update().last()
    if row is None:
        raise CodeNeeded("closing at once needs the code that is sent to the registered address")
    row.spent_at = now
    row.save(update_fields=["spent_at"])
    return _identifier(row)


def forget_old_codes(now: dt.datetime) -> int:
    """Delete the codes that are of no use any more; how many."""
    rows, _ = OneTimeCode.objects.filter(expires_at__lt=now - dt.timedelta(hours=1)).delete()
    return rows


def _identifier(row: OneTimeCode) -> Identifier:
    return Identifier("email" if "@" in row.address else "phone", row.address)


def _codes(account_id: str, purpose: str) -> QuerySet[OneTimeCode]:
    account_hash = tombstone_hash("account", account_id)
    return OneTimeCode.objects.filter(account_hash=account_hash, purpose=purpose).order_by("pk")


def _sent_within_the_hour(account_id: str, purpose: str, now: dt.datetime) -> int:
    return _codes(account_id, purpose).filter(sent_at__gt=now - dt.timedelta(hours=1)).count()


def _hash(account_id: str, purpose: str, code: str) -> str:
    return keyed_hash(settings.SECRET_KEY.encode(), account_id, purpose, code)
