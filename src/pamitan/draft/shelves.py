"""Candidates for the balances and the library of a store file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pamitan.draft.flow import flow
from pamitan.survey.survey import Survey
from pamitan.survey.words import spelt

_BALANCE = re.compile(
    r"_(credit|credits|reward|rewards|points?|wallet|balance|saldo|poin|punti|store_credit|loyalty|cashback)_"
)
_AMOUNT = re.compile(r"^_(amount|balance|points?|credit|value|saldo|poin|punti|jumlah)_$")
_DIGITAL = re.compile(
    r"_(download|downloads|downloadable|e_?book|ebooks|license|licence|licenses|gift_card|giftcard|gift_cards|media_file|purchase_link)_"
)
_DIGITAL_COLUMN = re.compile(
    r"_(is_digital|digital|downloadable|is_downloadable|requires_shipping|download_url|file_path|license_key)_"
)


def balance_lines(survey: Survey) -> Iterator[str]:
    """The section of balances, where there are candidates."""
    found = []
    for name, ties in survey.ties.items():
        table = survey.schema.table(name)
        numbers = [
            c
            for c, column in table.columns.items()
            if column.kind in ("integer", "decimal", "float") and _AMOUNT.match(spelt(c))
        ]
        direct = [
            tie
            for tie in ties
            if tie.owns and tie.targets == {"account"} and not tie.where and tie.how in ("foreign key", "overlap")
        ]
        if numbers and direct and _BALANCE.search(spelt(name)):
            unit = "points" if re.search(r"_(points?|reward|rewards|poin|punti|loyalty)_", spelt(name)) else "money"
            entry = {
                "label": name,
                "table": name,
                "link": {"on": dict(direct[0].on)},
                "amount": numbers[0],
                "unit": unit,
            }
            found.append(f"  - {flow(entry)}  # ? are these what the customer would lose?")
    if found:
        yield "balances:"
        yield from found


def library_lines(survey: Survey) -> Iterator[str]:
    """Where digital purchases may be, as comments: which file belongs to which is not to be guessed."""
    found = []
    for name, table in survey.schema.tables.items():
        columns = [column for column in table.columns if _DIGITAL_COLUMN.search(spelt(column))]
        if _DIGITAL.search(spelt(name)) or columns:
            tied = "tied to the account" if survey.is_tied(name) else "not tied to the account itself"
            found.append(f"#   {name}{' (' + ', '.join(columns) + ')' if columns else ''}: {tied}")
    if found:
        yield "# ? Are there digital purchases to save? Candidates for 'library':"
        yield from found
