"""A rule's test as a value: a mail, or the parts to make one of, and what is expected. ``cli.rules`` runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MailTest:
    """One test of the rules.

    ``mail`` is a file, or None, and then the mail is made of ``sender``, ``to``, ``subject``, ``body``, ``headers``,
    ``attachments`` (file names). ``proof`` is ``pass``, ``unknown`` or ``fail``; ``at_ms`` None is the present hour.
    ``expected`` holds only what was asked for: ``outcome``, ``team``, ``kind``, ``assignee``, ``priority``, ``status``,
    ``sla``, ``tags``, ``rule``, ``held``, ``ack``.
    """

    name: str
    sender: str
    to: str
    mail: Path | None = None
    subject: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
    proof: str = "pass"
    at_ms: int | None = None
    expected: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    line: int = 0
