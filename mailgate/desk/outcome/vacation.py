"""An agent's vacation notice takes the agent out of rotation, and the agent's own mail brings them back.

A notice is believed where it is proved to be the agent's, or answers a letter that only the agent had: with a token of
theirs, or naming the Message-ID of a letter to them. One that fails its proof is never believed, so that nobody can
send an agent away (L-28, promise 5). It changes no ticket's state, and no customer hears of it. The ticket that it came
to remembers it; the tickets that wait for the agent are offered to the others, once an absence; and until the day that
it names (``Policy.away_ms`` from now where it names none) new tickets go to others. A later notice can only make the
absence longer. Any mail that the agent writes in person ends it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailgate.desk.case import Case
from mailgate.desk.effect import AddEvent, Cause, Effect, SetAbsence
from mailgate.desk.facts import Facts
from mailgate.desk.identity.trust import Held
from mailgate.desk.letter import LetterOrder, Purpose
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Policy
from mailgate.desk.routing.handover import offer
from mailgate.mail.model import Proof

LONGEST_MS = 120 * 86_400_000
"""Who is away for longer is taken off the desk by an admin, not by a date in an automatic mail."""


def away(case: Case, agent: Agent, answers: str) -> Plan:
    """What becomes of an automatic mail of an agent's; ``answers`` is what shows that it answers somebody, empty where
    it is a program that has something to say: a scanner or a nightly job in the agent's name is no absence."""
    events = _remembered(case, agent)
    ticket = case.ticket.id if case.ticket else None
    doubt = "" if is_the_agents(case, agent) else "in an agent's name, and nothing proves it"
    doubt = doubt if answers else "a program's in an agent's name, which answers nobody"
    if doubt:
        if ticket is None:
            return case.hold(Cause.ROBOT, f"an automatic mail {doubt}")
        return case.plan(Outcome.EVENT, events, trace=(f"robot: {doubt}",), ticket=ticket)
    zone = agent.timezone or case.brand.timezone
    until_ms = _until(case, zone)
    known_ms = case.facts.absent.get(agent.id, 0)
    if until_ms <= known_ms:
        return case.plan(Outcome.EVENT, events, trace=("robot: an agent is away, as is known",), ticket=ticket)
    absence = SetAbsence(agent.id, until_ms, "automatic reply")
    letters = offers(agent, until_ms, case.facts, case.policy, zone, case.now_ms)
    told = ", ".join(letter.agent for letter in letters) or "nobody"
    said = f"robot: {agent.id} is away until {day_of(until_ms, zone)}; what waits is offered to {told}"
    return case.plan(Outcome.EVENT, (*events, absence), letters, (said,), ticket=ticket)


def returned(case: Case, plan: Plan) -> Plan:
    """The plan, and the end of the author's absence where an agent who was away writes in person."""
    agent = case.agent
    if not case.facts.absent or agent is None or agent.id not in case.facts.absent:
        return plan
    speaks = any(isinstance(effect, SetAbsence) and effect.agent == agent.id for effect in plan.effects)
    if speaks or not case.genuine or plan.outcome is Outcome.HOLD or not is_the_agents(case, agent):
        return plan
    over = SetAbsence(agent.id, None, "wrote in person")
    trace = (*plan.trace, f"absence: {agent.id} writes again, and is back")
    return replace(plan, effects=(*plan.effects, over), trace=trace)


def is_the_agents(case: Case, agent: Agent) -> bool:
    """Whether the mail is proved, or answers what only the agent got; what fails its proof is neither."""
    if case.sender.proof is not Proof.UNKNOWN:
        return case.sender.proof is Proof.PASS
    where = case.placement
    own = where.held is Held.OWN and where.purpose in (Purpose.AGENT, Purpose.CONTROL)
    named = (*case.mail.in_reply_to, *case.mail.references)
    letters = (case.facts.letters[one] for one in named if one in case.facts.letters)
    return own or any(letter.recipient.lower() in agent.addresses for letter in letters)


def day_of(until_ms: int, zone: str) -> str:
    """The day on which somebody is back, as letters and transcripts name it."""
    return datetime.fromtimestamp(until_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def _until(case: Case, zone: str) -> int:
    """A notice names a day, which is read as one of UTC; it begins where the agent is."""
    read_ms = case.reading.verdict.away_until_ms
    said_ms = case.now_ms + case.policy.away_ms
    if read_ms and read_ms > case.now_ms:
        there = datetime.fromtimestamp(read_ms / 1000, UTC).replace(tzinfo=ZoneInfo(zone))
        said_ms = int(there.timestamp() * 1000)
    return min(said_ms, case.now_ms + LONGEST_MS)


def _remembered(case: Case, agent: Agent) -> tuple[Effect, ...]:
    """The ticket's history knows that the mail came; nothing else of the ticket changes."""
    if case.ticket is None:
        return ()
    named = case.reading.verdict.away_until_ms
    until_ms = _until(case, agent.timezone or case.brand.timezone) if named else None
    meta: dict[str, object] = {"agent": agent.id, "until_ms": until_ms}
    return (AddEvent(case.ticket.id, "agent away", {**meta, "proof": case.sender.proof.value}),)


def offers(agent: Agent, until_ms: int, facts: Facts, policy: Policy, zone: str, now_ms: int) -> list[LetterOrder]:
    """The letters that offer what waits for the agent (``Facts.owned``) to the others; none where the agent is away
    already, since then it was offered."""
    if facts.absent.get(agent.id, 0) > now_ms:
        return []
    waiting = [ticket for ticket in facts.owned if ticket.waiting_since_ms is not None]
    return offer(waiting, agent.id, policy, facts.absent, now_ms, why(agent, day_of(until_ms, zone)))


def why(agent: Agent, until: str) -> Phrase:
    """What those read to whom the tickets are offered."""
    return phrase("{agent} is away until {day}; these tickets wait for an answer", agent=agent.name, day=until)
