from __future__ import annotations

from django.apps import AppConfig


class ClosureConfig(AppConfig):
    name = "pamitan.closure"
    label = "closure"
    verbose_name = "The closure's life"
