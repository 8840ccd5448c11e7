"""The addresses of the downloads."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pamitan.closure import service
from pamitan.closure.states import State
from pamitan.closure.store import current_store
from pamitan.portal import downloads, session
from pamitan.portal.errors import gone


@require_GET
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """One purchase. After the closing its address answers 410, whoever asks."""
    named = downloads.named(token)
    if named is None:
        raise Http404
    account_id, item_key = named
    if _closed(account_id):
        return gone(request)
    return _send(request, account_id=account_id, item_key=item_key)


@require_GET
@session.customer_required
def download_all(request: HttpRequest) -> HttpResponseBase:
    """Everything, in one archive."""
    account_id = session.account_of(request)
    if _closed(account_id):
        return gone(request)
    name = slugify(current_store().file.store.name) or "purchases"
    return _attachment(downloads.archive(account_id, session.proven(request)), f"{name}.zip", "application/zip")


@session.customer_required
def _send(request: HttpRequest, account_id: str, item_key: str) -> HttpResponseBase:
    if account_id != session.account_of(request):
        raise Http404
    try:
        item, content = downloads.open_one(account_id, item_key, session.proven(request))
    except KeyError:
        raise Http404 from None
    except FileNotFoundError:
        session.say(request, _("The store no longer has this file."))
        return redirect("portal:close")
    kind = mimetypes.guess_type(item.filename)[0] or "application/octet-stream"
    response = _attachment(content, item.filename, kind)
    if item.size is not None:
        response.headers["Content-Length"] = str(item.size)
    return response


def _attachment(content: Iterator[bytes], filename: str, kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    return response


def _closed(account_id: str) -> bool:
    """The account is gone, or past the point of no return."""
    closure = service.open_closure_for(account_id)
    return (closure is not None and closure.state == State.ERASING) or current_store().account(account_id) is None
