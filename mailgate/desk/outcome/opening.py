"""A mail opens a ticket: the rules say where it goes, the gate whether the customer is told, the team hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mailgate.desk.budget import Leave
from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import remind
from mailgate.desk.commands.tally import Orders
from mailgate.desk.effect import (
    NEW_TICKET,
    AddMessage,
    AddNote,
    AddParticipant,
    Cause,
    Direction,
    Effect,
    OpenTicket,
    RememberCustomer,
    Spend,
)
from mailgate.desk.gate import allow
from mailgate.desk.identity.trust import Acknowledge, Commands
from mailgate.desk.letter import LetterKind, LetterOrder
from mailgate.desk.lifecycle import ENDED
from mailgate.desk.outcome.orders import acknowledgement, bare_subject, tell, to_agent
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent
from mailgate.desk.routing.assign import assignee, audience, first, followers, watchers
from mailgate.desk.routing.rule import Routing
from mailgate.desk.ticket import Participant, ParticipantRole, Status, Ticket
from mailgate.mail.model import Address, Proof, VerdictKind

RELEASE_MS = 86_400_000
"""Mail that was held for longer gets no acknowledgement when it is released: it would come as a surprise (Q-17)."""

_KINDS = {
    Acknowledge.FULL: LetterKind.ACKNOWLEDGEMENT,
    Acknowledge.NEUTRAL: LetterKind.NEUTRAL_ACKNOWLEDGEMENT,
}


_STATES = frozenset(Status)

Shaping = Callable[[Case, Ticket], Orders | None]
"""What the commands of a mail make of the ticket that it opens, before it is opened; None where it has none."""


def _as_it_is(case: Case, draft: Ticket) -> None:
    """Most mails have no commands."""


def open_ticket(case: Case, related: int | None = None, shape: Shaping = _as_it_is) -> Plan:
    """A new ticket for the mail; ``related`` is the id of the ticket that its clues pointed to, linked for agents."""
    author = case.author
    if author is None:
        return case.hold(Cause.AUTHOR_UNKNOWN, case.mail.author_unknown or "no author can be read")
    routing = case.router.route(
        case.reading, case.delivery.mailbox, case.delivery.brand, case.facts.customer, case.now_ms
    )
    if routing.actions.hold and not case.delivery.released:
        return case.hold(Cause.RULE, f"{routing.actions.hold}; {routing.reason}")
    draft = _draft(case, author, routing)
    orders = shape(case, draft)
    start, why = _given(case, (orders.ticket if orders else None) or draft, draft, routing)
    links = tuple(_links(case, related))
    leave, kind = _acknowledged(case, author, routing)
    effects: list[Effect] = [
        _opened(start, routing.rule, links),
        AddMessage(NEW_TICKET, _direction(case), marks=case.marks, text=_text(case)),
    ]
    letters: list[LetterOrder] = []
    told_line = f"notified: nobody, the rule made it {start.status.value}"
    if kind and not leave.reason:
        letters.append(acknowledgement(case, author, kind, start.team, routing.actions.template))
        effects += [Spend(key) for key in leave.keys]
    if routing.actions.note:
        effects.append(AddNote(NEW_TICKET, routing.actions.note))
    if start.status not in ENDED:
        speaker = case.agent.id if case.agent else ""
        told_first = audience(case.policy, start.team, start.assignee, speaker)
        everybody = (*told_first, *_followers(case, routing), *watchers(case.policy, start.team))
        noted = phrase("Note: {note}", note=routing.actions.note) if routing.actions.note else NOTHING
        told, spent, told_line = tell(case, everybody, None, "new", start.reason, {"reason": why, "note": noted})
        letters += told
        effects += spent
        if _direction(case) is Direction.CUSTOMER:
            effects += remind(case.policy, start.team, NEW_TICKET, case.now_ms)
    if case.agent and orders and orders.results:
        effects += [effect for effect in orders.effects if not isinstance(effect, AddParticipant)]  # they open it
        letters += orders.letters
        letters.append(to_agent(case, LetterKind.TRANSCRIPT, case.agent, None, {"lines": orders.lines}, None))
    if case.reading.verdict.kind is VerdictKind.GENUINE and case.sender.proof is not Proof.FAIL:
        effects.append(RememberCustomer(author.email, author.name, case.mail.language))
    plan = case.plan(
        Outcome.LINK if related is not None else Outcome.NEW,
        effects,
        letters,
        (*_said(case, start, links, leave.reason), told_line),
        acknowledge=leave.reason,
        rule=routing.rule,
        ticket=NEW_TICKET,
    )
    return replace(plan, then=routing.actions) if routing.actions.later else plan


def _draft(case: Case, author: Address, routing: Routing) -> Ticket:
    """The ticket as the rules want it; the commands of an agent's own mail change it before it is opened."""
    actions = routing.actions
    requester = Participant(author.email, author.name, ParticipantRole.REQUESTER)
    return Ticket(
        id=NEW_TICKET,
        number=0,
        rid="",
        brand=case.delivery.brand,
        mailbox=case.delivery.mailbox.address,
        subject=bare_subject(case),
        status=Status(actions.status) if actions.status in _STATES else Status.NEW,
        team=actions.team,
        requester=requester,
        kind=actions.kind,
        assignee=assignee(actions.assignee, case.policy),
        priority=actions.priority or "normal",
        sla=actions.sla,
        tags=actions.tags,
        language=case.language,
        fields=actions.fields,
        reason=str(routing.reason),
        participants=(requester, *(_watcher(case, name) for name in actions.watchers)),
    )


