from __future__ import annotations

from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "pamitan.conversation"
    label = "conversation"
    verbose_name = "Threads with customers"

    def ready(self) -> None:
        from pamitan.closure.traces import register
        from pamitan.conversation.traces import erase_conversations

        register(erase_conversations)
