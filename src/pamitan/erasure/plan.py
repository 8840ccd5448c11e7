"""The dry run: what an erasure would do to which rows. Collects and counts as the erasure does, and writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pamitan.erasure.casefile import CaseFile
from pamitan.erasure.errors import GuardTripped, NotErasable
from pamitan.erasure.fit import require_sections
from pamitan.erasure.look import look
from pamitan.erasure.people import reason_against
from pamitan.erasure.receipt import FILE_SHARED, Receipt
from pamitan.erasure.settle import Receipts, Settlement
from pamitan.storefile.rules import Action
from pamitan.stores.engine import reading
from pamitan.stores.keys import collect
from pamitan.stores.store import Store
from pamitan.stores.types import Subject


@dataclass
class Plan:
    """What would happen. ``objections``: why it would not, for an account or (key ``""``) for all of them."""

    per_account: Receipts = field(default_factory=dict)
    objections: dict[str, str] = field(default_factory=dict)


def plan(store: Store, subjects: Sequence[Subject]) -> Plan:
    """The receipts that :func:`pamitan.erasure.execute.erase` would give now.

    Constraints of the database speak up only at a real write. Raises as ``erase`` does.
    """
    result = Plan()
    for datastore in store.file.datastores:
        require_sections(store, datastore)
    seen = look(store, subjects, _NoShelf())
    fates, people = seen.fates, seen.people
    for account, person in people.items():
        reason = reason_against(person, survives=True)
        if reason:
            result.objections[account] = reason
        else:
            result.per_account[account] = []
    vetted = [people[account].vetted for account in result.per_account]
    for datastore in fates:
        schema = store.schema(datastore)
        with (
            reading(store.engine(datastore)) as connection,
            collect(connection, schema, store.file, datastore, vetted, store.clock.now(), lookup=store.who_are) as keys,
        ):
            _count(Settlement(store.file, datastore, schema, fates[datastore], connection, keys), result)
    return result


def _count(settlement: Settlement, result: Plan) -> None:
    receipts = settlement.receipts()
    for account, done in receipts.items():
        result.per_account[account] += done
    try:
        settlement.check_guard(receipts)
        _count_files(settlement, result)
    except (GuardTripped, NotErasable) as error:
        result.objections |= dict.fromkeys(error.accounts, str(error))


def _count_files(settlement: Settlement, result: Plan) -> None:
    counted = Counter((account, file.table, file.state == "shared") for account, file in settlement.files())
    for (account, table, stays), files in counted.items():
        action: Action = "keep" if stays else "unlink"
        receipt = Receipt(settlement.datastore, table, action, files, FILE_SHARED if stays else None)
        result.per_account[account].append(receipt)


class _NoShelf:
    """A dry run leaves no case file."""

    def load(self, account_id: str) -> CaseFile | None:
        return None

    def save(self, account_id: str, casefile: CaseFile) -> None:
        raise NotErasable("a dry run writes nothing down")
