"""Which language to speak with a customer."""

from __future__ import annotations

from pamitan.closure.store import current_store


def fitting_language(wanted: str | None) -> str:
    """The wanted language where the store speaks it (``it-CH`` is ``it``), else the store's first."""
    spoken = current_store().file.store.languages
    code = (wanted or "").replace("_", "-").split("-")[0].lower()
    return code if code in spoken else spoken[0]
