"""The store that this process serves."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from pamitan.closure.clock import CURRENT
from pamitan.storefile.load import load_store_file
from pamitan.stores.store import Store


def current_store() -> Store:
    """The store of ``settings.PAMITAN_STORE``, read once per process.

    Raises ``ImproperlyConfigured`` when none is set and ``StoreFileError`` when the file is not right.
    """
    if not settings.PAMITAN_STORE:
        raise ImproperlyConfigured("PAMITAN_STORE is not set; name a store file, or preset:NAME")
    return _read(settings.PAMITAN_STORE)


@cache
def _read(source: str) -> Store:
    return Store(load_store_file(source), CURRENT, source)
