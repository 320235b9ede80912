"""Which ticket a mail belongs to: the first clue that holds decides, and all of them are kept in the trace.

A token holds when it verifies for the ticket's random id; a known Message-ID and a subject's tag hold by leading to a
ticket. Whose token it is, is asked of all the tokens that lead to the same ticket: the author's own counts before
somebody else's. A header that the proving DKIM signature does not cover places the mail, but a token in it counts as
nobody's, so that nobody can put one on top of a signed mail and replay it.

A merged ticket leads to its target (the facts say so). One that was closed for longer than ``reopen_days`` is not
reopened: the mail opens a new one that is linked to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailgate.desk.facts import Asked, Carrier, Clue, Facts
from mailgate.desk.identity.token import Tokens, binding
from mailgate.desk.identity.trust import Held, Who
from mailgate.desk.letter import Purpose
from mailgate.desk.policy import Agent, Policy
from mailgate.desk.ticket import ParticipantRole, Status, Ticket
from mailgate.mail.model import Address, Sender

DAY_MS = 86_400_000
_STANDINGS = {
    ParticipantRole.REQUESTER: Who.PARTICIPANT,
    ParticipantRole.WATCHER: Who.PARTICIPANT,
    ParticipantRole.THIRD_PARTY: Who.THIRD,
}
_CUSTOMERS = frozenset({Purpose.CUSTOMER, Purpose.SURVEY})


@dataclass(frozen=True, slots=True)
class Grip:
    """Whose token the mail carries, what for, and the address that it was made for; of a confirmation also which mail
    it was about."""

    held: Held = Held.NONE
    purpose: Purpose | None = None
    holder: str = ""
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """The ticket that a mail belongs to (None: no clue holds), who the author is there, and whose token was carried.

    ``as_requester`` is what the author is apart from being an agent. ``long_closed``: the ticket was closed too long
    ago to be reopened. ``trace`` has a line per clue.
    """

    ticket: Ticket | None = None
    clue: Clue | None = None
    who: Who = Who.FIRST
    as_requester: Who = Who.FIRST
    grip: Grip = Grip()
    long_closed: bool = False
    trace: tuple[str, ...] = ()

    @property
    def held(self) -> Held:
        """Whose token the mail carries."""
        return self.grip.held

    @property
    def purpose(self) -> Purpose | None:
        """What the token is for."""
        return self.grip.purpose


def place(
    found: Sequence[Clue], facts: Facts, sender: Sender, brand: str, policy: Policy, now_ms: int, tokens: Tokens
) -> Placement:
    """Where the first clue that holds leads; ``found`` as ``clue.clues`` gave them, ``facts`` as the store knows
    them."""
    author = sender.address
    agent = policy.agent_by_address(author.email) if author else None
    check = _Check(facts, sender, agent, policy, tokens)
    trace: list[str] = []
    for position, clue in enumerate(found):
        ticket = facts.tickets.get(clue)
        if ticket is None or ticket.brand != brand:
            trace.append(f"clue: {clue.carrier.value} {clue.shown}: leads to no ticket here")
            continue
        if clue.mac and check.holder(clue, ticket) is None:
            trace.append(f"clue: {clue.carrier.value} {clue.shown}: the token is not ours, or no longer")
            continue
        trace.append(f"clue: {clue.carrier.value} {clue.shown}: ticket {ticket.number}")
        grip = check.best_grip(found[position:], ticket, check.desk_wide(found))
        trace.append(f"token: {grip.held.value}")
        inside = _standing(ticket, author)
        who = _who(inside, agent, grip)
        return Placement(ticket, clue, who, inside, grip, _long_closed(ticket, policy, now_ms), tuple(trace))
    who = Who.AGENT if agent else Who.FIRST
    return Placement(who=who, grip=check.desk_wide(found), trace=tuple(trace))


@dataclass(frozen=True, slots=True)
class _Check:
    """Verifies the tokens of one mail."""

    facts: Facts
    sender: Sender
    agent: Agent | None
    policy: Policy
    tokens: Tokens

    def holder(self, clue: Clue, ticket: Ticket) -> str | None:
        """For whom the clue's token was made; None when it is not ours. A merged ticket's tokens bind its own id."""
        bound = self.facts.merged_from.get(clue, ticket)
        if clue.purpose == Purpose.CONFIRMATION:
            return self.agent.address if self.agent and self.asked(clue, bound.rid) else None
        return self.tokens.verify(Purpose(clue.purpose), bound.rid, clue.mac, self._candidates(clue, bound))

    def asked(self, clue: Clue, rid: str) -> Asked | None:
        """The mail that the clue's confirmation is about: each has a token of its own, sent to the agent alone."""
        own = (self.agent.address,) if self.agent else ()
        return next(
            (
                mail
                for mail in self.facts.asked
                if self.tokens.verify(Purpose.CONFIRMATION, binding(rid, mail.entry_key), clue.mac, own)
            ),
            None,
        )

    def best_grip(self, found: Sequence[Clue], ticket: Ticket, desk_wide: Grip) -> Grip:
        """The author's own token before somebody else's, among those that lead to the ticket."""
        other = Grip()
        for clue in found:
            leads = self.facts.tickets.get(clue)
            if not clue.mac or leads is None or leads.id != ticket.id or not self._covered(clue):
                continue
            holder = self.holder(clue, ticket)
            if holder is not None and holder.lower() in self._own:
                bound = self.facts.merged_from.get(clue, ticket)
                asked = self.asked(clue, bound.rid) if clue.purpose == Purpose.CONFIRMATION else None
                return Grip(Held.OWN, Purpose(clue.purpose), holder, asked)
            if holder is not None and other.held is Held.NONE:
                other = Grip(Held.OTHER, Purpose(clue.purpose), holder)
        return desk_wide if desk_wide.held is Held.OWN else other

    def desk_wide(self, found: Sequence[Clue]) -> Grip:
        """The agent's own token that binds no ticket: of the control address, or of a confirmation without a ticket."""
        if self.agent is None:
            return Grip()
        own = self.agent.address
        for clue in found:
            if clue.number is not None or not self._covered(clue):
                continue
            if clue.purpose == Purpose.CONTROL and self.tokens.verify(Purpose.CONTROL, "", clue.mac, (own,)):
                return Grip(Held.OWN, Purpose.CONTROL, own)
            asked = self.asked(clue, "") if clue.purpose == Purpose.CONFIRMATION else None
            if asked:
                return Grip(Held.OWN, Purpose.CONFIRMATION, own, asked)
        return Grip()

    @property
    def _own(self) -> frozenset[str]:
        author = (self.sender.address.key,) if self.sender.address else ()
        return frozenset((*author, self.agent.address.lower()) if self.agent else author)

    def _covered(self, clue: Clue) -> bool:
        """Whether what proved the sender also covers the header that the clue stands in (S-26b).

        An envelope is covered by nothing: whoever replays a signed mail writes a new one. So where the signature
        covers To, only an address that stands there counts (S-26); where it does not, as with Microsoft's, the
        envelope must do.
        """
        signed = self.sender.signed_headers
        if signed is None or (not clue.header and clue.carrier is not Carrier.ADDRESS):
            return True
        return clue.header in signed if clue.header else "to" not in signed

    def _candidates(self, clue: Clue, ticket: Ticket) -> Iterator[str]:
        """Whose it may be, the likeliest first: each costs a hash."""
        yield from self._own
        if clue.purpose in _CUSTOMERS:
            yield ticket.requester.email
            yield from (who.email for who in ticket.participants)
            return
        yield from (agent.address for agent in self.policy.members(ticket.team))
        yield from (agent.address for agent in self.policy.agents.values())


def _who(inside: Who, agent: Agent | None, grip: Grip) -> Who:
    if agent:
        # An agent who answers with a customer's token is a customer for once: it never serves as an agent's (S-21).
        return inside if grip.purpose in _CUSTOMERS else Who.AGENT
    former = grip.held is Held.OWN and grip.purpose not in _CUSTOMERS
    return Who.FORMER_AGENT if former else inside


def _standing(ticket: Ticket, author: Address | None) -> Who:
    """The author as requester or watcher, or as who was asked; a follower is let in on nothing by that alone."""
    if author is None:
        return Who.STRANGER
    if ticket.requester.email.lower() == author.key:
        return Who.PARTICIPANT
    found = ticket.participant(author.email)
    return _STANDINGS.get(found.role, Who.STRANGER) if found else Who.STRANGER


def _long_closed(ticket: Ticket, policy: Policy, now_ms: int) -> bool:
    if ticket.status is Status.MERGED:
        return True
    ended = ticket.status in (Status.CLOSED, Status.RESOLVED) and ticket.closed_ms is not None
    return ended and now_ms - (ticket.closed_ms or 0) > policy.reopen_days * DAY_MS
