"""The letters that a decision orders, with the values that their templates need (``letters`` renders them).

Letters go to the address on record: the strict author, the ticket's participants, the agents' enrolled addresses. No
Reply-To of a stranger is ever written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailgate.desk.agent_letter import for_agent
from mailgate.desk.case import Case
from mailgate.desk.commands.line import in_subject
from mailgate.desk.effect import NEW_TICKET, Effect, Spend
from mailgate.desk.gate import news
from mailgate.desk.identity.token import split_address
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.outcome.earlier import earlier
from mailgate.desk.phrase import Phrase
from mailgate.desk.policy import Agent, Role
from mailgate.desk.threading.clue import tag_number
from mailgate.desk.ticket import ParticipantRole, Ticket
from mailgate.mail.model import Address

QUOTE_LIMIT = 500
HISTORY_LIMIT = 5


def acknowledgement(case: Case, to: Address, kind: LetterKind, team: str, template: str) -> LetterOrder:
    """That we have the message: the customer's own words are quoted only in the full one, to a proved sender."""
    full = kind is LetterKind.ACKNOWLEDGEMENT
    found = case.policy.teams.get(team)
    values: dict[str, object] = {
        "quote": shorten(case.mail.reply_text_nosig or case.mail.reply_text, QUOTE_LIMIT) if full else "",
        "team": found.name_in(case.language) if found else "",
        "answer_by_ms": None,
    }
    return LetterOrder(
        kind=kind,
        to=to,
        ticket=NEW_TICKET,
        language=case.language,
        brand=case.brand.id,
        mailbox=case.delivery.mailbox.address,
        purpose=Purpose.CUSTOMER,
        values=values,
        template=template if full else "",
        in_reply_to=case.mail.message_id,
    )


def tell(
    case: Case,
    agents: Iterable[Agent],
    ticket: Ticket | None,
    what: str,
    reason: str,
    given: Mapping[str, object] | None = None,
) -> tuple[list[LetterOrder], list[Effect], str]:
    """The notifications of a customer's mail, what they spend, and the line of the trace; none past the budget
    (L-27)."""
    author = case.author.email if case.author else ""
    leave = news(author, case.facts.spent, case.policy.budgets, case.now_ms)
    if leave.reason:
        return [], [], f"notification: none: {leave.reason}"
    told = tuple(dict.fromkeys(agent.id for agent in agents))
    letters = notifications(case, (case.policy.agents[one] for one in told), ticket, what, reason, given)
    return letters, [Spend(key) for key in leave.keys] if letters else [], f"notified: {', '.join(told) or 'nobody'}"


def notifications(
    case: Case,
    agents: Iterable[Agent],
    ticket: Ticket | None,
    what: str,
    reason: Phrase | str,
    given: Mapping[str, object] | None = None,
) -> list[LetterOrder]:
    """The news for agents, each with a token of their own; ``what`` is ``new``, ``reply``, ``note``, ``given`` (to the
    reader), ``offer`` (to the team) and so on; ``given`` replaces values. A watcher only reads it."""
    values = {**_news(case, ticket, what, reason), **(given or {})}
    return [
        for_agent(
            LetterKind.NOTIFICATION,
            agent,
            case.brand,
            {**values, "reads": True} if agent.role is Role.WATCHER else values,
            ticket=ticket.id if ticket else NEW_TICKET,
            mailbox=ticket.mailbox if ticket else case.delivery.mailbox.address,
            purpose=Purpose.AGENT,
            attach=case.attachments,
            in_reply_to=ticket.last_message_id if ticket else "",
        )
        for agent in agents
    ]


def to_agent(
    case: Case,
    kind: LetterKind,
    agent: Agent,
    ticket: Ticket | None,
    values: dict[str, object],
    purpose: Purpose | None,
) -> LetterOrder:
    """A letter about a mail of the agent's own (transcript, confirmation), or about a letter that did not arrive."""
    return for_agent(
        kind,
        agent,
        case.brand,
        values,
        ticket=ticket.id if ticket else NEW_TICKET,
        mailbox=ticket.mailbox if ticket else case.delivery.mailbox.address,
        purpose=purpose,
        in_reply_to=case.mail.message_id if case.agent is agent else "",
    )


