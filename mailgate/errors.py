"""What can go wrong, in four words.

Every failure that mailgate raises on purpose is one of these. Each loop has one wide ``except`` at its top; it
turns the class into a state, a log line and, where somebody waits, an answer:

============ =========================== ======================== ==================
class        meaning                     SMTP answer              ``ingest`` exit
============ =========================== ======================== ==================
Temporary    the same may work later     451 (452: out of space)  75 (EX_TEMPFAIL)
Permanent    it will never work as is    held, with its cause     0 (kept and held)
Refused      the other side must change  550, 552, 554            65 (EX_DATAERR)
ConfigError  the admin must change       the daemon does not run  2; ``ingest -``: 75
============ =========================== ======================== ==================

An exception that is none of these is a bug of ours and counts as Temporary: nothing is lost over it.
"""

from __future__ import annotations

from dataclasses import dataclass


class MailgateError(Exception):
    """The root of all of them; its text is written for an admin, never for a stranger."""


class Temporary(MailgateError):
    """The same attempt may work later: database away, disk full, relay not answering."""


class Permanent(MailgateError):
    """This input will never work as it is. ``cause`` is one word of the closed list in ``desk.plan.Cause``."""

    def __init__(self, cause: str, detail: str = "") -> None:
        """Keep the named ``cause`` beside a ``detail`` for the admin."""
        super().__init__(f"{cause}: {detail}" if detail else cause)
        self.cause = cause
        self.detail = detail


class Refused(MailgateError):
    """Policy says no, and the other side can only change what it sends."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one file, in words that let the reader mend it.

    ``line`` counts from 1; 0 where no line can be named (a key that is missing altogether).
    """

    file: str
    line: int
    key: str
    wrong: str
    right: str = ""

    def __str__(self) -> str:
        """``config.toml:12: teams[0].members: no agent "ana"; did you mean "anna"?``"""
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        right = f"; {self.right}" if self.right else ""
        return f"{place}:{key} {self.wrong}{right}"


class ConfigError(MailgateError):
    """The configuration cannot be used; ``problems`` holds every error found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Join the problems, one a line."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
