"""A scheduled ticket opens: for its team, with a note of what is to be done, and word to whoever gets it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.desk.canned import literal
from mailgate.desk.clock.arming import DUE
from mailgate.desk.clock.clocks import OWN_DUE
from mailgate.desk.effect import NEW_TICKET, AddNote, Effect, OpenTicket, SetTimer
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy, Scheduled
from mailgate.desk.routing.assign import assignee
from mailgate.desk.routing.notices import supervisors
from mailgate.desk.routing.rule import Actions, Send
from mailgate.desk.ticket import Participant


def open_scheduled(one: Scheduled, occurrence_ms: int, policy: Policy, now_ms: int) -> Plan:
    """The plan for one occurrence; ``follow`` sends word once the ticket has its number."""
    day = datetime.fromtimestamp(occurrence_ms / 1000, ZoneInfo(one.timezone)).date().isoformat()
    due_ms = now_ms + one.due_after_ms if one.due_after_ms else None
    brand = policy.brands[one.brand]
    opened = OpenTicket(
        brand=one.brand,
        mailbox=brand.address,
        team=one.team,
        subject=one.subject.replace("{date}", day),
        requester=requester_of(one.requester, one.team, policy, brand.address),
        kind=one.kind,
        assignee=assignee(one.assignee, policy),
        priority=one.priority,
        tags=one.tags,
        language=brand.language,
        fields=one.fields,
        rule=f"schedule {one.id}",
        reason=f"the schedule {one.id}",
        due_ms=due_ms,
        sla="" if due_ms is None else OWN_DUE,
    )
    effects: list[Effect] = [opened]
    if one.note:
        effects.append(AddNote(NEW_TICKET, one.note))
    if due_ms is not None:
        effects.append(SetTimer(NEW_TICKET, DUE, due_ms))
    told = Actions(letters=(Send("assignee", literal(one.note or opened.subject)),))
    return Plan(Outcome.EVENT, tuple(effects), rule=opened.rule, generation=policy.generation, then=told)


def requester_of(address: str, team: str, policy: Policy, otherwise: str) -> Participant:
    """Whom answers go to: the address, else the team's first supervisor, else an admin."""
    if address:
        return Participant(address)
    leader = next(iter(supervisors(policy, team)), None)
    return Participant(leader.address, leader.name) if leader else Participant(otherwise)
