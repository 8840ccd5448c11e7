"""The text of a draft: YAML that loads, each proposal with its reason and confidence, the doubts at the top."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pamitan.draft.account import account_lines, has_guests
from pamitan.draft.doubts import doubts
from pamitan.draft.flow import flow
from pamitan.draft.links import in_words, link_of
from pamitan.draft.natures import Proposal, is_persons_own
from pamitan.draft.parts import parts
from pamitan.draft.seen import seen_lines
from pamitan.draft.shelves import balance_lines, library_lines
from pamitan.draft.states import Orders
from pamitan.storefile.rules import Kind as FileKind
from pamitan.stores.sampling import without_password
from pamitan.survey.found import Personal
from pamitan.survey.pairs import key_value_columns
from pamitan.survey.survey import Survey
from pamitan.survey.words import is_staff, spelt

MARK = "# ?"
"""Stands behind whatever the reviewer is asked to decide."""
TO_DECIDE = "TODO"
"""Stands in a text that the reviewer has to write."""
_FILE_KINDS: dict[str, FileKind] = {"email": "email", "phone": "phone", "name": "name", "address": "address"}
_OTHERS = {"ip address", "user agent", "card or bank number", "identity number", "birth date", "location", "person"}


_TOWN = re.compile(
    r"_(city|town|kota|citta|ville|ciudad|stadt|state|region|zone|province|provinsi|provincia|county|district|postcode|"
    r"post_code|zip|zip_code|postal_code|postal|kode_pos|cap|plz|kecamatan|kelurahan|kabupaten|suburb)_"
)
"""Shared by so many that looking for it afterwards would find everybody."""


def draft_text(
    survey: Survey, proposals: Mapping[str, Proposal], orders: Sequence[Orders], url: str, country: str
) -> str:
    """The whole file."""
    sections = [
        _head(survey, proposals, orders, url),
        _store(url, country),
        _account(survey),
        _orders(survey, orders),
        balance_lines(survey),
        library_lines(survey),
        _map(survey, proposals),
        _ignore(survey, proposals),
        seen_lines(survey, orders),
    ]
    return "\n".join("\n".join(lines) + "\n" for section in sections if (lines := list(section)))


def _head(survey: Survey, proposals: Mapping[str, Proposal], orders: Sequence[Orders], url: str) -> Iterator[str]:
    yield f"# A draft store file for {without_password(url)},"
    yield "# made from samples by 'pamitan map'; nothing was written there. Behind each place stand what it holds, the"
    yield f"# confidence and the reason. What is marked '{MARK}' or reads {TO_DECIDE} is a question: decide, then take"
    yield "# the mark away; 'pamitan check' names what is left to decide."
    found = list(doubts(survey, proposals, orders))
    if found:
        yield "#"
        yield "# Doubts first:"
        yield from (f"#  {number}. {_one_line(doubt)}" for number, doubt in enumerate(found, 1))


def _store(url: str, country: str) -> Iterator[str]:
    yield "version: 1"
    yield "store:"
    yield f"  name: My store  {MARK} as customers know it"
    yield f"  email: desk@store.example  {MARK} sends the mails and receives the answers"
    yield f"  country: {country}  {MARK} how phone numbers without a country code are read"
    yield "datastores:"
    yield "  # Give the password in the environment: STORE_URL is taken where it is set"
    yield f"  main: {{url: {flow_raw('${STORE_URL:-' + without_password(url) + '}')}}}"


def flow_raw(text: str) -> str:
    """A text with variables of the environment left as they are."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _account(survey: Survey) -> Iterator[str]:
    yield "account:"
    for key, value, comment in account_lines(survey):
        yield f"  {key}: {flow(value)}{_comment(comment)}"


def _comment(comment: str) -> str:
    return f"  # {_one_line(comment)}" if comment else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _orders(survey: Survey, orders: Sequence[Orders]) -> Iterator[str]:
    described = [one for one in orders if one.states]
    for section, kinds in (("orders", ("order", "return")), ("subscriptions", ("subscription",))):
        some = [one for one in described if one.kind in kinds]
        if some:
            yield f"{section}:"
            for one in some:
                yield from _order(survey, one)


