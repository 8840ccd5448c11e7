"""The help centre: short, honest articles that everybody may read."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pamitan.closure.clock import clock
from pamitan.closure.consequences import erased_categories, kept_records
from pamitan.closure.store import current_store
from pamitan.conversation import articles, finding, service, topics
from pamitan.conversation.waiting import opening_hours
from pamitan.storefile.model import StoreFile


@require_safe
def help_centre(request: HttpRequest) -> HttpResponse:
    """All articles, or with ``?q=`` those that speak of these words."""
    query = request.GET.get("q", "").strip()[: finding.LONGEST_QUERY]
    listed = articles.listed(current_store().file)
    found = finding.find(query, listed) if query else listed
    context = {"articles": found, "query": query, "closing_first": bool(query and found and found[0].slug == "close")}
    return render(request, "conversation/help_centre.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    found = articles.article(slug)
    if found is None:
        raise Http404
    file = current_store().file
    others = [other for other in articles.listed(file) if other != found]
    return render(request, found.template, {"article": found, "others": others, **_facts(file), **_people(found, file)})


def _facts(file: StoreFile) -> dict[str, Any]:
    """What the articles say of this store."""
    return {
        "rules": file.closing,
        "erased": erased_categories(file),
        "kept": kept_records(file, clock().now().date()),
        "may_have_orders": bool(file.orders),
        "can_cancel": any(kind.cancel for kind in file.orders),
        "shelves": [shelf.label for shelf in file.library],
    }


def _people(found: articles.Article, file: StoreFile) -> dict[str, Any]:
    """The ways to a person, with what the article is about chosen already."""
    tree = topics.tree(file.contact)
    return {
        "path": found.contact(tree),
        "changes": topics.follow(tree, ("account", "update", "details")),
        "channels": service.waiting_times(),
        "hours": opening_hours().by_day(),
    }
