"""What every way out for letters has in common: a method that takes letters, and the words for what became of each.

==================== ============================================== =======================================
answer               means                                          what the outbox does
==================== ============================================== =======================================
``Sent``             the other side has the letter for good         ``sent``
``RelayAway``        nobody there, or nothing at all can be sent    pauses everything, no attempt is burned
``MaybeSent``        lost between the final dot and the answer      again, or ``unknown`` (at most once)
``Temporary``        not this letter, not now (4xx)                 again later
``Refused``          not this letter, ever (5xx)                    ``failed``
==================== ============================================== =======================================

``send`` returns the first and raises the others; ``send_all`` returns each letter's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


Answer = Sent | Exception
"""``Sent``, or what ``send`` would have raised; an exception that is not in the table is a bug of ours."""


class Post(Protocol):
    """A letter on its way: ``mail_from`` is empty for the null sender, ``data`` has CRLF line ends."""

    @property
    def mail_from(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def data(self) -> bytes: ...


class Courier(Protocol):
    """A way out. A letter has one recipient; never used from two threads."""

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        """Hand over one letter; raises what it is when that fails."""
        ...

    def send_all(self, letters: Sequence[Post]) -> list[Answer]:
        """Hand over several, those to one recipient in their order; returns what became of each, in the same order."""
        ...

    def check(self) -> str:
        """Go as far as one can without sending anything; ``RelayAway`` in the admin's words when that fails. Returns
        what the other side greeted us with, if it greets."""
        ...

    def idle(self) -> None:
        """Nothing waits: what is open for many letters only need not stay open. Never raises."""
        ...

    def close(self) -> None:
        """Let go of whatever is kept open. Never raises."""
        ...


def one_by_one(send: Callable[[str, str, bytes], Sent], letters: Sequence[Post]) -> list[Answer]:
    """``send_all`` for a courier that has only ``send``. Once the other side is away, nothing more is tried."""
    answers: list[Answer] = []
    for letter in letters:
        try:
            answers.append(send(letter.mail_from, letter.recipient, letter.data))
        except RelayAway as error:
            return answers + [error] * (len(letters) - len(answers))
        except Exception as error:  # costs this letter only, whatever it is
            answers.append(error)
    return answers
