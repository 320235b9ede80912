"""Effects of the mail being settled: on a ticket, aside, or as a report about a letter."""

from __future__ import annotations

from typing import Any

from mailgate.desk import effect as p
from mailgate.desk.ticket import Ticket
from mailgate.store.draft import Draft
from mailgate.store.held import confirm, drop
from mailgate.store.rows import key_of, to_json
from mailgate.store.search import document

ASKED = 2000
"""How much of a customer's newest text is kept on the ticket, for answers to quote."""

REFERENCES = 20
"""How many Message-IDs of a conversation are kept for the References header; the oldest and the newest survive."""


def add_message(draft: Draft, effect: p.AddMessage) -> None:
    """The mail being settled, on a ticket: its text, its attachments, its words, and what it says of waiting."""
    reading, ticket = draft.reading, draft.resolve(effect.ticket)
    if reading is None:
        raise LookupError("a plan adds a message, but there is no mail")
    mail, author = reading.mail, effect.author or reading.sender.address
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
        draft.know(ticket.brand, mail.message_id, ticket.id, None)
    if effect.text is None and reading.words is not None:
        draft.words.append((number, reading.words))
    else:
        draft.words.append(document(number, mail.subject, new_text, [part.filename for part in mail.attachments]))
    draft.change(ticket, **_after_message(draft, ticket, effect, mail.message_id, new_text))
    meta: dict[str, object] = {
        "message": number,
        "direction": effect.direction.value,
        "visibility": effect.visibility.value,
    }
    if not effect.waits:
        meta["waits"] = False
    payload = {"from": email, "subject": mail.subject, "sha256": reading.sha256, "marks": effect.marks}
    draft.event(ticket.id, "message", meta, payload, effect.agent)


def _after_message(
    draft: Draft, ticket: Ticket, effect: p.AddMessage, message_id: str, new_text: str
) -> dict[str, Any]:
    """What a message changes on its ticket by itself: who waits, since when, and the thread that answers refer to."""
    changes: dict[str, Any] = {"updated_ms": draft.now_ms}
    if effect.visibility is not p.Visibility.PUBLIC:
        return changes
    if effect.direction is p.Direction.CUSTOMER and effect.waits:
        changes["asked"] = new_text[:ASKED]
        changes["waiting_since_ms"] = ticket.waiting_since_ms or draft.now_ms
    if effect.direction is p.Direction.AGENT:
        changes |= {"waiting_since_ms": None, "answered_ms": draft.now_ms}
    return changes | thread(ticket, message_id)


def add_note(draft: Draft, effect: p.AddNote) -> None:
    """An internal note: a message that no mail carries."""
    ticket = draft.resolve(effect.ticket)
    number = draft.work.ids.take("row_ids")
    direction = p.Direction.AGENT if effect.author else p.Direction.SYSTEM
    head = (number, ticket.id, None, direction.value, p.Visibility.AGENTS.value, effect.author, "[]", "", "", "", "")
    text = str(effect.text)
    draft.add("messages", *head, text, None, "und", "", "", draft.now_ms, draft.now_ms)
    draft.words.append(document(number, "", text, ()))
    draft.event(ticket.id, "note", {"message": number}, {}, effect.author)


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
    """A mail that waited for its agent's word, or for an admin's, is settled as soon as the clock looks; see
    ``held``."""
    confirm(draft.work.rows, effect.held, effect.by, draft.now_ms)


def drop_held(draft: Draft, effect: p.DropHeld) -> None:
    """A held mail is forgotten, as by ``mailgate held drop``."""
    drop(draft.work.rows, effect.held, effect.by, draft.now_ms)


def thread(ticket: Ticket, message_id: str) -> dict[str, Any]:
    """The ticket's references with one more; past the limit the middle goes, as RFC 5322 section 3.6.4 allows."""
    if not message_id or message_id in ticket.references:
        return {}
    references = (*ticket.references, message_id)
    if len(references) > REFERENCES:
        references = (references[0], *references[2 - REFERENCES - 1 :])
    return {"last_message_id": message_id, "references": references}
