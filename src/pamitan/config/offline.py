"""Django for what needs templates and translated words alone: no database, no home, no key is made or read."""

from __future__ import annotations

import django
from django.conf import settings


def set_up_words(app: str) -> None:
    """Make the templates and the catalogues of that one app of ours usable; nothing where Django is set up already."""
    if settings.configured:
        return
    settings.configure(
        INSTALLED_APPS=[app],
        LANGUAGES=[("id", "Bahasa Indonesia"), ("en", "English"), ("it", "Italiano")],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        USE_TZ=True,
    )
    django.setup()
