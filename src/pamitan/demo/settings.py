"""The product's own settings, with the shop and the mail page beside it. The rest comes from the environment."""

from __future__ import annotations

from pamitan.config.settings import *  # noqa: F403
from pamitan.config.settings import HOME, INSTALLED_APPS

ROOT_URLCONF = "pamitan.demo.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "pamitan.demo"]
DEMO_MAILS = HOME.path / "mails"
