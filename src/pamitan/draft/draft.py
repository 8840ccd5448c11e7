"""From a database's URL to a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pamitan.draft.findings import Finding, findings
from pamitan.draft.natures import Proposal, proposals
from pamitan.draft.states import Orders, order_tables
from pamitan.draft.text import draft_text
from pamitan.stores.sampling import sampling
from pamitan.survey.survey import Survey, survey


@dataclass(frozen=True)
class Draft:
    """A first store file, and what it was made of."""

    survey: Survey
    proposals: dict[str, Proposal]
    orders: Sequence[Orders]
    findings: Sequence[Finding]
    text: str


def draft(url: str, country: str = "ID", account_table: str | None = None) -> Draft:
    """Look at a sample of the database and propose a store file. Writes nothing.

    Raises :class:`pamitan.survey.survey.AccountTableError`, :class:`pamitan.stores.errors.StoreUnavailable` and
    :class:`pamitan.stores.errors.StoreMismatch`.
    """
    with sampling(url) as sampler:
        found = survey(sampler, country, account_table)
        proposed, orders = proposals(found), order_tables(found)
        text = draft_text(found, proposed, orders, url, country)
        return Draft(found, proposed, orders, list(findings(found, proposed, orders)), text)
