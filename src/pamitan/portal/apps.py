from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "pamitan.portal"
    label = "portal"
    verbose_name = "What the customer sees"
