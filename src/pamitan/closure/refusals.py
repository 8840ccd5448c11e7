"""The legal grounds of a refusal, in the words that the customer reads."""

from __future__ import annotations

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from pamitan.closure.errors import TellsWho
from pamitan.closure.findings import tells_who

LAW_LIMIT = 120


class RefusalGround(models.TextChoices):
    """Why an account may stay although its holder wants it closed (docs/reference/holds.md names the laws)."""

    DUTY = "duty", _("A law obliges us to keep the whole account for now.")
    CLAIM = "claim", _("The data are needed to raise or to answer a legal claim.")
    HOLDER = "holder", _("We could not make sure that the request comes from the holder of the account.")
    EXCESS = "excess", _("The request is manifestly unfounded, or repeated without end.")


def ground_words(ground: RefusalGround, law: str, language: str) -> str:
    """What the mail says: the ground in the customer's language, with the article of the law as it was written.

    Raises ``TellsWho`` for an article that is empty, too long, or could name somebody.
    """
    article = law.strip()
    if not article or len(article) > LAW_LIMIT or tells_who(article):
        raise TellsWho
    with translation.override(language):
        return f"{ground.label} ({article})"
