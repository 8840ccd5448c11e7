"""Delete the files that erased rows named: after the database's commit, from the case file, until they are gone.

Databases and file stores cannot commit together, so the URLs stand in the case file before the first write. That a
deletion is about to be tried is written down too: a file that is not there afterwards was deleted by an earlier try.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pamitan.erasure.casefile import CaseFile, CaseFileShelf
from pamitan.erasure.namedfiles import NamedFile, State
from pamitan.erasure.receipt import FILE_NOT_THERE, FILE_SHARED, LATE, LATE_RECOVERED, RECOVERED, Receipt
from pamitan.stores.errors import StoreError
from pamitan.stores.files import delete, look_at

_NOTES: dict[State, str | None] = {
    "done": None,
    "missing": FILE_NOT_THERE,
    "recovered": RECOVERED,
    "shared": FILE_SHARED,
}
_LATE = {**_NOTES, "done": LATE, "recovered": LATE_RECOVERED}


def names_files(casefile: CaseFile) -> bool:
    """Whether any row of the person's named a file."""
    return any(case.files for case in casefile.datastores.values())


def unlink_files(casefile: CaseFile, casefiles: CaseFileShelf) -> str | None:
    """Delete what is pending; the reason why something is still there, if so."""
    if not any(file.is_pending for file in _files(casefile)):
        return None
    tried_before = {file.url for file in _files(casefile) if file.state == "tried"}
    _change(casefile, lambda file: replace(file, state="tried") if file.is_pending else file)
    casefiles.save(casefile.account_id, casefile)
    reasons: list[str] = []

    def deleted(file: NamedFile) -> NamedFile:
        if not file.is_pending:
            return file
        try:
            was_there = delete(file.url, file.folder)
        except StoreError as error:
            reasons.append(f"a file that a row of '{file.table}' named is still there: {error}")
            return file
        absent: State = "recovered" if file.url in tried_before else "missing"
        return replace(file, state="done" if was_there else absent)

    _change(casefile, deleted)
    casefiles.save(casefile.account_id, casefile)
    return reasons[0] if reasons else None


def file_receipts(casefile: CaseFile, late: bool = False) -> list[Receipt]:
    """What became of all files so far: of those that the erasure found, or of those that came late."""
    return _counted((place, file) for place, file in _placed(casefile) if not file.is_pending and file.late == late)


def expected(casefile: CaseFile) -> list[Receipt]:
    """What :func:`unlink_files` would do now: the files are looked at and left where they are."""
    return _counted((place, _looked_at(file)) for place, file in _placed(casefile))


def _looked_at(file: NamedFile) -> NamedFile:
    return replace(file, state="done" if look_at(file.url).available else "missing") if file.is_pending else file


def _counted(files: Iterable[tuple[str, NamedFile]]) -> list[Receipt]:
    counted = Counter((datastore, file.table, file.state, file.late) for datastore, file in files)
    return [
        Receipt(place, table, "keep" if state == "shared" else "unlink", count, (_LATE if late else _NOTES)[state])
        for (place, table, state, late), count in counted.items()
    ]


def still_there(casefile: CaseFile) -> bool:
    """Whether a file that was deleted is there again; it is pending then."""
    gone = ("done", "missing", "recovered")
    found = {file.url for file in _files(casefile) if file.state in gone and look_at(file.url).available}
    _change(casefile, lambda file: replace(file, state="planned", late=True) if file.url in found else file)
    return bool(found)


def _files(casefile: CaseFile) -> Iterator[NamedFile]:
    return (file for _place, file in _placed(casefile))


def _placed(casefile: CaseFile) -> Iterator[tuple[str, NamedFile]]:
    for datastore, case in casefile.datastores.items():
        yield from ((datastore, file) for file in case.files)


def _change(casefile: CaseFile, change: Callable[[NamedFile], NamedFile]) -> None:
    for case in casefile.datastores.values():
        case.files[:] = [change(file) for file in case.files]
