"""The desk's addresses. No sign-up: operators are let in by a lead or on the command line."""

from __future__ import annotations

from allauth.account.views import LoginView, LogoutView, ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeReauthenticateView
from allauth.mfa.recovery_codes.views import DownloadRecoveryCodesView, GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from pamitan.desk import (
    alarm_views,
    cases,
    figures,
    file_views,
    findings,
    live_views,
    passkeys,
    people,
    proof,
    restored,
    second_factor,
    telephone,
    views,
    working,
)
from pamitan.desk.door import everybody_here

pages = [
    path("", views.queue, name="queue"),
    path("find/", views.find, name="find"),
    path("closures/", views.closures, name="closures"),
    path("closures/<str:reference>/", cases.case, name="case"),
    path("closures/<str:reference>/hold/", cases.hold, name="hold"),
    path("closures/<str:reference>/refuse/", cases.refuse, name="refuse"),
    path("closures/<str:reference>/gone/", restored.gone, name="gone"),
    path("restored/", restored.restored, name="restored"),
    path("closures/<str:reference>/again/", views.look_again, name="look_again"),
    path("closures/<str:reference>/findings/<int:number>/", findings.finding, name="finding"),
    path("conversations/<str:reference>/", views.conversation, name="conversation"),
    path("conversations/<str:reference>/reply/", views.reply, name="reply"),
    path("conversations/<str:reference>/called/", views.called, name="called"),
    path("conversations/<str:reference>/closure/", views.start_closure, name="start_closure"),
    path("conversations/<str:reference>/finish/", views.finish, name="finish"),
    path("conversations/<str:reference>/claim/", working.claim, name="claim"),
    path("conversations/<str:reference>/transfer/", working.transfer, name="transfer"),
    path("conversations/<str:reference>/note/", working.note, name="note"),
    path("conversations/<str:reference>/here/", working.here, name="here"),
    path("conversations/<str:reference>/dial/", telephone.dial, name="dial"),
    path("conversations/<str:reference>/identity/", telephone.ask_identity, name="ask_identity"),
    path("conversations/<str:reference>/identity/check/", telephone.show_identity, name="show_identity"),
    path("waiting/", alarm_views.waiting, name="waiting"),
    path("ringing/", telephone.ringing, name="ringing"),
    path("conversations/<str:reference>/files/<uuid:attachment>/", file_views.file, name="file"),
    path("conversations/<str:reference>/live/", live_views.stream, name="live"),
    path("conversations/<str:reference>/typing/", live_views.typing, name="typing"),
    path("ledger/", proof.ledger, name="ledger"),
    path("certificates/", proof.certificates, name="certificates"),
    path("certificates/<str:reference>/", proof.certificate, name="certificate"),
    path("people/", people.people, name="people"),
    path("figures/", figures.figures, name="figures"),
    path("hours/", people.hours, name="hours"),
    path("password/", people.password, name="password"),
    path("language/", set_language, name="language"),
    path("second-factor/qr.svg", second_factor.qr_code, name="qr_code"),
]

# allauth finds its own pages by these names
sign_in = [
    path("sign-in/", LoginView.as_view(template_name="desk/sign_in.html"), name="account_login"),
    path("sign-in/code/", passkeys.code_or_passkey, name="mfa_authenticate"),
    path("sign-out/", LogoutView.as_view(template_name="desk/sign_out.html"), name="account_logout"),
    path("again/", ReauthenticateView.as_view(template_name="desk/again.html"), name="account_reauthenticate"),
    path("again/code/", CodeReauthenticateView.as_view(template_name="desk/code.html"), name="mfa_reauthenticate"),
    path("second-factor/", ActivateTOTPView.as_view(template_name="desk/activate.html"), name="mfa_activate_totp"),
    path("second-factor/passkeys/", passkeys.passkeys, name="mfa_add_webauthn"),
    path("second-factor/passkeys/<int:number>/", passkeys.remove, name="mfa_remove_webauthn"),
    path("second-factor/there/", RedirectView.as_view(pattern_name="desk:queue"), name="mfa_deactivate_totp"),
    path("second-factor/done/", RedirectView.as_view(pattern_name="mfa_view_recovery_codes"), name="mfa_index"),
    path(
        "codes/",
        everybody_here(ViewRecoveryCodesView.as_view(template_name="desk/codes.html")),
        name="mfa_view_recovery_codes",
    ),
    path(
        "codes/new/",
        everybody_here(GenerateRecoveryCodesView.as_view(template_name="desk/new_codes.html")),
        name="mfa_generate_recovery_codes",
    ),
    path("codes/file/", everybody_here(DownloadRecoveryCodesView.as_view()), name="mfa_download_recovery_codes"),
]

urlpatterns = [path("", include((pages, "desk"))), *sign_in]
