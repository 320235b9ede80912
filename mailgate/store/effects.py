"""What each effect of a plan becomes: one small function per effect, found by its type in ``EFFECTS``.

Every change of a ticket is also an event of its history, so that the chain tells the whole story. What is personal
stands in the event's payload, which erasure may delete; the rest in its metadata, which stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mailgate.desk import plan as p
from mailgate.desk.ticket import Participant, ParticipantRole, Ticket
from mailgate.store.draft import Draft
from mailgate.store.held import confirm
from mailgate.store.read import FINISHED
from mailgate.store.rows import id_key, key_of, to_json
from mailgate.store.words import words_of

OPEN_FACTS = ("status", "team", "kind", "assignee", "priority", "merged_into", "language", "mailbox", "rule")
"""Fields of a ticket whose values may stand in an event for ever; those of the others are erased with the customer."""

ASKED = 2000
"""How much of a customer's newest text is kept on the ticket, for answers to quote."""

REFERENCES = 20
"""How many Message-IDs of a conversation are kept for the References header; the oldest and the newest survive."""


def open_ticket(draft: Draft, effect: p.OpenTicket) -> None:
    """The ticket's row is written last, when all is known of it; here its history and its people begin."""
    ticket = draft.ticket
    if ticket is None:
        raise LookupError("a plan that opens a ticket was not opened before it was written")
    draft.opened = True
    draft.begin_chain(ticket)
    for who in ticket.participants:
        draft.add("participants", ticket.id, key_of(who.email), who.email, who.name, who.role.value, draft.now_ms)
    requester = draft.customer(ticket.brand, ticket.requester.email)
    requester.tickets += 1
    requester.open_tickets += 0 if ticket.status in FINISHED else 1
    requester.name = ticket.requester.name
    meta = {name: getattr(ticket, name) for name in OPEN_FACTS if getattr(ticket, name)} | {"number": ticket.number}
    payload = {"requester": ticket.requester.email, "subject": ticket.subject, "reason": ticket.reason}
    draft.event(ticket.id, "opened", meta, payload)
    for other, why in effect.links:
        link_tickets(draft, p.LinkTickets(ticket.id, other, why))


def add_message(draft: Draft, effect: p.AddMessage) -> None:
    """The mail being settled, on a ticket: its text, its attachments, its words, and what it says of waiting."""
    reading, ticket = draft.reading, draft.resolve(effect.ticket)
    if reading is None:
        raise LookupError("a plan adds a message, but there is no mail")
    mail, author = reading.mail, reading.sender.address
    number = draft.message = draft.work.ids.take("row_ids")
    text = mail.text if effect.text is None else effect.text
    new_text = mail.reply_text if effect.text is None else text
    email, name = (author.email, author.name) if author else ("", "")
    draft.add(
        "messages",
        number,
        ticket.id,
        reading.entry_key,
        effect.direction.value,
        effect.visibility.value,
        effect.agent,
        to_json(effect.marks),
        email,
        name,
        mail.subject,
        mail.message_id,
        text,
        None if new_text == text else new_text,
        mail.language,
        reading.verdict.kind.value,
        reading.sender.proof.value,
        reading.envelope.received_ms,
        draft.now_ms,
    )
    for place, part in enumerate(mail.attachments):
        flags = (int(part.inline), int(part.noise), to_json(part.risks), place)
        kinds = (part.filename, part.content_type, part.claimed_type, part.size, part.sha256, part.content_id)
        draft.add("attachments", number, part.path, *kinds, *flags)
    if mail.message_id:
        draft.add("known_ids", ticket.brand, id_key(mail.message_id), ticket.id, None)
    draft.words.append((number, words_of(f"{mail.subject}\n{new_text}")))
    draft.change(ticket, **_after_message(draft, ticket, effect, mail.message_id, new_text))
    meta = {"message": number, "direction": effect.direction.value, "visibility": effect.visibility.value}
    payload = {"from": email, "subject": mail.subject, "sha256": reading.sha256, "marks": effect.marks}
    draft.event(ticket.id, "message", meta, payload, effect.agent)


