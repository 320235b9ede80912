"""Reading the configuration again, by SIGHUP or by an admin's mail: what a running daemon can take up, and what not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from mailgate.clock import Clock
from mailgate.config.load import load
from mailgate.config.settings import Settings
from mailgate.config.templates import template_problems
from mailgate.errors import ConfigError, Refused

STAYS: tuple[tuple[str, Callable[[Settings], object]], ...] = (
    ("desk.state_dir", lambda settings: settings.state_dir),
    ("database.url", lambda settings: settings.database_url),
    ("smtp.in.listen", lambda settings: settings.smtp_in.listen),
    ("smtp.in.lmtp", lambda settings: settings.smtp_in.lmtp),
    ("smtp.in.submission", lambda settings: settings.smtp_in.submission),
)
"""What a running daemon has locked, brought up to date or bound: children that went by another value would leave
accepted mail behind, or open its tickets anew."""


def read(config_path: Path, clock: Clock) -> Settings:
    """The settings, with every template rendered once on sample data. Raises ``ConfigError`` with every problem."""
    settings = load(config_path, clock)
    problems = tuple(template_problems(settings))
    if problems:
        raise ConfigError(problems)
    return settings


def read_again(config_path: Path, running: Settings, clock: Clock) -> Settings:
    """The settings for a daemon that runs: ``ConfigError`` for a broken file, ``Refused`` where it needs a restart."""
    settings = read(config_path, clock)
    moved = [key for key, value in STAYS if value(settings) != value(running)]
    if moved:
        raise Refused(f"the config needs a restart: {', '.join(moved)}")
    return settings


def ask_parent(config_path: Path, running: Settings, clock: Clock) -> str:
    """Let the parent of this process read the config again, if it can be used; returns what is wrong with it, a line
    each, else nothing."""
    try:
        read_again(config_path, running, clock)
    except (ConfigError, Refused) as error:
        return str(error)
    os.kill(os.getppid(), signal.SIGHUP)
    return ""
