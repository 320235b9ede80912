"""An agent's mail that is not proved, or not believed: it waits for a word from the enrolled address, or for an admin.

Nothing of it runs and nothing of it reaches a customer. The enrolled address is asked with a token that only it is
given, within the budget of unproved mail; answering yes settles the held mail again, as if it had been proved. Each
held mail has a token of its own, so that a yes runs what it was asked about, once, and nothing else.

What an admin orders needs more. A mail with admins' commands that is not proved is held the same way, but under a cause
of its own: the yes to it must be proved itself. And a few commands (who is an agent, erasing somebody's data) are asked
about once more even when all is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.commands.line import Command
from mailgate.desk.commands.obey import obey
from mailgate.desk.commands.vocabulary import BY_NAME
from mailgate.desk.effect import AddEvent, Cause, Effect, ReleaseHeld, Spend
from mailgate.desk.gate import within
from mailgate.desk.identity.token import scrub
from mailgate.desk.identity.trust import Held
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.outcome.orders import shorten, to_agent
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Role
from mailgate.desk.routing.words import fold
from mailgate.mail.model import Proof

YES = frozenset(
    {"yes", "y", "ok", "okay", "confirm", "confirmed", "go", "是", "是的", "好", "好的", "确认", "確認", "同意"}
)

NO = frozenset({"no", "n", "cancel", "stop", "否", "不", "不是", "取消"})

STALE_MS = 7 * 86_400_000
_WHEN = frozenset({"date", "message-id"})


def confirmed(case: Case) -> Plan | None:
    """An agent's answer to a confirmation: yes runs the held mail, anything else leaves it where it is."""
    where = case.placement
    asked = where.grip.asked
    if asked is None or where.held is not Held.OWN or case.agent is None or not case.genuine:
        return None
    words = fold(case.mail.reply_text_nosig).split()
    first = words[0].strip(".,!。，！") if words else ""
    yes = first in YES
    ticket = where.ticket
    if yes and asked.strict and case.sender.proof is not Proof.PASS:
        return _doubted(case, case.agent)
    if yes and asked.waiting and asked.since_ms and case.now_ms - asked.since_ms > STALE_MS:
        late = phrase("that was asked more than a week ago, so nothing was done; send the mail again")
        return _told(case, case.agent, late, "confirmation late")
    if not yes and first not in NO:
        return _told(
            case,
            case.agent,
            phrase("neither yes nor no, so nothing was done; answer our question with yes or no"),
            "confirmation unclear",
        )
    effects: list[Effect] = []
    if ticket:
        effects.append(AddEvent(ticket.id, "confirmation", {"agent": case.agent.id, "confirmed": yes}))
    if yes and asked.waiting:
        effects.append(ReleaseHeld(asked.held))
    settled = "the held mail is settled again" if asked.waiting else "but that mail waits no more"
    said = f"confirmation: yes, {settled}" if yes else "confirmation: not given"
    return case.plan(Outcome.EVENT, effects, trace=(said,), ticket=ticket.id if ticket else None)


def ask_to_confirm(case: Case) -> Plan:
    """Hold what an agent would do but has not proved to be; the enrolled address is asked, within its budget."""
    agent, ticket = case.agent, case.ticket
    detail = f"{case.trust.row}; proof {case.sender.proof.value}"
    if agent is None:
        return case.hold(Cause.UNPROVED_AGENT, detail)
    effects: list[Effect] = []
    if ticket:
        effects.append(AddEvent(ticket.id, "agent mail held", {"agent": agent.id, "proof": case.sender.proof.value}))
    leave = within(
        agent.address, ticket.number if ticket else None, False, case.facts.spent, case.policy.budgets, case.now_ms
    )
    if leave.reason:
        return case.hold(_cause(case), f"{detail}; not asked: {leave.reason}", effects)
    effects += [Spend(key) for key in leave.keys]
    values: dict[str, object] = {"would": tuple(_would(case))}
    letter = to_agent(case, LetterKind.CONFIRMATION, agent, ticket, values, Purpose.CONFIRMATION)
    bound = replace(letter, bound=case.reading.entry_key)
    return case.hold(_cause(case), detail, effects, (bound,))


