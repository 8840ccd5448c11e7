from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "pamitan.portal"
    label = "portal"
    verbose_name = "What the customer sees"

    def ready(self) -> None:
        from pamitan.closure.traces import register
        from pamitan.portal.traces import erase

        register(erase)
