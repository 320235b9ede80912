"""A customer's ticket that an agent opens: for a mail that the agent forwards, a telephone call, a second question.

It goes the way of any first mail of that customer (rules, gate, notifications), as if the customer had written the
words; who really wrote stands in the ticket. The customer's words are never read for commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mailgate.desk.case import Case
from mailgate.desk.effect import NEW_TICKET, AddMessage, AddNote, Effect, OpenTicket
from mailgate.desk.facts import Facts
from mailgate.desk.letter import LetterKind, LetterOrder
from mailgate.desk.outcome.opening import open_ticket
from mailgate.desk.phrase import phrase
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Agent
from mailgate.desk.ticket import Participant
from mailgate.mail.model import Address, Mail, Proof, Sender
from mailgate.mail.text import language

MARK = "filed"
"""How such a message is marked for agents."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is filed: whose it is, about what, and in which words; ``related`` is the id of the ticket that it came
    from, ``note`` what the agent adds for colleagues. ``told``: the agent's words, of what the customer said."""

    who: Address
    subject: str
    text: str
    spoken: str = "und"
    related: int | None = None
    note: str = ""
    told: bool = False


def file(case: Case, agent: Agent, matter: Matter) -> Plan:
    """The plan that opens the ticket. Its outcome is HOLD where a rule wants such mail held."""
    plan = open_ticket(_as_written(case, matter), matter.related)
    return replace(plan, effects=tuple(_effects(plan, agent, matter)), letters=tuple(_letters(plan, agent, matter)))


def _letters(plan: Plan, agent: Agent, matter: Matter) -> Iterator[LetterOrder]:
    """Where the words are not their own, customers are told whose; agents are told that it was filed and what was
    noted, but for who filed it."""
    for one in plan.letters:
        if one.kind is LetterKind.ACKNOWLEDGEMENT and matter.told:
            yield replace(one, values={**one.values, "filed_by": agent.name or agent.id})
        elif one.kind is not LetterKind.NOTIFICATION:
            yield one
        elif one.agent != agent.id:
            noted = phrase("{agent} noted: {note}", agent=agent.name or agent.id, note=matter.note)
            note = {"note": noted} if matter.note else {}
            told = {"customer": _unknown(one.values["customer"]), "marks": (MARK,), **note}
            yield replace(one, values={**one.values, **told})


def _unknown(customer: object) -> Mapping[str, object]:
    """What the desk remembers of the customer was not looked up, so it is no first contact either."""
    return {**customer, "first": False} if isinstance(customer, Mapping) else {}


def _effects(plan: Plan, agent: Agent, matter: Matter) -> Iterator[Effect]:
    for effect in plan.effects:
        if isinstance(effect, AddMessage):
            author = Participant(matter.who.email, matter.who.name)
            yield replace(effect, agent=agent.id, marks=(MARK,), text=matter.text, author=author)
        elif isinstance(effect, OpenTicket):
            yield replace(effect, reason=f"{effect.reason}; filed by {agent.id}".removeprefix("; "))
        else:
            yield effect
    if matter.note:
        yield AddNote(NEW_TICKET, matter.note, agent.id)


def _as_written(case: Case, matter: Matter) -> Case:
    """The case as it would be, had the customer sent the words: proved, for the agent vouches for them; what the desk
    remembers of the agent is not about the customer."""
    mail: Mail = replace(
        case.mail,
        subject=matter.subject,
        message_id="",
        in_reply_to=(),
        references=(),
        author=matter.who,
        from_=(matter.who,),
        cc=(),
        reply_to=(),
        text=matter.text,
        html="",
        spans=(),
        reply_text=matter.text,
        reply_text_nosig=matter.text,
        language=matter.spoken if matter.spoken != "und" else language.detect(matter.text),
        enclosed=(),
    )
    envelope = replace(case.reading.envelope, recipients=(case.delivery.mailbox.address,), mail_from=matter.who.email)
    sender = Sender(matter.who, Proof.PASS, "filed by an agent")
    reading = replace(case.reading, mail=mail, envelope=envelope, sender=sender)
    delivery = replace(case.delivery, recipients=envelope.recipients, confirmed=False)
    known = Facts(spent=case.facts.spent, paused=case.facts.paused, crew=case.facts.crew, absent=case.facts.absent)
    return Case(reading, delivery, known, case.policy, case.router, case.now_ms)
