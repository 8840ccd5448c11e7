from __future__ import annotations

from django.urls import path

from pamitan.demo import mail_views as views

app_name = "mail"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("pass-days/", views.pass_days, name="pass_days"),
    path("<slug:name>/", views.read, name="read"),
    path("<slug:name>/html/", views.html, name="html"),
]
