"""The customer's addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from pamitan.portal import (
    app_views,
    certificate_views,
    close_views,
    front_views,
    language,
    library_views,
    sign_in_views,
    status_views,
)

pages: list[URLPattern | URLResolver] = [
    path("", front_views.front, name="front"),
    path("delete-account", front_views.delete_account, name="delete_account"),
    path(".well-known/delete-account", RedirectView.as_view(pattern_name="portal:delete_account")),
    path("offline", app_views.offline, name="offline"),
    path("sw.js", app_views.service_worker, name="service_worker"),
    path("manifest/<slug:language>.webmanifest", app_views.manifest, name="manifest"),
    path("health", front_views.health, name="health"),
    path("language", language.switch, name="language"),
    path("sign-in", sign_in_views.sign_in, name="sign_in"),
    path("sign-in/code", sign_in_views.ask_code, name="ask_code"),
    path("sign-in/code/enter", sign_in_views.enter_code, name="enter_code"),
    path("sign-in/which", sign_in_views.choose_account, name="choose_account"),
    path("enter", sign_in_views.enter, name="enter"),
    path("sign-out", sign_in_views.sign_out, name="sign_out"),
    path("close", close_views.close, name="close"),
    path("close/confirm", close_views.confirm, name="confirm"),
    path("close/done", close_views.done, name="done"),
    path("download/all", library_views.download_all, name="download_all"),
    path("download/<str:token>", library_views.download, name="download"),
    path("confirm/<str:reference>", status_views.confirm_by_mail, name="confirm_by_mail"),
    path("status", status_views.status, name="status"),
    path("status/<str:reference>", status_views.status_of, name="status_of"),
    path("status/<str:reference>/confirm", status_views.confirm_prepared, name="confirm_on_status"),
    path("status/<str:reference>/undo", status_views.undo, name="undo"),
    path("status/<str:reference>/answer", status_views.answer, name="answer"),
    path("certificate/<str:reference>", certificate_views.certificate, name="certificate"),
    path("certificate/<str:reference>/file", certificate_views.certificate_file, name="certificate_file"),
    path("help/", include("pamitan.portal.help_urls")),
]

urlpatterns = [path("", include((pages, "portal")))]
