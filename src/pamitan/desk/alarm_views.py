"""What the desk's open pages ask for in the background: how many wait, and for how many the promise is broken."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pamitan.closure.clock import clock
from pamitan.conversation import service
from pamitan.desk.alarm import count_late
from pamitan.desk.door import serving
from pamitan.desk.lines import SCANNED


@serving
@require_safe
def waiting(request: HttpRequest) -> JsonResponse:
    """As numbers for the title and the sound, and as a sentence to be shown and read out."""
    queue, now = service.queue(), clock().now()
    late = count_late(queue[:SCANNED], now)
    return JsonResponse({"waiting": queue.count(), "late": late, "words": late_words(late)})


def late_words(late: int) -> str:
    """For how many the promise is broken, as a sentence; empty for nobody."""
    if not late:
        return ""
    words = ngettext(
        "%(late)s person has waited longer than promised.", "%(late)s people have waited longer than promised.", late
    )
    return words % {"late": late}
