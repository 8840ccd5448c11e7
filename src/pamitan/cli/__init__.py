"""The command line: the same verbs as commands. Every command takes ``--json``; see docs/reference/command-line.md."""

from __future__ import annotations

from pamitan.cli.main import main

__all__ = ["main"]