def _order(survey: Survey, one: Orders) -> Iterator[str]:
    table = one.table
    how = "rows" if one.is_counted else "rows in the sample"
    yield f"  # {MARK[2:]} Which states of {table.name}.{one.state} are open, that is, is anything still to come?"
    yield from (
        f"  #     {_one_line(state.name)}: {state.rows} {how}, sounds {'finished' if state.sounds_finished else 'open'}"
        for state in one.states
    )
    yield f"  - table: {flow(table.name)}"
    yield f"    kind: {one.kind}"
    yield f"    id: {flow(table.primary_key[0] if table.primary_key else next(iter(table.columns)))}"
    if one.where:
        yield f"    where: {flow(dict(one.where))}"
    for key, pattern in (
        ("number", r"^_(number|no|order_(number|no)|reference|code|increment_id|name)_$"),
        (
            "date",
            r"^_(date_placed|placed_at|date_added|date_add|order_date_time|ordered_at|order_date|created_at|created|date|post_date|tanggal)_$",
        ),
        (
            "total",
            r"^_(total|grand_total|total_incl_tax|amount|total_price|order_total|total_amount|total_paid|amount_total|totale)_$",
        ),
        ("currency", r"^_(currency|currency_code|mata_uang|valuta)_$"),
    ):
        column = next((name for name in table.columns if re.search(pattern, spelt(name))), None)
        if column:
            yield f"    {key}: {flow(column)}"
    yield f"    status: {flow(_status(one))}"
    yield f"    open: {flow(_open(one))}  {MARK}"


def _status(one: Orders) -> Any:
    if one.looked_up is None:
        return one.state
    name, key, label = one.looked_up
    return {"table": name, "on": {key: one.state}, "column": label}


def _open(one: Orders) -> dict[str, Any]:
    return {str(one.state): [state.value for state in one.states if not state.sounds_finished]}


def _map(survey: Survey, proposals: Mapping[str, Proposal]) -> Iterator[str]:
    yield "map:"
    yield "  main:"
    for proposal in proposals.values():
        if not proposal.is_empty:
            yield from table_lines(survey, proposal)


def table_lines(survey: Survey, proposal: Proposal, note: str = "") -> Iterator[str]:
    """One table of the map: what is told of it as comments, then its rule."""
    sample, name = survey.samples[proposal.table.name], proposal.table.name
    rows = f"{sample.rows} rows" if sample.is_whole else f"about {sample.rows} rows"
    yield f"    # {name}: {rows}"
    for tie in proposal.ties:
        yield f"    #   {_one_line(in_words(tie))} ({tie.how}, {tie.confidence:.2f}): {_one_line(tie.reason)}"
    for one in proposal.personal:
        yield f"    #   {_told(one)}"
    for doubt in proposal.doubts:
        yield f"    #   {MARK[2:]} {_one_line(doubt)}"
    yield f"    {flow(name)}:{note}"
    yield from _rules(survey, proposal)


def _rules(survey: Survey, proposal: Proposal) -> Iterator[str]:
    """One rule, or a list of them: see :func:`pamitan.draft.parts.parts`."""
    rules = [list(_rule(survey, part)) for part in parts(proposal)]
    if len(rules) == 1:
        yield from rules[0]
        return
    for first, *more in rules:
        yield f"      - {first.strip()}"
        yield from (f"  {line}" for line in more)


def _told(one: Personal) -> str:
    where = f"{one.place.cell}" + (f" where the key is {one.place.key}" if one.place.key is not None else "")
    doubt = f"  {MARK} redact it?" if one.confidence < 0.5 else ""
    return (
        _one_line(
            f"{where}: {one.kind} ({one.confidence:.2f}): {one.reason}{', a derived copy' if one.derived else ''}"
        )
        + doubt
    )


def _rule(survey: Survey, proposal: Proposal) -> Iterator[str]:
    links = _links(survey, proposal)
    doubtful = any(tie.confidence < 0.7 for tie in proposal.ties)
    yield f"      link:{f'  {MARK}' if doubtful else ''}"
    yield from (f"        - {flow(link)}" for link in links)
    if proposal.keys:
        yield f"      where: {flow(_only_keys(survey, proposal))}"
    if proposal.delete:
        yield f"      delete: true  {MARK}" if proposal.nature == "own" and proposal.doubts else "      delete: true"
    yield from _changes(proposal)
    yield from _keep(proposal)
    personal = dict(_personal(proposal))
    if personal:
        yield f"      personal: {flow(personal)}"