def _after_message(
    draft: Draft, ticket: Ticket, effect: p.AddMessage, message_id: str, new_text: str
) -> dict[str, Any]:
    """What a message changes on its ticket by itself: who waits, since when, and the thread that answers refer to."""
    changes: dict[str, Any] = {"updated_ms": draft.now_ms}
    if effect.visibility is not p.Visibility.PUBLIC:
        return changes
    if effect.direction is p.Direction.CUSTOMER:
        changes |= {"asked": new_text[:ASKED], "waiting_since_ms": ticket.waiting_since_ms or draft.now_ms}
    if effect.direction is p.Direction.AGENT:
        changes |= {"waiting_since_ms": None, "answered_ms": draft.now_ms}
    return changes | _thread(ticket, message_id)


def _thread(ticket: Ticket, message_id: str) -> dict[str, Any]:
    """The ticket's references with one more; past the limit the middle goes, as RFC 5322 section 3.6.4 allows."""
    if not message_id or message_id in ticket.references:
        return {}
    references = (*ticket.references, message_id)
    if len(references) > REFERENCES:
        references = (references[0], *references[2 - REFERENCES - 1 :])
    return {"last_message_id": message_id, "references": references}


def add_note(draft: Draft, effect: p.AddNote) -> None:
    """An internal note: a message that no mail carries."""
    ticket = draft.resolve(effect.ticket)
    number = draft.work.ids.take("row_ids")
    direction = p.Direction.AGENT if effect.author else p.Direction.SYSTEM
    head = (number, ticket.id, None, direction.value, p.Visibility.AGENTS.value, effect.author, "[]", "", "", "", "")
    draft.add("messages", *head, effect.text, None, "und", "", "", draft.now_ms, draft.now_ms)
    draft.words.append((number, words_of(effect.text)))
    draft.event(ticket.id, "note", {"message": number}, {}, effect.author)


def change_ticket(draft: Draft, effect: p.ChangeTicket) -> None:
    """New values of fields; only those that differ are written and told."""
    ticket = draft.resolve(effect.ticket)
    changes = {name: value for name, value in effect.changes.items() if getattr(ticket, name, None) != value}
    if not changes:
        return
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


def link_tickets(draft: Draft, effect: p.LinkTickets) -> None:
    """Two tickets are related; both can be found from either side, one row serves."""
    ticket = draft.resolve(effect.ticket)
    draft.add("links", ticket.id, effect.other, effect.why, draft.now_ms)
    draft.event(ticket.id, "linked", {"other": effect.other}, {"why": effect.why})


def add_event(draft: Draft, effect: p.AddEvent) -> None:
    """An entry in the history, as the plan words it."""
    actor = str(effect.meta.get("actor", ""))
    draft.event(draft.resolve(effect.ticket).id, effect.kind, effect.meta, effect.payload, actor)


def record_bounce(draft: Draft, effect: p.RecordBounce) -> None:
    """What a report said of one recipient of a letter; the last report counts, all stay in the history."""
    said = effect.recipient
    draft.add(
        "letter_bounces",
        effect.letter,
        key_of(said.email),
        said.email,
        said.action.value,
        said.status,
        said.reason,
        draft.now_ms,
    )
    if effect.ticket is not None:
        meta = {"letter": effect.letter, "action": said.action.value, "status": said.status}
        draft.event(draft.resolve(effect.ticket).id, "bounce", meta, {"email": said.email, "reason": said.reason})


def record_rating(draft: Draft, effect: p.RecordRating) -> None:
    """A rating: on the ticket, and with the customer."""
    ticket = draft.resolve(effect.ticket)
    draft.add("ratings", ticket.id, effect.score, effect.comment, effect.by, draft.now_ms)
    draft.change(ticket, rating=effect.score, updated_ms=draft.now_ms)
    draft.customer(ticket.brand, ticket.requester.email).rating = effect.score
    draft.event(ticket.id, "rated", {"score": effect.score}, {"comment": effect.comment, "by": effect.by})


