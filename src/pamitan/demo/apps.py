from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "pamitan.demo"
    label = "demo"
    verbose_name = "A small shop to try Pamitan with"
