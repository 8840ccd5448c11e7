"""The corner shop, for the tests of help, contact and the desk."""

from __future__ import annotations

from tests.flow.corner_shop import anna, clock, shop
from tests.mailbox import mail_server_in, mailbox

__all__ = ["anna", "clock", "mail_server_in", "mailbox", "shop"]
