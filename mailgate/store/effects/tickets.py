"""Effects on tickets themselves: opening, changing, people, links, timers, ratings.

Every change of a ticket is also an event of its history, so that the chain tells the whole story. What is personal
stands in the event's payload, which erasure may delete; the rest in its metadata, which stays. Only the step of the
clock (``Ticket.clock``) is no event: it follows from the others.
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk import effect as p
from mailgate.desk.ticket import Participant, ParticipantRole
from mailgate.store.draft import Draft
from mailgate.store.read import FINISHED
from mailgate.store.rows import key_of

OPEN_FACTS = (
    *("status", "state", "team", "kind", "assignee", "given_by", "priority", "merged_into", "parent", "language"),
    *("mailbox", "rule", "sla", "due_ms", "snoozed_ms", "nudges", "waiting_since_ms"),
)
"""Fields of a ticket whose values may stand in an event for ever; those of the others are erased with the customer."""


def open_ticket(draft: Draft, effect: p.OpenTicket) -> None:
    """The ticket's row is written last, when all is known of it; here its history and its people begin."""
    ticket = draft.ticket
    if ticket is None:
        raise LookupError("a plan that opens a ticket was not opened before it was written")
    draft.opened.add(ticket.id)
    draft.begin_chain(ticket)
    for who in ticket.participants:
        draft.add("participants", ticket.id, key_of(who.email), who.email, who.name, who.role.value, draft.now_ms)
    requester = draft.customer(ticket.brand, ticket.requester.email)
    requester.tickets += 1
    requester.open_tickets += 0 if ticket.status in FINISHED else 1
    requester.name = ticket.requester.name
    draft.given(ticket.assignee)
    meta = {name: getattr(ticket, name) for name in OPEN_FACTS if getattr(ticket, name)} | {"number": ticket.number}
    payload = {"requester": ticket.requester.email, "subject": ticket.subject, "reason": ticket.reason}
    draft.event(ticket.id, "opened", meta, payload)
    for other, why in effect.links:
        link_tickets(draft, p.LinkTickets(ticket.id, other, why))


def change_ticket(draft: Draft, effect: p.ChangeTicket) -> None:
    """New values of fields; only those that differ are written and told."""
    ticket = draft.resolve(effect.ticket)
    changes = {name: value for name, value in effect.changes.items() if getattr(ticket, name, None) != value}
    if "clock" in changes:
        draft.change(ticket, clock=changes.pop("clock"))
        ticket = draft.resolve(effect.ticket)
    if not changes:
        return
    draft.given(str(changes.get("assignee", "")))
    before_after = {name: [getattr(ticket, name, None), value] for name, value in changes.items()}
    draft.change(ticket, **{"updated_ms": draft.now_ms, **changes})
    meta = {name: both for name, both in before_after.items() if name in OPEN_FACTS}
    payload: dict[str, object] = {name: both for name, both in before_after.items() if name not in OPEN_FACTS}
    fields = sorted(before_after.keys() - set(OPEN_FACTS))
    draft.event(
        ticket.id,
        "changed",
        {**meta, **({"fields": fields} if fields else {})},
        {**payload, "why": effect.why},
        effect.actor,
    )


def add_participant(draft: Draft, effect: p.AddParticipant) -> None:
    """An address is let in, or its role changes."""
    ticket = draft.resolve(effect.ticket)
    who = Participant(effect.email, effect.name, effect.role)
    others = tuple(known for known in ticket.participants if known.email.lower() != who.email.lower())
    draft.work.tickets[ticket.id] = replace(ticket, participants=(*others, who))
    draft.add("participants", ticket.id, key_of(who.email), who.email, who.name, who.role.value, draft.now_ms)
    draft.event(ticket.id, "participant", {"role": effect.role.value}, {"email": effect.email, "why": effect.why})


def remove_participant(draft: Draft, effect: p.RemoveParticipant) -> None:
    """An address has no more to do with the ticket, unless it is the requester's."""
    ticket = draft.resolve(effect.ticket)
    who = ticket.participant(effect.email)
    if who is None or who.role is ParticipantRole.REQUESTER:
        return
    left = tuple(known for known in ticket.participants if known is not who)
    draft.work.tickets[ticket.id] = replace(ticket, participants=left)
    draft.remove("participants", ticket.id, key_of(who.email))
    draft.event(ticket.id, "participant-gone", {"role": who.role.value}, {"email": who.email, "why": effect.why})


def link_tickets(draft: Draft, effect: p.LinkTickets) -> None:
    """Two tickets are related; both can be found from either side, one row serves."""
    ticket = draft.resolve(effect.ticket)
    draft.add("links", ticket.id, effect.other, effect.why, draft.now_ms)
    draft.event(ticket.id, "linked", {"other": effect.other}, {"why": effect.why})


def unlink_tickets(draft: Draft, effect: p.UnlinkTickets) -> None:
    """The link goes, from whichever side it was made."""
    ticket = draft.resolve(effect.ticket)
    draft.remove("links", ticket.id, effect.other)
    draft.remove("links", effect.other, ticket.id)
    draft.event(ticket.id, "unlinked", {"other": effect.other}, {"why": effect.why})


def add_event(draft: Draft, effect: p.AddEvent) -> None:
    """An entry in the history, as the plan words it."""
    actor = str(effect.meta.get("actor", ""))
    draft.event(draft.resolve(effect.ticket).id, effect.kind, effect.meta, effect.payload, actor)


def record_rating(draft: Draft, effect: p.RecordRating) -> None:
    """A rating: on the ticket, and with the customer."""
    ticket = draft.resolve(effect.ticket)
    draft.add("ratings", ticket.id, effect.score, effect.comment, effect.by, draft.now_ms)
    draft.change(ticket, rating=effect.score, updated_ms=draft.now_ms)
    draft.customer(ticket.brand, ticket.requester.email).rating = effect.score
    draft.event(ticket.id, "rated", {"score": effect.score}, {"comment": effect.comment, "by": effect.by})


def set_timer(draft: Draft, effect: p.SetTimer) -> None:
    """Something becomes due."""
    draft.timers[draft.resolve(effect.ticket).id, effect.kind] = effect.due_ms


def clear_timer(draft: Draft, effect: p.ClearTimer) -> None:
    """Nothing of that kind is due any more."""
    draft.timers[draft.resolve(effect.ticket).id, effect.kind] = None


def requester_first(effect: p.OpenTicket) -> tuple[Participant, ...]:
    """The people of a new ticket: its requester, then the watchers who are somebody else."""
    requester = replace(effect.requester, role=ParticipantRole.REQUESTER)
    seen = {requester.email.lower()}
    people = [requester]
    for watcher in effect.watchers:
        if watcher.email.lower() not in seen:
            seen.add(watcher.email.lower())
            people.append(watcher)
    return tuple(people)
