"""Effects that concern letters: the outbox, budgets, what is remembered of those who get them, calls of webhooks."""

from __future__ import annotations

from mailgate.desk import effect as p
from mailgate.desk.letter import CONVERSATION, Letter, LetterKind
from mailgate.store.draft import Draft
from mailgate.store.effects.mails import thread
from mailgate.store.rows import to_json


def spend(draft: Draft, effect: p.Spend) -> None:
    """One automatic letter counts against a budget; the row is written at the end of the transaction."""
    draft.work.spent[effect.key] += 1
    draft.work.spent_ms = draft.now_ms


def queue_letter(draft: Draft, letter: Letter) -> None:
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
    draft.know(letter.brand, letter.message_id, ticket_id, number)
    if letter.kind in (LetterKind.SURVEY,):
        draft.customer(letter.brand, letter.recipient).survey_asked_ms = draft.now_ms
    if ticket is None:
        return
    requester = letter.recipient.lower() == ticket.requester.email.lower()
    if requester and letter.kind in CONVERSATION:
        draft.change(ticket, **thread(ticket, letter.message_id))
    meta = {"letter": number, "kind": letter.kind.value}
    draft.event(ticket.id, "letter", meta, {"to": letter.recipient, "message_id": letter.message_id})


def remember_customer(draft: Draft, effect: p.RememberCustomer) -> None:
    """What the desk learned of an address."""
    known = draft.customer(draft.brand, effect.email)
    known.name, known.language = effect.name or known.name, effect.language or known.language


def queue_webhook(draft: Draft, effect: p.QueueWebhook) -> None:
    """A call of a webhook joins its outbox."""
    ticket = draft.resolve(effect.ticket)
    state = ("queued", draft.now_ms, 0, "", 0, draft.now_ms, "")
    draft.add("calls", draft.work.ids.take("row_ids"), effect.name, ticket.id, to_json(dict(effect.body)), *state)
