"""Pamitan's own addresses, with the shop and the mail page beside them."""

from __future__ import annotations

from django.urls import include, path

from pamitan.config.urls import handler403, handler404, handler500
from pamitan.config.urls import urlpatterns as pamitan_urls

urlpatterns = [
    path("shop/", include("pamitan.demo.shop.urls")),
    path("mail/", include("pamitan.demo.mail_urls")),
    *pamitan_urls,
]

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