def answer(case: Case, ticket: Ticket, to: Address, kind: LetterKind, agent: Agent, text: str) -> LetterOrder:
    """The agent's words to a customer (ANSWER or RESOLUTION to the requester, COPY to a watcher), or a COPY to a
    following agent."""
    reader = case.policy.agent_by_address(to.email) if kind is LetterKind.COPY else None
    spoken = ticket.language if ticket.language != "und" else case.brand.language
    return LetterOrder(
        kind=kind,
        to=to,
        ticket=ticket.id,
        language=(reader.language or case.brand.language) if reader else spoken,
        brand=case.brand.id,
        mailbox=ticket.mailbox,
        purpose=Purpose.AGENT if reader else Purpose.CUSTOMER,
        agent=agent.id,
        text=text,
        attach=case.attachments,
        values={
            "text": text,
            "author": agent.name if reader or case.brand.agent_names else "",
            "quote": shorten(ticket.asked, 4 * QUOTE_LIMIT),
            "quote_author": _asker(ticket),
            **({"close_at_ms": _closes_ms(case)} if kind is LetterKind.RESOLUTION else {}),
            **({"watcher": True} if kind is LetterKind.COPY and reader is None else {}),
        },
        in_reply_to=ticket.last_message_id,
    )


def _asker(ticket: Ticket) -> str:
    """Who wrote what an answer quotes; nobody is named where others write on the ticket too."""
    others = any(who.role is ParticipantRole.WATCHER for who in ticket.participants)
    return "" if others else ticket.requester.name or ticket.requester.email


def question(case: Case, ticket: Ticket, to: str, agent: Agent, text: str, subject: str) -> LetterOrder:
    """The agent's words to a third party: nothing of the customer's goes with them but the ticket's subject, and not
    that where the agent has another."""
    return LetterOrder(
        kind=LetterKind.ASK,
        to=Address(to),
        ticket=ticket.id,
        language=case.mail.language if case.mail.language != "und" else case.brand.language,
        brand=case.brand.id,
        mailbox=ticket.mailbox,
        purpose=Purpose.CUSTOMER,
        agent=agent.id,
        text=text,
        attach=case.attachments,
        values={"text": text, "author": agent.name, **({"subject": subject} if subject else {})},
    )


def _closes_ms(case: Case) -> int | None:
    """When silence will close what is resolved now."""
    wait_ms = case.policy.closing.confirm_after_ms
    return case.now_ms + wait_ms if wait_ms else None


def shorten(text: str, limit: int) -> str:
    """The text, cut at a word where there is one and marked with an ellipsis when it was longer."""
    text = text.strip()
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return f"{cut.rpartition(' ')[0] if ' ' in cut[limit // 2 :] else cut}…"


def bare_subject(case: Case) -> str:
    """The subject for a new ticket; a foreign ticket's tag stays, since it is the customer's word, our own goes."""
    subject = (in_subject(case.mail.subject)[1] if case.agent else case.mail.subject).strip()
    ours = case.brand.tags[0] if case.brand.tags else ""
    number = tag_number(subject, (ours,)) if ours else None
    return subject.replace(ours.format(number=number), "").strip() if number is not None else subject


def _news(case: Case, ticket: Ticket | None, what: str, reason: Phrase | str) -> dict[str, object]:
    mail = case.mail
    return {
        "text": case.text or mail.reply_text or mail.text,
        "quoted": earlier(mail, ticket),
        "what": what,
        "author": f"{case.author.name} <{case.author.email}>".strip() if case.author else "",
        "marks": case.marks,
        "history": _history(case, ticket),
        "customer": customer_of(case, ticket),
        "attachments": tuple(
            {"name": part.filename, "size": part.size, "risks": part.risks}
            for part in mail.attachments
            if not part.noise
        ),
        "reason": reason,
        "commands": True,
        "cc": tuple(one.email for one in mail.cc[:20] if not split_address(one.email, case.policy.mailboxes)),
    }


def _history(case: Case, ticket: Ticket | None) -> tuple[dict[str, object], ...]:
    """The requester's other tickets; what was looked up is the author's, so only where that is the same."""
    if ticket and case.author and case.author.key != ticket.requester.email.lower():
        return ()
    own = case.ticket.id if case.ticket else None
    others = [ticket for ticket in case.facts.recent if ticket.id != own][:HISTORY_LIMIT]
    return tuple({"number": t.number, "subject": t.subject, "status": t.status.value} for t in others)


def customer_of(case: Case, ticket: Ticket | None, reopened: int = 0) -> dict[str, object]:
    """Who asks: the requester; what is remembered was looked up for the author, so only where that is the same.
    ``reopened`` are the tickets that this mail opens again."""
    author = case.author
    asks = (
        (ticket.requester.name, ticket.requester.email)
        if ticket
        else (author.name, author.email)
        if author
        else ("", "")
    )
    known = case.facts.customer if author and author.key == asks[1].lower() else None
    return {
        "name": asks[0],
        "email": asks[1],
        "tickets": known.tickets if known else 0,
        "open": known.open_tickets + reopened if known else 0,
        "last_rating": known.last_rating if known else None,
        "first": ticket is None and case.agent is None and not (known and known.tickets),
    }
