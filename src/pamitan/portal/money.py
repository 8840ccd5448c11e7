"""Amounts of money in words and figures."""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats

SYMBOLS = {"IDR": "Rp", "EUR": "€", "USD": "US$", "GBP": "£", "JPY": "¥", "AUD": "A$", "SGD": "S$", "MYR": "RM"}
DECIMALS = {"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0}
DECIMALS |= {"UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0}
DECIMALS |= {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3}
"""Digits after the point (ISO 4217) where they are not two."""
WITHOUT_CENTS = {"IDR"}
"""Have two decimals on paper, and none in daily life."""


def written(value: Decimal, currency: str, language: str) -> str:
    """``Rp 120.000`` in Indonesian, ``Rp 120,000`` in English, ``12,50 €`` in Italian."""
    figure = number(value, _decimals(value, currency))
    symbol = SYMBOLS.get(currency, currency)
    if language == "it" and currency == "EUR":
        return f"{figure}\u00a0{symbol}"
    tight = language == "en" and not symbol.isalpha()
    return f"{symbol}{figure}" if tight else f"{symbol}\u00a0{figure}"


def number(value: Decimal, decimals: int) -> str:
    return str(formats.number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True))


def _decimals(value: Decimal, currency: str) -> int:
    if currency in WITHOUT_CENTS and value == value.to_integral_value():
        return 0
    return DECIMALS.get(currency, 2)
