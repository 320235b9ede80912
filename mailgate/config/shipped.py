"""The files that travel with mailgate: the letters' templates and the commented example of a configuration."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """Where ``templates`` or ``config.example.toml`` lies: in the package, else at the top of the checkout."""
    packed = PACKAGE / name
    return packed if packed.exists() else PACKAGE.parent / name
