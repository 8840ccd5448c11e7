from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "pamitan.evidence"
    label = "evidence"
    verbose_name = "Ledger and tombstones"
