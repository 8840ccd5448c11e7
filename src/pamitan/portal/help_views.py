"""The help centre: short, honest articles that everybody may read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pamitan.closure.clock import clock
from pamitan.closure.consequences import erased_categories, kept_records
from pamitan.closure.store import current_store
from pamitan.conversation import articles, finding


@require_safe
def help_centre(request: HttpRequest) -> HttpResponse:
    """All articles, or with ``?q=`` those that speak of these words."""
    query = request.GET.get("q", "").strip()[: finding.LONGEST_QUERY]
    found = finding.find(query) if query else list(articles.ARTICLES)
    context = {"articles": found, "query": query, "closing_first": bool(query and found and found[0].slug == "close")}
    return render(request, "conversation/help_centre.html", context)


@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    """Manage my account: what one can do oneself, then the way to a person."""
    return render(request, "conversation/manage.html")


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    found = articles.article(slug)
    if found is None:
        raise Http404
    file = current_store().file
    context = {
        "article": found,
        "rules": file.closing,
        "erased": erased_categories(file),
        "kept": kept_records(file, clock().now().date()),
        "others": [other for other in articles.ARTICLES if other != found],
    }
    return render(request, found.template, context)
