"""A folder with a configuration that works, for tests to spoil."""

from __future__ import annotations

from pathlib import Path

from mailgate.config.keys import new_secret
from mailgate.config.load import load
from mailgate.config.settings import Settings
from mailgate.errors import ConfigError, Problem

NOW_MS = 1_795_000_000_000  # 2026-11-18

GOOD = """\
[desk]
name = "Acme Support"
address = "support@acme.example"

[smtp.in]
listen = "127.0.0.1:0"

[[agents]]
id = "ana"
name = "Ana"
address = "ana@acme.example"

[[teams]]
id = "support"
name = "Customer Support"
members = ["ana"]
"""


class HandClock:
    """A clock that stands still, and chance that counts."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now = now_ms
        self.drawn = 0

    def now_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1000

    def token_hex(self, octets: int) -> str:
        self.drawn += 1
        return f"{self.drawn:0{2 * octets}x}"

    def jitter(self, low: float, high: float) -> float:
        return low


def write(folder: Path, text: str = GOOD, more: str = "") -> Path:
    """The folder with that config and a secret of mode 0600; returns the config's path."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "secret"
    if not secret.exists():
        secret.write_text(new_secret(HandClock()), "utf-8")
        secret.chmod(0o600)
    path = folder / "config.toml"
    path.write_text(text + more, "utf-8")
    return path


def settings(folder: Path, text: str = GOOD, more: str = "") -> Settings:
    return load(write(folder, text, more), HandClock())


def problems(folder: Path, text: str = GOOD, more: str = "") -> list[Problem]:
    """What ``load`` says is wrong; an empty list when it loads."""
    try:
        settings(folder, text, more)
    except ConfigError as error:
        return list(error.problems)
    return []


def line_of(text: str, start: str) -> int:
    """The line, from 1, that begins with ``start``."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))
