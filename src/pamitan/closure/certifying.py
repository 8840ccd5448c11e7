"""The two copies of a closure's certificate.

The store's lists what was done by datastore and table. The customer's says the same by category of data, in their
language, and names them by a commitment whose secret, the proof code, stands in the outcome mail alone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pamitan.closure.gone import was_gone
from pamitan.closure.links import certificate_url
from pamitan.closure.models import Closure
from pamitan.closure.store import current_store
from pamitan.erasure.residue import Unread
from pamitan.evidence.certificate import issue, issue_to_customer
from pamitan.evidence.commitment import METHOD, commitment
from pamitan.evidence.ledger import LedgerEvent, record
from pamitan.kit.hashing import proof_code
from pamitan.storefile.labels import text
from pamitan.storefile.model import StoreFile
from pamitan.storefile.rules import Rule

OURS = "pamitan"
"""The name under which our own tables stand among the datastores of a receipt."""


def certify(
    closure: Closure, retained: list[dict[str, Any]], unread: Sequence[Unread], now: dt.datetime
) -> dict[str, Any]:
    """Issue both copies, in the caller's transaction; what the outcome mail says of the customer's.

    ``unread``: where the residue scan did not look. Who has no address of any kind gets no copy.
    """
    backups_until = _backups_until(now)
    issue(closure.pk, _stores(closure, retained, unread, now) | {"backups_until": backups_until}, now)
    address = closure.registered_email or closure.other_email
    about: dict[str, Any] = {}
    if address:
        code, until = proof_code(), _kept_until(now)
        with translation.override(closure.language):
            statement = _customers(closure, retained, unread, now) | {"backups_until": backups_until}
        holder = {"method": METHOD, "commitment": commitment(code, address)}
        issue_to_customer(closure.pk, {**statement, "holder": holder}, now, until)
        about = {"certificate_url": certificate_url(closure), "certificate_until": until, "proof_code": code}
    record(LedgerEvent.CERTIFICATE_ISSUED, closure.pk, now)
    return about


def without_keys(closure: Closure) -> list[dict[str, Any]]:
    """The findings without the rows' keys, which the desk needs no more."""
    return [{name: value for name, value in found.items() if name != "key"} for found in closure.residue]


def _stores(
    closure: Closure, retained: list[dict[str, Any]], unread: Sequence[Unread], now: dt.datetime
) -> dict[str, Any]:
    file = current_store().file
    return {
        "store": file.store.name,
        "reference": closure.reference,
        "closed_at": now.isoformat(),
        "datastores": sorted(file.datastores),
        "receipts": closure.receipts,
        "retained": retained,
        "residue": without_keys(closure),
        "not_looked_at": [dataclasses.asdict(place) for place in unread],
        "account_was_gone": was_gone(closure),
        "limits": "the named datastores at the time of closing; copies made before, such as backups, are not covered",
    }


def _customers(
    closure: Closure, retained: list[dict[str, Any]], unread: Sequence[Unread], now: dt.datetime
) -> dict[str, Any]:
    file = current_store().file
    return {
        "store": file.store.name,
        "reference": closure.reference,
        "language": closure.language,
        "closed_at": now.isoformat(),
        "data": _by_category(file, closure),
        "kept": _kept(file, retained, closure.language),
        "account_was_gone": was_gone(closure),
        "traces_explained": sum(not found["blocking"] for found in closure.residue),
        "traces_unexplained": sum(found["blocking"] for found in closure.residue),
        "places_not_searched": sum(len(place.where) for place in unread),
        "limits": _(
            "This holds for the databases of the store at the time of closing. Copies that were made before, such as "
            "backups, are not covered."
        ),
    }


def _by_category(file: StoreFile, closure: Closure) -> list[dict[str, Any]]:
    """How many records were erased, how many changed so that they no longer point at the person, and files."""
    changed: defaultdict[tuple[str, str], int] = defaultdict(int)
    found: dict[str, dict[str, int]] = {}
    for receipt in closure.receipts:
        table, rows = (receipt["datastore"], receipt["table"]), int(receipt["rows"])
        sums = found.setdefault(
            _category(file, *table, receipt["action"], closure.language), {"erased": 0, "changed": 0, "files": 0}
        )
        if receipt["action"] == "delete":
            sums["erased"] += rows
        elif receipt["action"] == "unlink":
            sums["files"] += rows
        elif receipt["action"] != "keep":  # a row that is changed in several ways is one record
            sums["changed"] += max(rows - changed[table], 0)
            changed[table] = max(changed[table], rows)
    return [{"category": name, **sums} for name, sums in found.items() if any(sums.values())]


def _kept(file: StoreFile, retained: Iterable[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """By category and law: how many records, why, and until when at the latest."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for rows in retained:
        category = _category(file, rows["datastore"], rows["table"], "keep", language)
        law, reason = _law(_rules(file, rows["datastore"], rows["table"]), rows["law"], language)
        line = found.setdefault((category, law), {"records": 0, "reason": reason, "until": None})
        line["records"] += rows["rows"]
        line["until"] = max(filter(None, (line["until"], rows["until"])), default=None)
    return [{"category": category, "law": law, **line} for (category, law), line in found.items()]


def _law(rules: Sequence[Rule], law: str | None, language: str) -> tuple[str, str]:
    """Law and reason in that language."""
    if law is None:
        return "", _("Other kept records need it; it goes with the last of them.")
    keep = next((rule.keep for rule in rules if rule.keep and text(rule.keep.law, "en") == law), None)
    return (text(keep.law, language), text(keep.reason, language)) if keep else (law, "")


def _category(file: StoreFile, datastore: str, table: str, action: str, language: str) -> str:
    """What the store file calls the data of that table that met this fate."""
    if datastore == OURS:
        return _("Messages and sign-ins at the account-closing desk")
    rules = _rules(file, datastore, table)
    fitting = [rule for rule in rules if _does(rule, action)]
    label = next((rule.category for rule in [*fitting, *rules] if rule.category), None)
    if label:
        return text(label, language)
    own = datastore == file.home and table == file.account.table
    return _("Your account") if own else _("Other data of your account")


def _does(rule: Rule, action: str) -> bool:
    if action == "delete":
        return rule.delete
    return bool(rule.keep) if action == "keep" else not rule.delete


def _rules(file: StoreFile, datastore: str, table: str) -> Sequence[Rule]:
    return file.map.get(datastore, {}).get(table, [])


def _backups_until(now: dt.datetime) -> str | None:
    days = current_store().file.closing.backups_kept_days
    return (now + dt.timedelta(days=days)).date().isoformat() if days else None


def _kept_until(now: dt.datetime) -> dt.datetime:
    """As long as what is said with a customer is kept."""
    return now + dt.timedelta(days=current_store().file.store.conversations_kept_days)
