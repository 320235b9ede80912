"""Who may do what: identity is proved, never read from ``From:`` (DESIGN: trust, promise 5).

The table below is the whole policy. A mail is described by four words: who it says it is from in relation to the ticket
that the clues lead to, whose token it carries, what of the sender is proved, and whether it would act (answer a
customer or carry a command). The first row that fits names the treatment; the row's name is kept with the decision, and
``Policy.trust`` may give any row another treatment.

A clue proposes, trust disposes: knowing a ticket's number, its subject or a Message-ID is no right to anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailgate.desk.effect import Visibility
from mailgate.mail.model import Proof


class Who(StrEnum):
    """What the author is to the ticket; ``FIRST`` where no clue leads to one. An enrolled agent is ``AGENT`` always."""

    FIRST = "first contact"
    PARTICIPANT = "participant"
    THIRD = "third party that was asked"
    STRANGER = "stranger"
    AGENT = "agent"
    FORMER_AGENT = "former agent"


class Held(StrEnum):
    """Whose token the mail carries: the author's ``OWN``, made for somebody ``OTHER`` (a forwarded letter),
    ``NONE``."""

    OWN = "own token"
    OTHER = "somebody else's token"
    NONE = "no token"


class Acknowledge(StrEnum):
    """Which acknowledgement a new ticket may get, if the gate lets it out."""

    FULL = "full"
    NEUTRAL = "neutral"
    NONE = "none"


class Commands(StrEnum):
    """Which commands in the mail run."""

    ALL = "all"
    HARMLESS = "harmless"
    NONE = "none"


class Place(StrEnum):
    """Where the mail goes."""

    APPEND = "append"
    NEW = "new"
    LINK = "new and linked"
    SPEAK = "speaks for the desk"
    CONFIRM = "held until confirmed"
    HOLD = "held"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happens to a mail. ``changes_state``: it may reopen the ticket and start its clocks. ``answers``: it is what
    the ticket waits for when a third party was asked."""

    name: str
    place: Place
    acknowledge: Acknowledge = Acknowledge.NONE
    marks: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    changes_state: bool = True
    answers: bool = False
    commands: Commands = Commands.NONE


_AGENTS = Visibility.AGENTS
TREATMENTS: Mapping[str, Treatment] = {
    treatment.name: treatment
    for treatment in (
        Treatment("open", Place.NEW, Acknowledge.FULL),
        Treatment("open-neutral", Place.NEW, Acknowledge.NEUTRAL, ("unverified",)),
        Treatment("open-silent", Place.NEW, Acknowledge.NONE, ("proof failed",)),
        Treatment("open-linked", Place.LINK, Acknowledge.FULL),
        Treatment("open-linked-neutral", Place.LINK, Acknowledge.NEUTRAL, ("unverified",)),
        Treatment("open-linked-silent", Place.LINK, Acknowledge.NONE, ("proof failed",)),
        Treatment("append", Place.APPEND),
        Treatment("append-unverified", Place.APPEND, marks=("unverified",)),
        Treatment("append-failed", Place.APPEND, marks=("proof failed",), visibility=_AGENTS, changes_state=False),
        Treatment("append-third-party", Place.APPEND, marks=("third party",), visibility=_AGENTS, changes_state=False),
        Treatment(
            "append-answer", Place.APPEND, marks=("third party",), visibility=_AGENTS, changes_state=False, answers=True
        ),
        Treatment("speak", Place.SPEAK, commands=Commands.ALL),
        Treatment("open-agent", Place.NEW, Acknowledge.FULL, commands=Commands.HARMLESS),
        Treatment("confirm", Place.CONFIRM),
        Treatment("hold", Place.HOLD),
    )
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; an empty set stands for "any"."""

    name: str
    who: Who
    tokens: frozenset[Held]
    proofs: frozenset[Proof]
    treatment: str
    acts: bool | None = None

    def fits(self, who: Who, held: Held, proof: Proof, acts: bool) -> bool:
        """Whether a mail so described is meant."""
        return (
            self.who is who
            and (not self.tokens or held in self.tokens)
            and (not self.proofs or proof in self.proofs)
            and self.acts in (None, acts)
        )


_ANY: frozenset[Proof] = frozenset()
_ANY_TOKEN: frozenset[Held] = frozenset()
_OWN = frozenset({Held.OWN})
_OTHER = frozenset({Held.OTHER})
_NONE = frozenset({Held.NONE})
_PASS = frozenset({Proof.PASS})
_UNKNOWN = frozenset({Proof.UNKNOWN})
_FAIL = frozenset({Proof.FAIL})

TABLE: tuple[Row, ...] = (
    Row("former agent with a token", Who.FORMER_AGENT, _OWN, _ANY, "hold"),
    Row("agent with own token, proved", Who.AGENT, _OWN, _PASS, "speak"),
    Row("agent who would act, not proved", Who.AGENT, _ANY_TOKEN, _UNKNOWN | _FAIL, "confirm", acts=True),
    Row("agent without token, proved, with commands", Who.AGENT, _OTHER | _NONE, _PASS, "open-agent", acts=True),
    Row("first contact, proved", Who.FIRST, _ANY_TOKEN, _PASS, "open"),
    Row("first contact, proof unknown", Who.FIRST, _ANY_TOKEN, _UNKNOWN, "open-neutral"),
    Row("first contact, proof failed", Who.FIRST, _ANY_TOKEN, _FAIL, "open-silent"),
    Row("participant, proof failed", Who.PARTICIPANT, _ANY_TOKEN, _FAIL, "append-failed"),
    Row("participant with token", Who.PARTICIPANT, _OWN, _PASS | _UNKNOWN, "append"),
    Row("participant without token, proved", Who.PARTICIPANT, _OTHER | _NONE, _PASS, "append"),
    Row("participant without token, proof unknown", Who.PARTICIPANT, _OTHER | _NONE, _UNKNOWN, "append-unverified"),
    Row("third party, proof failed", Who.THIRD, _ANY_TOKEN, _FAIL, "append-failed"),
    Row("third party with token", Who.THIRD, _OWN, _PASS | _UNKNOWN, "append-answer"),
    Row("third party without token, proved", Who.THIRD, _OTHER | _NONE, _PASS, "append-answer"),
    Row("third party without token, proof unknown", Who.THIRD, _OTHER | _NONE, _UNKNOWN, "append-third-party"),
    Row("stranger with a forwarded token", Who.STRANGER, _OWN | _OTHER, _ANY, "append-third-party"),
    Row("stranger without token, proved", Who.STRANGER, _NONE, _PASS, "open-linked"),
    Row("stranger without token, proof unknown", Who.STRANGER, _NONE, _UNKNOWN, "open-linked-neutral"),
    Row("stranger without token, proof failed", Who.STRANGER, _NONE, _FAIL, "open-linked-silent"),
)
"""In order, the first that fits. An agent whom none of the agents' rows fits is as any requester (``as_requester``)."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The decision: the row that fitted and what follows."""

    row: str
    treatment: Treatment


def judge(
    who: Who, as_requester: Who, held: Held, proof: Proof, acts: bool, overrides: Mapping[str, str] | None = None
) -> Trust:
    """The first row that fits.

    ``as_requester`` is what the author is when the agents' rows leave it open: a participant, a stranger or a first
    contact. ``overrides`` are the policy's.
    """
    for view in (who, as_requester):
        row = next((row for row in TABLE if row.fits(view, held, proof, acts)), None)
        if row is not None:
            return Trust(row.name, TREATMENTS[(overrides or {}).get(row.name, row.treatment)])
    return Trust("no row fits", TREATMENTS["open-silent"])
