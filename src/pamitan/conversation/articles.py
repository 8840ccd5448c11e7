"""The help centre's articles: what they are called, whom they lead to, and in which template their words are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pamitan.conversation import topics
from pamitan.storefile.model import StoreFile


@dataclass(frozen=True)
class Article:
    """One page of help. Its words are in ``conversation/help/SLUG.html``."""

    slug: str
    title: str | Promise
    summary: str | Promise
    about: tuple[str, ...] = ()
    """Area, topic and detail of what a reader would write to us about; empty is the closing of the account."""
    fits: Callable[[StoreFile], bool] = lambda file: True
    """Whether such a store has what the article is about; else it is not listed."""

    @property
    def template(self) -> str:
        return f"conversation/help/{self.slug}.html"

    def contact(self, tree: tuple[topics.Option, ...]) -> topics.Path:
        """What is chosen already when a reader of this article contacts us."""
        return topics.follow(tree, self.about) if self.about else topics.closing_path(tree)


ARTICLES = (
    Article("close", _("Close my account"), _("Step by step, by yourself, in about 3 minutes.")),
    Article(
        "manage",
        _("Manage my account"),
        _("See how a request stands, undo it, change something."),
        ("account", "update"),
    ),
    Article(
        "what-closing-means",
        _("What closing means"),
        _("What is erased, what is kept by law, and what does not come back."),
    ),
    Article(
        "cancel-order",
        _("Cancel an order"),
        _("Before it is on its way, without closing the account."),
        ("orders", "cancel"),
        lambda file: bool(file.orders),
    ),
    Article(
        "save-e-books",
        _("Save your e-books"),
        _("Keep what you have bought, on your computer or phone."),
        ("digital", "save"),
        lambda file: bool(file.library),
    ),
    Article(
        "start-again",
        _("Start again with another address"),
        _("If you want to come back one day."),
        ("account", "update", "details"),
    ),
)


def article(slug: str) -> Article | None:
    """The article of that name, if there is one."""
    return next((found for found in ARTICLES if found.slug == slug), None)


def listed(file: StoreFile) -> list[Article]:
    """The articles that say something about such a store, in their order."""
    return [found for found in ARTICLES if found.fits(file)]
