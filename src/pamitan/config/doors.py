"""Two doors, two bunches of keys: the desk has session and CSRF cookies of its own, sent to ``/desk/`` alone.

Operators and customers never mix, even in one browser: whoever signs in at one door is still a stranger at the other.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

DESK = "/desk/"


class TwoDoorsMiddleware:
    """Within the desk, ``pamitan_desk`` stands for the session cookie and ``pamitan_desk_csrf`` for the CSRF cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.names = {
            settings.SESSION_COOKIE_NAME: f"{settings.SESSION_COOKIE_NAME}_desk",
            settings.CSRF_COOKIE_NAME: f"{settings.SESSION_COOKIE_NAME}_desk_csrf",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(DESK):
            return self.get_response(request)
        self._hand_in(request)
        response = self.get_response(request)
        self._hand_out(response)
        return response

    def _hand_in(self, request: HttpRequest) -> None:
        for name, own_name in self.names.items():
            request.COOKIES.pop(name, None)
            if own_name in request.COOKIES:
                request.COOKIES[name] = request.COOKIES[own_name]

    def _hand_out(self, response: HttpResponse) -> None:
        for name, own_name in self.names.items():
            cookie = response.cookies.pop(name, None)
            if cookie is not None:
                response.cookies[own_name] = cookie.value
                response.cookies[own_name].update({**cookie, "path": DESK})
