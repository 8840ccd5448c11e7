"""The product's own settings, with the shop beside them. What else the demo needs, :mod:`pamitan.demo.home` says."""

from __future__ import annotations

import os

from pamitan.config.settings import *  # noqa: F403
from pamitan.config.settings import HOME, INSTALLED_APPS

ROOT_URLCONF = "pamitan.demo.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "pamitan.demo"]

SENJA_DATABASE = HOME.path / "shop.sqlite3"
SENJA_MAILS = HOME.path / "mails"
SENJA_HOOK_SECRET = os.environ["SENJA_HOOK_SECRET"]
SENJA_HANDOVER_SECRET = os.environ["SENJA_HANDOVER_SECRET"]
SENJA_API_TOKEN = os.environ["SENJA_API_TOKEN"]
SENJA_BARRED_API = os.environ["SENJA_BARRED_API"]
