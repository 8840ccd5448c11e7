"""The short case code of a conversation."""

from __future__ import annotations

import secrets

from pamitan.kit.hashing import CASE_ALPHABET


def new_reference() -> str:
    """A code such as ``H-7K3Q-DX29`` (39 bits), grouped to be read aloud; it opens the page of its customer alone."""
    letters = [secrets.choice(CASE_ALPHABET) for _ in range(8)]
    return f"H-{''.join(letters[:4])}-{''.join(letters[4:])}"
