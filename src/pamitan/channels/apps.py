from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "pamitan.channels"
    label = "channels"
    verbose_name = "Mail, calls and chat, in and out"
