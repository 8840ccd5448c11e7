"""Every reason for which a closure can be stuck is told in the operator's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from pamitan.closure.reasons import SENTENCES, in_words
from pamitan.closure.restored import ANOTHER, GONE
from pamitan.closure.retention import REPLACED
from pamitan.erasure import people, verify

PACKAGE = Path(people.__file__).parents[1]
ROOMS = ("erasure", "stores", "closure")
ERRORS = {
    "ErasureError", "MapMismatch", "GuardTripped", "NotErasable", "CaseFileLost", "RetentionLost", "StoreError",
    "StoreUnavailable", "StoreConflict", "StoreMismatch", "StoreRefused", "HookDisagrees",
}  # fmt: skip
NEVER_OF_A_CLOSURE = {
    "plan.py": "a dry run",
    "engine.py": "a url of the store file, refused at the start",
    "schemalock.py": "the command check",
    "passwords.py": "signing in",
    "pending.py": "cancelling an order",
}
CONSTANTS = [
    GONE,
    ANOTHER,
    f"3 {REPLACED}",
    people.NOT_FOUND,
    people.NOT_A_CUSTOMER,
    people.ANOTHER,
    verify.NO_CASE_FILE,
]
SAMPLES = {
    "place": "the postgresql database 'shop' at db.example:5432",
    "doing": "deleting rows of 'orders'",
    "rows": "7",
    "host": "db.example",
}
SLOTS = {
    "progress.doing": SAMPLES["doing"],
    "does": "delete",
    "rule": "deletes or detaches",
    "mend": "",
    "more": "",
    "' at ' + named if named else ''": "",
}
"""What stands in a brace of these words; in the others a 7."""


def drawn() -> Iterator[tuple[str, str]]:
    """(file and line, sentence) of each error that is drawn there in words of its own."""
    for path in sorted(path for room in ROOMS for path in (PACKAGE / room).glob("*.py")):
        if path.name in NEVER_OF_A_CLOSURE:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
                sentence = spoken(node.args[0])
                if len(re.findall(r"[a-z]{3,}", sentence)) > 2:  # else it only says where another reason stands
                    yield f"{path.parent.name}/{path.name}:{node.lineno}", sentence


def spoken(node: ast.expr) -> str:
    """The words, with something in each brace; empty where they are put together elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else filled(part) for part in node.values)
    return ""


def filled(part: ast.expr) -> str:
    words = ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else ""
    if words.startswith("_place("):
        return SAMPLES["place"]
    if words in SLOTS:
        return SLOTS[words]
    return "" if words.startswith("near_miss(") else "7"


DRAWN = list(drawn())


def test_the_errors_are_found() -> None:
    assert len(DRAWN) > 40


@pytest.mark.parametrize(("where", "sentence"), DRAWN, ids=[where.rpartition(":")[0] for where, _ in DRAWN])
def test_what_the_engine_says_is_known(where: str, sentence: str) -> None:
    with translation.override("it"):
        assert in_words(sentence) != sentence, f"{where}: add this sentence to closure/reasons.py: {sentence}"


@pytest.mark.parametrize("sentence", CONSTANTS)
@pytest.mark.parametrize("language", ["id", "it"])
def test_each_fixed_sentence_is_translated(sentence: str, language: str) -> None:
    with translation.override(language):
        assert in_words(sentence) != sentence


@pytest.mark.parametrize("sentence", SENTENCES)
def test_in_english_nothing_is_changed_and_nothing_lost(sentence: str) -> None:
    reason = re.sub(r"%\((\w+)\)s", lambda slot: SAMPLES.get(slot[1], f"the {slot[1]}"), sentence).replace("%%", "%")
    with translation.override("en"):
        assert in_words(reason) == reason
    with translation.override("it"):
        told = in_words(reason)
    assert told != reason or sentence == "account.lock: %(reason)s"
    for slot in re.findall(r"%\((\w+)\)s", sentence):
        assert slot in SAMPLES or f"the {slot}" in told


def test_a_reason_inside_of_a_reason_is_told_as_well() -> None:
    reason = (
        "the postgresql database 'shop' at db.example refuses the change at 'orders' (code 23503), "
        "while deleting rows of 'customer', which these point at: orders (customer_id)"
    )
    with translation.override("it"):
        assert in_words(reason) == (
            "la banca dati postgresql «shop» su db.example rifiuta la modifica a 'orders' (codice 23503), mentre si "
            "stava: cancellando righe di «customer», a cui puntano: orders (customer_id)"
        )


def test_what_is_not_known_is_shown_as_it_was_written() -> None:
    with translation.override("id"):
        assert in_words("something that a later version says") == "something that a later version says"
        assert in_words("") == ""
