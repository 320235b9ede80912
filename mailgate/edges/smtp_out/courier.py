"""What every way out for letters has in common: a method that takes a letter, and the words for what became of it.

==================== ============================================== =======================================
``send`` …           means                                          what the outbox does
==================== ============================================== =======================================
returns ``Sent``     the other side has the letter for good         ``sent``
``RelayAway``        nobody there, or nothing at all can be sent    pauses everything, no attempt is burned
``MaybeSent``        lost between the final dot and the answer      again, or ``unknown`` (at most once)
``Temporary``        not this letter, not now (4xx)                 again later
``Refused``          not this letter, ever (5xx)                    ``failed``
==================== ============================================== =======================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mailgate.errors import Temporary


class RelayAway(Temporary):
    """The whole relay is out of reach, unwilling, or not as safe as it must be."""


class MaybeSent(Temporary):
    """The connection was lost after the final dot: the letter may or may not have arrived (RFC 1047)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The relay's last answer, one line, and the Message-ID that it put in place of ours, where it says so."""

    reply: str
    relay_message_id: str = ""


class Courier(Protocol):
    """A way out. One letter, one recipient, one call; never used from two threads."""

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        """Hand over one letter; ``mail_from`` is empty for the null sender, ``data`` has CRLF line ends."""
        ...

    def check(self) -> str:
        """Go as far as one can without sending anything; ``RelayAway`` in the admin's words when that fails. Returns
        what the other side greeted us with, if it greets."""
        ...

    def close(self) -> None:
        """Let go of whatever is kept open. Never raises."""
        ...
