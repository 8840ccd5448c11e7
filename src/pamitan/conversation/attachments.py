"""Files in a conversation: outside of what is served, handed out as downloads to operators and its customer alone."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404

from pamitan.channels.files import LARGEST_FILE, File, stored_path, welcome
from pamitan.conversation.errors import ConversationError, Refusal
from pamitan.conversation.models import Attachment, Conversation, Message

MOST_SENT = 5
LARGEST_SENT = 15 * 1024 * 1024
"""Bytes of all files of one answer: encoded for mailing, what most mail servers take."""
ORPHAN_AFTER = dt.timedelta(hours=1)


def taken(uploads: Iterable[UploadedFile[bytes]]) -> tuple[File, ...]:
    """What an operator sends along, looked at as what customers send. Raises :class:`ConversationError`."""
    found = list(uploads)
    together = sum(upload.size or 0 for upload in found)
    if len(found) > MOST_SENT or together > LARGEST_SENT or any((one.size or 0) > LARGEST_FILE for one in found):
        raise ConversationError(Refusal.BAD_FILE)
    files = [welcome(upload.name or "", upload.read()) for upload in found if upload.size]
    if None in files or len(files) < len(found):
        raise ConversationError(Refusal.BAD_FILE)
    return tuple(file for file in files if file)


def attach(message: Message, files: Iterable[File]) -> None:
    """Keep the files with the message. Where the transaction fails, :func:`remove_left` takes them away."""
    for file in files:
        row = Attachment(message=message, name=file.name, content_type=file.content_type, size=len(file.content))
        _write(stored_path(row.stored), file.content)
        row.save(force_insert=True)
        message.file_count += 1
    if message.file_count:
        message.save(update_fields=["file_count"])


def download(conversation: Conversation, attachment_id: UUID) -> FileResponse:
    """The file, to be saved and never shown in the page. The caller has made sure who may read the conversation."""
    row = Attachment.objects.filter(pk=attachment_id, message__conversation=conversation).first()
    if row is None:
        raise Http404
    try:
        content = stored_path(row.stored).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=row.name, content_type=row.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


def remove_with(conversations: Iterable[Conversation]) -> int:
    """Remove the files of conversations that are being deleted, once that is certain. How many there are."""
    rows = Attachment.objects.filter(message__conversation__in=[conversation.pk for conversation in conversations])
    stored = list(rows.values_list("stored", flat=True))
    transaction.on_commit(lambda: _remove(stored))
    return len(stored)


def remove_left(now: dt.datetime) -> int:
    """Remove files that no row knows: a crash came between the two. How many there were."""
    folder = Path(settings.PAMITAN_ATTACHMENTS)
    old = [path for path in folder.iterdir() if path.stat().st_mtime < (now - ORPHAN_AFTER).timestamp()]
    known = {stored.hex for stored in Attachment.objects.values_list("stored", flat=True)} if old else set()
    left = [path for path in old if path.name not in known]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _remove(stored: Iterable[UUID]) -> None:
    for name in stored:
        stored_path(name).unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
