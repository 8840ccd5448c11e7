"""Addresses shown in part, enough to recognise one's own."""

from __future__ import annotations


def masked_email(address: str | None) -> str:
    """``b•••@example.com``."""
    if not address:
        return ""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
