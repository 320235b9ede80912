"""What a rule on an event does: its actions as effects and letters for one ticket. Nothing is decided here but whether
a letter may go to a customer, which the gate says as for every automatic letter.

=============  =====================================================================================================
action         becomes
=============  =====================================================================================================
fields         one change of the ticket; tags and fields are added to
``reassign``   given back to the team, which is offered it
``escalate``   handed to ``Team.escalate_to``, if there is one; its people and the supervisors are offered it
``close``      closed, without a word; ``status`` likewise leads to any other state
``letter``     a notice; to a customer only through the gate, and never on a ticket that no person wrote
``child``      a ticket under this one, which waits for it; given out in its team's way
``webhook``    a call in the outbox
=============  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailgate.desk.canned import Filling, fill, literal
from mailgate.desk.clock.clocks import REMINDER
from mailgate.desk.effect import (
    NEW_TICKET,
    AddEvent,
    AddNote,
    AddParticipant,
    ChangeTicket,
    ClearTimer,
    Effect,
    OpenTicket,
    QueueWebhook,
    Spend,
)
from mailgate.desk.letter import LetterOrder
from mailgate.desk.lifecycle import ENDED
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy
from mailgate.desk.routing import notices
from mailgate.desk.routing.notices import Cause, Look
from mailgate.desk.routing.rule import Actions, Child, Send
from mailgate.desk.ticket import ParticipantRole, Status, Ticket

ACTOR = "rule"


@dataclass(frozen=True, slots=True)
class Done:
    """Effects and letters for the ticket, plans of further ones, and lines for the trace."""

    effects: tuple[Effect, ...] = ()
    letters: tuple[LetterOrder, ...] = ()
    more: tuple[Plan, ...] = ()
    trace: tuple[str, ...] = ()


def carry_out(cause: Cause, actions: Actions, policy: Policy, look: Look, now_ms: int) -> Done:
    """Everything that ``actions`` do to the ticket of ``cause``, in the order of the table above."""
    ticket = cause.ticket
    effects: list[Effect] = [AddEvent(ticket.id, ACTOR, {"rules": list(cause.rules), "on": cause.on.value})]
    changes = dict(_changes(actions, ticket, policy, now_ms))
    if changes:
        effects.append(ChangeTicket(ticket.id, changes, cause.reason, ACTOR))
    if changes.get("status") in ENDED:
        effects.append(ClearTimer(ticket.id, REMINDER))
    effects += _people(actions, ticket, policy)
    if actions.note:
        effects.append(AddNote(ticket.id, actions.note))
    said = [notices.offer(cause, actions, policy, look, now_ms)]
    said += [notices.send(cause, each, policy, look, now_ms) for each in actions.letters]
    effects += [Spend(key) for notice in said for key in notice.keys]
    effects += [QueueWebhook(name, ticket.id, _told(cause, now_ms)) for name in actions.webhooks]
    more = tuple(_opened(cause, child, policy) for child in actions.children)
    letters = tuple(letter for notice in said for letter in notice.letters)
    return Done(tuple(effects), letters, more, tuple(notice.said for notice in said if notice.said))


def _changes(actions: Actions, ticket: Ticket, policy: Policy, now_ms: int) -> Iterator[tuple[str, object]]:
    """The fields that become others."""
    team = policy.teams.get(ticket.team)
    handed = team.escalate_to if team and actions.escalate else ""
    agent = policy.agents.get(actions.assignee)
    given = {"team": actions.team or handed, "kind": actions.kind, "priority": actions.priority, "sla": actions.sla}
    for name, value in given.items():
        if value and value != getattr(ticket, name):
            yield name, value
    if agent and agent.active:
        yield "assignee", agent.id
    elif ticket.assignee and (actions.reassign or (handed and handed != ticket.team)):
        yield "assignee", ""
    tags = tuple(dict.fromkeys((*ticket.tags, *actions.tags)))
    if tags != ticket.tags:
        yield "tags", tags
    fields = {**ticket.fields, **actions.fields}
    if fields != dict(ticket.fields):
        yield "fields", fields
    yield from _moved(actions, ticket, now_ms)


def _moved(actions: Actions, ticket: Ticket, now_ms: int) -> Iterator[tuple[str, object]]:
    """Another status, and the clocks that go with it."""
    wanted = Status.CLOSED if actions.close else Status(actions.status) if actions.status else ticket.status
    if actions.children and wanted not in ENDED:
        wanted = Status.WAITING_CHILD
    if wanted is ticket.status or ticket.status is Status.MERGED:
        return
    yield "status", wanted
    if ticket.state:
        yield "state", ""
    if wanted in ENDED and ticket.status not in ENDED:
        yield "closed_ms", now_ms
    if wanted in ENDED and ticket.waiting_since_ms is not None:
        yield "waiting_since_ms", None
    if wanted not in ENDED and ticket.closed_ms is not None:
        yield "closed_ms", None


def _people(actions: Actions, ticket: Ticket, policy: Policy) -> Iterator[AddParticipant]:
    for name in actions.watchers:
        agent = policy.agents.get(name) or policy.agent_by_address(name)
        email = agent.address if agent else name
        if ticket.participant(email) is None:
            role = ParticipantRole.FOLLOWER if agent else ParticipantRole.WATCHER
            yield AddParticipant(ticket.id, email, agent.name if agent else "", role, "a rule says so")


def _opened(cause: Cause, child: Child, policy: Policy) -> Plan:
    """A ticket under this one, of which its agent or team is told; its requester is who asked, who hears nothing."""
    parent = cause.ticket
    filling = Filling(parent, None, policy, policy.brands[parent.brand].language)
    subject, note = fill(child.subject, filling) or parent.subject, fill(child.note, filling)
    opened = OpenTicket(
        brand=parent.brand,
        mailbox=parent.mailbox,
        team=child.team,
        subject=subject,
        requester=parent.requester,
        kind=parent.kind,
        priority=parent.priority,
        language=parent.language,
        rule=cause.rules[0] if cause.rules else "",
        reason=cause.reason,
        parent=parent.id,
        links=((parent.id, "opened under it by a rule"),),
    )
    noted = (AddNote(NEW_TICKET, note),) if note else ()
    return Plan(Outcome.EVENT, (opened, *noted), then=Actions(letters=(Send("assignee", literal(note or subject)),)))


def _told(cause: Cause, now_ms: int) -> Mapping[str, object]:
    """What a webhook is told: names and states, and nothing of what anybody wrote but the subject."""
    ticket = cause.ticket
    return {
        "event": cause.on.value,
        "rules": list(cause.rules),
        "at_ms": now_ms,
        "ticket": {
            "number": ticket.number,
            "brand": ticket.brand,
            "subject": ticket.subject,
            "requester": ticket.requester.email,
            "status": ticket.status.value,
            "team": ticket.team,
            "assignee": ticket.assignee,
            "priority": ticket.priority,
            "tags": list(ticket.tags),
            "fields": dict(ticket.fields),
            "rating": ticket.rating,
        },
    }