def _given(case: Case, start: Ticket, draft: Ticket, routing: Routing) -> tuple[Ticket, Phrase]:
    """The ticket with its agent, and what agents read of why it is there: whom a command named stays, else the rule's
    or the team's way counts. That no rule matched is no news to anybody."""
    told = routing.reason if routing.rules else NOTHING
    start = start if start.reason == draft.reason else replace(start, reason=draft.reason)
    if start.status in ENDED or start.assignee != draft.assignee:
        return start, told
    choice = first(start, case.facts.crew, case.facts.absent, case.policy, case.now_ms)
    if not choice.reason:
        return start if start.assignee == choice.agent else replace(start, assignee=choice.agent), told
    why = phrase("{routed}; {given}", routed=routing.reason, given=choice.reason)
    return replace(start, assignee=choice.agent, reason=str(why)), why if told else choice.reason


def _opened(start: Ticket, rule: str, links: tuple[tuple[int, str], ...]) -> OpenTicket:
    return OpenTicket(
        brand=start.brand,
        mailbox=start.mailbox,
        team=start.team,
        subject=start.subject,
        requester=start.requester,
        status=start.status,
        kind=start.kind,
        assignee=start.assignee,
        priority=start.priority,
        tags=start.tags,
        language=start.language,
        fields=start.fields,
        watchers=start.participants[1:],
        links=links,
        rule=rule,
        reason=start.reason,
        due_ms=start.due_ms,
        sla=start.sla,
    )


def _acknowledged(case: Case, author: Address, routing: Routing) -> tuple[Leave, LetterKind | None]:
    """Whether the customer is told, and by which letter: trust, the rule, a pause and the gate are asked in this
    order."""
    kind = _KINDS.get(case.trust.treatment.acknowledge)
    if kind is None:
        return Leave(f"trust: {case.trust.row}"), None
    if case.delivery.released and case.now_ms - case.reading.envelope.received_ms > RELEASE_MS:
        return Leave("released more than a day after it came"), None
    if not routing.actions.acknowledge:
        return Leave(f"the rule {routing.rule} says so"), None
    paused = case.facts.paused & {case.delivery.mailbox.address.lower(), routing.actions.team}
    if paused:
        return Leave(f"paused: {sorted(paused)[0]}"), None
    if routing.actions.status in (Status.SPAM.value, Status.CLOSED.value):
        return Leave(f"the rule {routing.rule} makes it {routing.actions.status}"), None
    return allow(case.reading, author.email, None, case.facts.spent, case.policy, case.now_ms), kind


def _links(case: Case, related: int | None) -> Iterator[tuple[int, str]]:
    """Related tickets: the one that the clues pointed to, and the same requester's that is open since a short while."""
    if related is not None:
        yield related, "closed long ago" if case.placement.long_closed else "named by the mail"
    recent = (ticket for ticket in case.facts.recent if ticket.brand == case.delivery.brand and ticket.id != related)
    yield from ((ticket.id, "same requester, probably the same matter") for ticket in recent)


def _direction(case: Case) -> Direction:
    robot = case.reading.verdict.kind is not VerdictKind.GENUINE
    return Direction.ROBOT if robot else Direction.CUSTOMER


def _text(case: Case) -> str | None:
    return case.text if case.commands and case.trust.treatment.commands is not Commands.NONE else None


def _followers(case: Case, routing: Routing) -> tuple[Agent, ...]:
    return followers((_watcher(case, name) for name in routing.actions.watchers), case.policy)


def _watcher(case: Case, name: str) -> Participant:
    """A rule names agents by id, whom we tell of everything, or addresses of others, who get what the customer gets."""
    agent = case.policy.agents.get(name) or case.policy.agent_by_address(name)
    if agent:
        return Participant(agent.address, agent.name, ParticipantRole.FOLLOWER)
    return Participant(name, role=ParticipantRole.WATCHER)


def _said(case: Case, start: Ticket, links: tuple[tuple[int, str], ...], refused: str) -> Iterator[str]:
    yield f"trust: {case.trust.row}: {case.trust.treatment.name}"
    yield f"route: {start.reason}: team {start.team or 'none'}"
    for _, why in links:
        yield f"linked: {why}"
    yield f"acknowledgement: none: {refused}" if refused else "acknowledgement: sent"
