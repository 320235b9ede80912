"""Reads delivery reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailgate.mail.bounces import dsn, returned
from mailgate.mail.model import Bounce, Envelope

if TYPE_CHECKING:
    from mailgate.mail.parts import Parsed

MAX_RECIPIENTS = 1000


def read(parsed: Parsed, envelope: Envelope) -> Bounce | None:
    """The delivery report that this mail is, or None when it is none."""
    recipients = dsn.recipients(parsed.root)
    if not recipients:
        return None
    letter = returned.letter(parsed.root)
    return Bounce(recipients[:MAX_RECIPIENTS], letter.message_ids, letter.subject, envelope.recipients)
