"""What the customer can type. The fields' own words are in the templates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_ADDRESS = 320
LONGEST_PASSWORD = 1024  # a longer one would only keep the hash busy


class SignInForm(forms.Form):
    login = forms.CharField(
        max_length=LONGEST_ADDRESS,
        error_messages={"required": _("Enter your e-mail address or mobile number.")},
    )
    password = forms.CharField(
        max_length=LONGEST_PASSWORD, strip=False, error_messages={"required": _("Enter your password.")}
    )


class AskCodeForm(forms.Form):
    login = forms.CharField(
        max_length=LONGEST_ADDRESS,
        error_messages={"required": _("Enter your e-mail address or mobile number.")},
    )


class CodeForm(forms.Form):
    code = forms.CharField(max_length=20, error_messages={"required": _("Enter the code that we sent you.")})

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


class ConfirmForm(forms.Form):
    """Page 2. Whether password or code is needed depends on the pace; see :mod:`pamitan.portal.confirming`."""

    pace = forms.ChoiceField(choices=[("withdrawal", ""), ("now", ""), ("after_delivery", "")])
    other_email = forms.EmailField(
        required=False,
        max_length=LONGEST_ADDRESS,
        error_messages={
            "invalid": _("This is not an e-mail address. Write it like name@example.com, or leave it empty.")
        },
    )
    password = forms.CharField(required=False, max_length=LONGEST_PASSWORD, strip=False)
    code = forms.CharField(required=False, max_length=20)

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())
