"""What shall be done about a mail, or about the hour: a list of effects, as plain values.

``decide`` (and each duty) returns a ``Plan``; ``compose`` turns its letter orders into bytes; ``store.apply`` writes
all of it in one transaction. Nothing in here does anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailgate.desk.effect import Cause, Effect
from mailgate.desk.letter import LetterOrder
from mailgate.desk.routing.rule import Actions


class Outcome(StrEnum):
    """What became of a delivery. Every delivery ends as exactly one (promise 1): NEW, LINK and APPEND are a message on
    a ticket; BOUNCE and EVENT an event; DUPLICATE names the other delivery; HOLD has a cause."""

    NEW = "new"
    LINK = "link"
    APPEND = "append"
    BOUNCE = "bounce"
    EVENT = "event"
    DUPLICATE = "duplicate"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that shall be done, in order, and why.

    ``trace`` are the lines that ``explain`` shows: clues tried, rule matched, what stopped the acknowledgement.
    ``acknowledge`` is the empty string when an acknowledgement goes out, else the reason why none does. ``more`` are
    plans of other tickets that the same mail or hour brings (a child, a split): each is opened, composed and written
    after this one in the same transaction; ``NEW_TICKET`` in each means its own, and ``OpenTicket.parent`` or a link
    may name ``NEW_TICKET`` for the ticket of this plan. ``then`` is what the rules that routed a new ticket want beyond
    its fields (letters, webhooks …): ``follow`` makes effects of it.
    """

    outcome: Outcome
    effects: tuple[Effect, ...] = ()
    letters: tuple[LetterOrder, ...] = ()
    trace: tuple[str, ...] = ()
    acknowledge: str = "not applicable"
    cause: Cause | None = None
    ticket: int | None = None
    rule: str = ""
    generation: str = ""
    more: tuple[Plan, ...] = ()
    then: Actions | None = None
