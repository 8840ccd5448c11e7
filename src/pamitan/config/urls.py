"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from pamitan.channels import hook

urlpatterns = [
    path("desk/", include("pamitan.desk.urls")),
    path("api/", include("pamitan.api.urls")),
    path("hooks/mail", hook.receive),
    path("", include("pamitan.portal.urls")),
]

handler403 = "pamitan.portal.errors.forbidden"
handler404 = "pamitan.portal.errors.not_found"
handler500 = "pamitan.portal.errors.failed"
