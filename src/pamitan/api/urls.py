"""The API's addresses, beneath ``/api/``."""

from __future__ import annotations

from django.urls import path

from pamitan.api.routes import api

urlpatterns = [path("", api.urls)]
