"""What the customer can type in a conversation. The fields' own words are in the templates."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms

from pamitan.closure.clock import clock
from pamitan.closure.store import current_store
from pamitan.content.identifiers import normalise_phone
from pamitan.conversation.call_times import CallTimeError, check_call_time
from pamitan.conversation.errors import Refusal
from pamitan.conversation.service import Call
from pamitan.conversation.threads import TEXT_LIMIT
from pamitan.conversation.waiting import opening_hours
from pamitan.conversation.words import BAD_NUMBER, NO_TIME
from pamitan.portal.forms import LONGEST_PASSWORD

NOW, LATER, MYSELF = "now", "later", "myself"


class MessageForm(forms.Form):
    """Words for the operator."""

    text = forms.CharField(
        max_length=TEXT_LIMIT,
        widget=forms.Textarea,
        error_messages={"required": Refusal.EMPTY.label, "max_length": Refusal.TOO_LONG.label},
    )
    key = forms.UUIDField(required=False, initial=uuid.uuid4)
    """Drawn with the page: words that are sent twice are said once."""


class CallForm(MessageForm):
    """A wanted call: now (while the desk is closed: when it opens), later, or the customer calls."""

    when = forms.ChoiceField(choices=[(NOW, ""), (LATER, ""), (MYSELF, "")], initial=NOW)
    number = forms.CharField(required=False, max_length=40)
    at = forms.DateTimeField(required=False, error_messages={"invalid": NO_TIME})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("when") in (NOW, LATER):
            given["number"] = self._number(given.get("number", ""))
        if given.get("when") == LATER and "at" not in self.errors:
            self._check_time(given.get("at"))
        return given

    def call(self) -> Call | None:
        """The wanted call; ``None`` if the customer calls."""
        when = self.cleaned_data["when"]
        if when == MYSELF:
            return None
        return Call(self.cleaned_data["number"], self.cleaned_data["at"] if when == LATER else self.opens_at)

    @property
    def opens_at(self) -> dt.datetime | None:
        """While the desk is closed: when somebody can call at the earliest."""
        return opening_hours().opens_at(clock().now())

    def _number(self, text: str) -> str:
        number = normalise_phone(text, current_store().file.store.country)
        if number is None:
            self.add_error("number", BAD_NUMBER)
            return ""
        return number

    def _check_time(self, at: dt.datetime | None) -> None:
        if at is None:
            self.add_error("at", NO_TIME)
            return
        try:
            check_call_time(at, clock().now())
        except CallTimeError as error:
            self.add_error("at", str(error))


class AnotherCallForm(CallForm):
    """Another call: by another number, or at another time."""

    text = forms.CharField(required=False, widget=forms.HiddenInput)
    when = forms.ChoiceField(choices=[(NOW, ""), (LATER, "")], initial=NOW)


class HolderForm(forms.Form):
    """Password, or the code from the mail: is it still the account's holder?"""

    password = forms.CharField(required=False, max_length=LONGEST_PASSWORD, strip=False)
    code = forms.CharField(required=False, max_length=20)