def hold_mail(draft: Draft, effect: p.HoldMail) -> None:
    """The mail waits aside, under its cause, for an admin."""
    row, reading = draft.delivery, draft.reading
    if row is None:
        raise LookupError("a plan holds a mail, but there is no delivery")
    author = reading.mail.author if reading else None
    received = reading.envelope.received_ms if reading else row.received_ms
    subject = reading.mail.subject if reading else ""
    about = (effect.cause.value, effect.detail, author.email if author else "", subject, received)
    draft.add("held", draft.work.ids.take("row_ids"), row.entry_key, row.brand, row.mailbox, *about, "held")


def release_held(draft: Draft, effect: p.ReleaseHeld) -> None:
    """A mail that waited for its agent's word is settled as soon as the clock looks; see ``held``."""
    confirm(draft.work.rows, effect.held, draft.now_ms)


def set_timer(draft: Draft, effect: p.SetTimer) -> None:
    """Something becomes due."""
    draft.timers[draft.resolve(effect.ticket).id, effect.kind] = effect.due_ms


def clear_timer(draft: Draft, effect: p.ClearTimer) -> None:
    """Nothing of that kind is due any more."""
    draft.timers[draft.resolve(effect.ticket).id, effect.kind] = None


def spend(draft: Draft, effect: p.Spend) -> None:
    """One automatic letter counts against a budget; the row is written at the end of the transaction."""
    draft.work.spent[effect.key] += 1
    draft.work.spent_ms = draft.now_ms


def remember_customer(draft: Draft, effect: p.RememberCustomer) -> None:
    """What the desk learned of an address."""
    known = draft.customer(draft.brand, effect.email)
    known.name, known.language = effect.name or known.name, effect.language or known.language


def queue_letter(draft: Draft, letter: p.Letter) -> None:
    """A letter joins the outbox: its bytes are fixed from here on (promise 3)."""
    ticket = draft.resolve(letter.ticket) if letter.ticket or draft.ticket is not None else None
    ticket_id = ticket.id if ticket else None
    number = draft.work.ids.take("row_ids")
    about = (letter.kind.value, letter.recipient, letter.mail_from, letter.message_id, letter.subject)
    state = (int(letter.at_most_once), "queued", draft.now_ms, 0, "", 0, draft.now_ms, "", "", letter.failed_template)
    draft.add(
        "letters", number, ticket_id, draft.delivery.entry_key if draft.delivery else None, letter.brand, *about, *state
    )
    draft.add("letter_data", number, letter.data)
    draft.add("known_ids", letter.brand, id_key(letter.message_id), ticket_id, number)
    if letter.kind in (p.LetterKind.SURVEY,):
        draft.customer(letter.brand, letter.recipient).survey_asked_ms = draft.now_ms
    if ticket is None:
        return
    requester = letter.recipient.lower() == ticket.requester.email.lower()
    if requester and letter.kind is p.LetterKind.ANSWER:
        draft.change(ticket, **_thread(ticket, letter.message_id))
    meta = {"letter": number, "kind": letter.kind.value}
    draft.event(ticket.id, "letter", meta, {"to": letter.recipient, "message_id": letter.message_id})


EFFECTS: Mapping[type, Callable[[Draft, Any], None]] = {
    p.OpenTicket: open_ticket,
    p.AddMessage: add_message,
    p.AddNote: add_note,
    p.ChangeTicket: change_ticket,
    p.AddParticipant: add_participant,
    p.LinkTickets: link_tickets,
    p.AddEvent: add_event,
    p.RecordBounce: record_bounce,
    p.RecordRating: record_rating,
    p.HoldMail: hold_mail,
    p.ReleaseHeld: release_held,
    p.SetTimer: set_timer,
    p.ClearTimer: clear_timer,
    p.Spend: spend,
    p.RememberCustomer: remember_customer,
}
"""Every effect there is; a test holds this against ``desk.plan.Effect``."""


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
