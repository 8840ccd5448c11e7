from __future__ import annotations

from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "pamitan.conversation"
    label = "conversation"
    verbose_name = "Threads with customers"
