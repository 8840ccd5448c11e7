"""Why a closure is stuck, in the operator's language.

The reasons are written down as the engine gives them, in English, since nobody knows then who will read them. Here are
all the sentences that it can give, as patterns: what fits one is told in the language of the page, with the names of
tables and columns as they are; a reason inside of a reason likewise. What fits none is shown as it was written.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("the store no longer has this account, and 'not found' is not 'erased'"),
    _(
        "our own database was restored from a backup, and the account has other particulars than when its "
        "closing was asked for; if it is the same person's, run: pamitan close --now"
    ),
    _("identifiers still stand in %(places)s"),
    _("unexpected fault: %(fault)s"),
    _("the store file no longer has the hook '%(hook)s', which has yet to hear of an erasure"),
    _("the key of this case file is lost; restore the keys folder from your backup"),
    _("the key of this closure's retained records is lost; restore the keys folder from your backup"),
    _(
        "%(rows)s rows whose key belongs to another row now, or that were changed too much to be known again; "
        "left alone"
    ),
    _("not found: the store has no such account, and no erasure of it was begun"),
    _("the account is not a customer by the store file (account.where, account.guests); staff are never erased"),
    _(
        "the id belongs to an account with other particulars than those written down when the erasure began; "
        "look at it, and close that account in a closure of its own if it is to go"
    ),
    _("there is no case file, so nothing can be verified; erase the account first"),
    _("another run is erasing one of these accounts; it is looked at again later"),
    _(
        "one account would touch %(rows)s rows, most of them in '%(table)s'; the guard allows %(limit)s. Check "
        "the links of that table, or raise guard.rows_per_account"
    ),
    _(
        "one account would touch %(rows)s rows of '%(table)s', more than %(percent)s %% of that table. Check its "
        "links, or raise guard.table_percent"
    ),
    _(
        "the schema of '%(datastore)s' is not the one that the store file was written for: %(changes)s; look at "
        "this, mend the store file where it holds something of a customer, %(mend)s"
    ),
    _(
        "the store file does not fit the schema of '%(datastore)s': %(reason)s; correct the store file, 'pamitan "
        "check' names every fault"
    ),
    _("the store file does not fit the schema of '%(datastore)s': %(reason)s"),
    _("in the data map of '%(datastore)s' '%(table)s' %(fault)s; %(mend)s"),
    _(
        "'%(table)s' has rows to keep and no key, so they could not be found again when their date comes; give "
        "the table a primary key"
    ),
    _(
        "the table '%(table)s' of '%(datastore)s' is kept by %(engine)s, which undoes nothing, so a rehearsal would "
        "erase for good; ALTER TABLE %(name)s ENGINE=InnoDB, or look at 'pamitan plan'"
    ),
    _(
        "'%(table)s' is system-versioned, so the database keeps what is erased there as history; ALTER TABLE "
        "%(name)s DROP SYSTEM VERSIONING, which lets the history go"
    ),
    _(
        "'%(table)s' has lost columns by which its retained rows are known again (%(columns)s); erase these rows "
        "by hand, or bring the columns back"
    ),
    _(
        "the account's row in '%(table)s' cannot be deleted, because rows that stay, kept by law or shared with "
        "another customer, point at it (%(children)s); detach them, or clear the columns of '%(table)s' instead "
        "of deleting its row"
    ),
    _(
        "rows of '%(table)s' are still there after their deletion: a trigger or rule of the database keeps them. "
        "Use clear and replace instead of delete, or let the trigger pass for Pamitan's user"
    ),
    _(
        "deleting rows of '%(table)s' would make the database delete rows of '%(child)s' as well, which the data "
        "map does not delete (ON DELETE %(action)s of %(columns)s); give '%(child)s' a rule that deletes or "
        "detaches these rows"
    ),
    _(
        "deleting rows of '%(table)s' would make the database change rows of '%(child)s' as well, which the data "
        "map does not change (ON DELETE %(action)s of %(columns)s); give '%(child)s' a rule that detaches these "
        "rows"
    ),
    _("a row of '%(table)s' names a file that is not to be touched: %(reason)s; correct or empty that value"),
    _("a file that a row of '%(table)s' named is still there: %(reason)s"),
    _("%(reason)s, while %(doing)s"),
    _("collecting the rows"),
    _("cutting circles of foreign keys in '%(table)s'"),
    _("checking the foreign keys after deleting rows of %(tables)s"),
    _("changing rows of '%(table)s'"),
    _("deleting rows of '%(table)s', which these point at: %(tables)s"),
    _("deleting rows of '%(table)s'"),
    _("checking the foreign keys"),
    _("%(place)s has no free connection; try again later"),
    _("%(place)s holds text that is not in its own character set"),
    _("%(place)s answers with error %(code)s"),
    _("%(place)s refuses the change at %(names)s (code %(code)s)"),
    _("%(place)s refuses the change (code %(code)s)"),
    _("%(place)s refuses the change: %(message)s"),
    _("%(place)s does not answer now (code %(code)s); try again later"),
    _("%(place)s cannot be opened; check that the file is there and may be read"),
    _("%(place)s cannot be used now (%(message)s); try again later"),
    _("%(place)s answers: %(message)s"),
    _("a value does not fit its column in %(place)s (%(fault)s)"),
    _("another transaction came in between in %(place)s; try again"),
    _("the %(kind)s database '%(name)s' at %(host)s"),
    _("the %(kind)s database '%(name)s'"),
    _("the hook for '%(event)s' has no usable url; mend it in the store file"),
    _("the hook for '%(event)s' does not answer (%(fault)s)"),
    _("the hook for '%(event)s' answers %(code)s; it is tried again later"),
    _("the hook for '%(event)s' answers %(code)s; look into the shop's log"),
    _("it is a folder; correct the name in the row or the url in the store file"),
    _("Pamitan may not delete it; give its user the right to"),
    _("files at '%(scheme)s://' cannot be deleted; take 'unlink' out"),
    _("it lies outside of the folder that the store file names, by a link; look at that link"),
    _("the store's files cannot be reached now (%(fault)s)"),
    _("the store's files cannot be read now (%(fault)s)"),
    _("the store's file broke off (%(fault)s)"),
    _("files at '%(scheme)s://' cannot be read: install the package that fsspec wants for it, or mend the url"),
    _("the library's value '%(name)s' of a row is no plain file name"),
    _("table '%(table)s' has no column '%(column)s' (did you mean '%(near)s'?)"),
    _("table '%(table)s' has no column '%(column)s'"),
    _("the database has no table '%(table)s' (did you mean '%(near)s'?)"),
    _("the database has no table '%(table)s'"),
    _("a link goes through '%(table)s', which the data map does not have; add it there"),
    _("'account.%(cell)s' can be linked to in the datastore '%(datastore)s' alone; link to account.id"),
    _("'account.%(cell)s' can be linked to in the datastore '%(datastore)s' alone"),
    _(
        "column '%(column)s' (%(type)s) is no text, so it never equals '%(text)s'; link a column of text, or "
        "leave the text around the braces out"
    ),
    _("column '%(column)s' (%(type)s) holds no time; name one that does"),
    _(
        "column '%(column)s' (%(type)s) holds no JSON, so '%(path)s' leads nowhere; name a column that holds "
        "JSON, or '%(name)s' alone"
    ),
    _("%(place)s is compared with '%(operand)s', which is no number; write a number"),
    _("account.lock: '%(path)s' holds an object or a list in this account's row; name one value"),
    _(
        "account.lock: '%(column)s' holds no JSON in this account's row, so '%(path)s' cannot be set; lock by a "
        "column, or mend the row"
    ),
    _("account.lock: there is no place for '%(path)s' in this account's row; lock by a column"),
    _(
        "account.lock: the prefix does not fit into '%(column)s' (%(length)s characters); take a shorter one, or "
        "lock by a flag"
    ),
    _("account.lock: %(reason)s"),
    _("table '%(table)s': %(reason)s"),
    _("column '%(column)s' %(fault)s"),
)
"""The first that fits counts, so the closer one stands before the wider one."""

_SLOT = re.compile(r"%\((\w+)\)s")
_SHAPES = {
    "place": r"the \w+ database '[^']*'(?: at \S+)?|\S+",
    "doing": r"(?:collecting|changing|deleting|cutting|checking) .+",
    "rows": r"\d+",
    "host": r"\S+",
}
"""What may stand in a slot of that name; in the others anything may."""


def in_words(reason: str) -> str:
    """The reason in the active language."""
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(reason)
        if found:
            return gettext(sentence) % {name: in_words(value) for name, value in found.groupdict().items()}
    return reason


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sentence, re.compile(_pattern(sentence), re.DOTALL)) for sentence in SENTENCES)


def _pattern(sentence: str) -> str:
    """The sentence as a regular expression with a named group for each slot; what comes again must be the same."""
    texts, names = _SLOT.split(sentence)[::2], _SLOT.findall(sentence)
    slots = [
        f"(?P={name})" if name in names[:number] else f"(?P<{name}>{_SHAPES.get(name, '.+?')})"
        for number, name in enumerate(names)
    ]
    fixed = [re.escape(text.replace("%%", "%")) for text in texts]
    return "".join(text + slot for text, slot in zip(fixed, [*slots, ""], strict=True))