def _links(survey: Survey, proposal: Proposal) -> list[dict[str, Any]]:
    if proposal.nature == "account":
        guests = [{"email": survey.account.email.cell}] if survey.account.email and has_guests(survey) else []
        return [{"on": {survey.account.id: "account.id"}}, *guests, *(link_of(tie) for tie in proposal.ties)]
    return [_of_guests_too(survey, link_of(tie)) for tie in proposal.ties]


def _of_guests_too(survey: Survey, link: dict[str, Any]) -> dict[str, Any]:
    """What hangs on rows of guests hangs on the table, not on the one account."""
    if "on" not in link or not has_guests(survey):
        return link
    account = survey.account
    names = {cell: re.sub(r"^account\.", f"{account.table}.", target) for cell, target in link["on"].items()}
    table = f"{account.table}."
    on = {cell: f"{table}{account.id}" if name == f"{table}id" else name for cell, name in names.items()}
    return {**link, "on": on}


def _only_keys(survey: Survey, proposal: Proposal) -> dict[str, Any]:
    pair = key_value_columns(survey.reading, proposal.table)
    return {pair[0]: proposal.keys} if pair else {}


def _changes(proposal: Proposal) -> Iterator[str]:
    if proposal.clear:
        yield f"      clear: {flow(proposal.clear)}"
    if proposal.replace:
        yield f"      replace: {flow(proposal.replace)}"
    if proposal.scrub:
        yield f"      scrub: {flow(proposal.scrub)}"
    if proposal.redact:
        yield f"      redact: {flow(proposal.redact)}"
    if proposal.detach:
        to_nobody = all(value is None for value in proposal.detach.values())
        yield f"      detach: {flow(list(proposal.detach) if to_nobody else proposal.detach)}"


def _keep(proposal: Proposal) -> Iterator[str]:
    if proposal.keep:
        until = {"column": proposal.kept_until, "years": 10} if proposal.kept_until else {"years": 10}
        yield "      keep:"
        yield f'        law: "{TO_DECIDE}: the law and its article"  {MARK}'
        yield f'        reason: "{TO_DECIDE}: why it must be kept, in plain words"  {MARK}'
        yield f"        until: {flow(until)}  {MARK}"
        yield f"        columns: {flow(proposal.keep)}"
    elif (
        proposal.nature == "books"
        and proposal.clear
        and re.search(r"_(order|orders|payment|pesanan|ordine)_", spelt(proposal.table.name))
    ):
        yield f"      {MARK} does a law ask to keep any of these? Then add:"
        yield "      #   keep: {law: …, reason: …, until: {years: 10}, columns: […]}"


def _personal(proposal: Proposal) -> Iterator[tuple[str, str]]:
    for one in proposal.personal if proposal.nature != "mention" else ():
        is_anothers = one.place.column in proposal.others
        if one.confidence >= 0.5 and not (one.place.path or one.inside or is_anothers) and one.place.key is None:
            if one.kind in _FILE_KINDS and not (one.kind == "address" and _TOWN.search(spelt(one.place.column))):
                yield one.place.column, _FILE_KINDS[one.kind]
            elif one.kind in _OTHERS:
                yield one.place.column, "other"


def _ignore(survey: Survey, proposals: Mapping[str, Proposal]) -> Iterator[str]:
    entries = dict(ignored(survey, proposals))
    if entries:
        yield "ignore:"
        yield "  main:"
        yield from (f"    {flow(name)}: {flow(reason)}{mark}" for name, (reason, mark) in entries.items())


def ignored(survey: Survey, proposals: Mapping[str, Proposal]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The tables that nothing is proposed for, with the reason; doubtful ones are left out, for check to name."""
    doubtful = {tie.table for tie in survey.doubtful}
    for name in survey.schema.tables:
        if name in proposals:
            if proposals[name].is_empty:
                yield name, ("hangs on a customer's rows; nothing personal in the sample", f"  {MARK}")
        elif name in survey.reading.other_people or (is_staff(name) and name not in survey.personal):
            yield name, ("people of the shop or its suppliers, who are no customers", f"  {MARK}")
        elif name not in survey.personal and name not in doubtful and not survey.samples[name].is_refused:
            empty = survey.samples[name].rows == 0
            doubt = f"  {MARK}" if is_persons_own(name) and not empty else ""
            yield name, ("empty when it was looked at" if empty else "nothing of a customer in the sample", doubt)
