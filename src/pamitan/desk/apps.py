from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "pamitan.desk"
    label = "desk"
    verbose_name = "What the operator sees"
