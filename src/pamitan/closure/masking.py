"""Addresses and numbers shown in part: enough to recognise one's own, too little to learn another's."""

from __future__ import annotations


def masked_email(address: str | None) -> str:
    """``b•••@example.com``; nothing for none."""
    if not address:
        return ""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def masked_phone(number: str | None) -> str:
    """The last three digits: ``•••• 789``."""
    if not number:
        return ""
    return f"•••• {number[-3:]}"
