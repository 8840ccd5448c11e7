"""The addresses of the help centre, of contact and of conversations; below ``/help/``."""

from __future__ import annotations

from django.urls import path

from pamitan.portal import (
    call_views,
    contact_views,
    help_views,
    live_views,
    mail_views,
    signed_out_views,
    transcript_views,
)

urlpatterns = [
    path("", help_views.help_centre, name="help"),
    path("manage", help_views.article, {"slug": "manage"}, name="manage"),
    path("articles/<slug:slug>", help_views.article, name="article"),
    path("contact", contact_views.choose, name="contact"),
    path("contact/<str:channel>", contact_views.write, name="contact_by"),
    path("write", signed_out_views.write, name="write_signed_out"),
    path("mail/<str:token>", mail_views.confirm_mail, name="confirm_mail"),
    path("conversations", contact_views.conversations, name="conversations"),
    path("conversations/<str:reference>", contact_views.conversation, name="conversation"),
    path("conversations/<str:reference>/say", contact_views.say, name="say"),
    path("conversations/<str:reference>/live", live_views.stream, name="live"),
    path("conversations/<str:reference>/typing", live_views.typing, name="typing"),
    path("conversations/<str:reference>/call", call_views.another_call, name="another_call"),
    path("conversations/<str:reference>/transcript", transcript_views.transcript, name="transcript"),
    path("conversations/<str:reference>/files/<uuid:attachment>", mail_views.file, name="file"),
    path("conversations/<str:reference>/confirm", contact_views.confirm, name="confirm_prepared"),
]