def _doubted(case: Case, agent: Agent) -> Plan:
    """A yes to an admin's commands that is not proved itself: refused, told at the enrolled address, written down."""
    why = phrase("admins' commands run only on a yes that is proved to be yours; answer from your own mail program")
    return _told(case, agent, why, "confirmation doubted")


def _told(case: Case, agent: Agent, why: Phrase, event: str) -> Plan:
    """Nothing is done, the agent is told why, within the budget, and the ticket remembers it."""
    line = {"command": "", "result": "refused", "detail": why, "answer": None, "title": NOTHING, "help": False}
    letter = to_agent(case, LetterKind.TRANSCRIPT, agent, None, {"lines": (line,)}, None)
    leave = within(agent.address, None, False, case.facts.spent, case.policy.budgets, case.now_ms)
    letters = () if leave.reason else (letter,)
    effects: list[Effect] = [Spend(key) for key in leave.keys]
    if case.ticket:
        effects.append(AddEvent(case.ticket.id, event, {"agent": agent.id}))
    return case.plan(Outcome.EVENT, effects, letters, (f"confirmation: refused: {why}",))


def once_more(case: Case, agent: Agent) -> Plan | None:
    """Hold a proved mail whose commands are asked about twice, and ask; None for every other, and where a command of it
    is refused anyway: then the transcript says so."""
    twice = [command for command in case.commands if _asked_twice(command)]
    if not twice or case.delivery.confirmed:
        return None
    orders = obey(case, agent, case.ticket)
    if not orders.settled:
        return None
    would = tuple(result.said or command.line for command, result in orders.results)
    letter = to_agent(
        case, LetterKind.CONFIRMATION, agent, case.ticket, {"would": would, "proved": True}, Purpose.CONFIRMATION
    )
    bound = replace(letter, bound=case.reading.entry_key)
    named = ", ".join(command.name for command in twice)
    return case.hold(Cause.AWAITS_CONFIRMATION, f"{agent.id} is asked once more: {named}", (), (bound,))


def _asked_twice(command: Command) -> bool:
    meaning = BY_NAME.get(command.name)
    return meaning is not None and meaning.asks_twice(command.argument)


def _cause(case: Case) -> Cause:
    """Admins' commands are confirmed under a cause of their own."""
    meanings = (BY_NAME.get(command.name) for command in case.commands)
    strict = any(meaning is not None and meaning.role is Role.ADMIN for meaning in meanings)
    return Cause.AWAITS_CONFIRMATION if strict else Cause.UNPROVED_AGENT


def refuse(case: Case) -> Plan:
    """Somebody who is no agent any more holds an agent's token: nothing runs, and the ticket remembers it (S-25)."""
    effects = [AddEvent(case.ticket.id, "former agent refused", {"trust": case.trust.row})] if case.ticket else []
    return case.hold(Cause.UNPROVED_AGENT, f"{case.trust.row}: the author is not enrolled", effects)


def is_stale(case: Case) -> bool:
    """Whether the mail was written long before it came, or may have been, since its signature covers neither its date
    nor its name: an old one, replayed, must not act again (S-33)."""
    if case.delivery.confirmed:
        return False
    signed = case.sender.signed_headers
    if signed is not None and not signed >= _WHEN:
        return True
    written = case.mail.date_ms
    return written is not None and case.now_ms - written > STALE_MS


def _would(case: Case) -> Iterator[str | Phrase]:
    """What the held mail would do, as sentences for the agent."""
    yield from (command.line for command in case.commands)
    ticket = case.ticket
    silent = any(BY_NAME[one.name].silent for one in case.commands if one.name in BY_NAME)
    if ticket and case.text and not silent:
        words = shorten(scrub(case.text), 200)
        yield phrase("{address} gets these words: {words}", address=ticket.requester.email, words=words)
