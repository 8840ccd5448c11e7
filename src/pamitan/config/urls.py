"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("desk/", include("pamitan.desk.urls")),
    path("api/", include("pamitan.api.urls")),
    path("", include("pamitan.portal.urls")),
]
