"""What a customer sent, for operators: as a download, never opened in the page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from pamitan.conversation.attachments import download
from pamitan.conversation.models import Conversation
from pamitan.desk.door import serving


@serving
@require_safe
def file(request: HttpRequest, reference: str, attachment: UUID) -> HttpResponseBase:
    """One file of the conversation."""
    return download(get_object_or_404(Conversation, reference=reference), attachment)
