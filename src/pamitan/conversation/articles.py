"""The help centre's articles: what they are called, and in which template their words are."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Article:
    """One page of help. Its words are in ``conversation/help/SLUG.html``."""

    slug: str
    title: str | Promise
    summary: str | Promise

    @property
    def template(self) -> str:
        return f"conversation/help/{self.slug}.html"


ARTICLES = (
    Article("close", _("Close my account"), _("Step by step, by yourself, in about 3 minutes.")),
    Article(
        "what-closing-means",
        _("What closing means"),
        _("What is erased, what is kept by law, and what does not come back."),
    ),
    Article("cancel-order", _("Cancel an order"), _("Before it is on its way, without closing the account.")),
    Article("save-e-books", _("Save your e-books"), _("Keep what you have bought, on your computer or phone.")),
    Article("start-again", _("Start again with another address"), _("If you want to come back one day.")),
)


def article(slug: str) -> Article | None:
    """The article of that name, if there is one."""
    return next((found for found in ARTICLES if found.slug == slug), None)
