from __future__ import annotations

from django.urls import path

from pamitan.demo.shop import hooks, views

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-up/", views.sign_up, name="sign_up"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("account/close/", views.close_account, name="close_account"),
    path("account/orders/<int:order>/arrives/", views.parcel_arrives, name="parcel_arrives"),
    path("hooks/cancel-order/", hooks.cancel_order, name="hook_cancel"),
    path("hooks/erase/", hooks.erase, name="hook_erase"),
]
