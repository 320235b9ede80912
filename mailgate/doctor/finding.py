"""What a check says: one thing that was looked at, how it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is; ``doctor`` exits 1 when any is bad."""

    FINE = "fine"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was seen, and what to do about it (empty when it is fine)."""

    topic: str
    level: Level
    seen: str
    advice: str = ""


def judged(topic: str, wrong: bool, seen: str, advice: str) -> Finding:
    """Fine without advice, or worth a look with it."""
    return Finding(topic, Level.LOOK if wrong else Level.FINE, seen, advice if wrong else "")
