"""Commands that put tickets in relation: merged into one, linked, a part of it given to another team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mailgate.desk.clock.clocks import remind
from mailgate.desk.commands.names import no_such, numbers, team_named
from mailgate.desk.commands.properties import crew
from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.effect import (
    NEW_TICKET,
    AddMessage,
    AddNote,
    AddParticipant,
    ChangeTicket,
    Direction,
    Effect,
    LinkTickets,
    OpenTicket,
    RemoveParticipant,
    UnlinkTickets,
)
from mailgate.desk.identity.rights import Act, allowed
from mailgate.desk.identity.token import scrub
from mailgate.desk.lifecycle import LIVE, Happening, changes
from mailgate.desk.outcome.orders import notifications
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Team
from mailgate.desk.routing.assign import audience, first
from mailgate.desk.ticket import Participant, ParticipantRole, Status, Ticket

_CHILD = re.compile(r"(?P<team>[^:：]{1,60})[:：]\s*(?P<subject>.+)")


def _named(argument: str, asker: Asker) -> Wants:
    return Wants(numbers=numbers(argument))


def no_ticket(number: int) -> Phrase:
    """The same answer whether there is none, or one that the agent may not see."""
    return phrase("there is no ticket {number} that you may see", number=number)


def _merge(argument: str, scene: Scene) -> Result:
    """This ticket goes on in the other one, whose people are joined by its own."""
    source, wanted = scene.ticket, numbers(argument)
    if source is None or len(wanted) != 1:
        return refuse(phrase("into which ticket? Write one number behind #merge"))
    target = scene.other(wanted[0])
    if target is None or allowed(Act.SEE, scene.agent, target, scene.policy):
        return refuse(no_ticket(wanted[0]))
    objection = allowed(Act.MERGE, scene.agent, target, scene.policy) or _unfit(source, target)
    if objection:
        return refuse(objection)
    effects = (*_joined(source, target, scene), *_woken(source, target, scene))
    joined = tuple(_copied(effects))
    said = phrase("merged; it goes on in ticket {number}", number=target.number)
    return Result(
        {"merged_into": target.id},
        Happening.MERGED,
        effects=effects,
        more=_holder_told(source, target, scene),
        undo=tuple(_parted(source, target, effects)),
        said=phrase("{what}, with copies to {addresses}", what=said, addresses=joined) if joined else said,
        recorded_on=target.id,
    )


def _copied(effects: tuple[Effect, ...]) -> Iterator[str]:
    """Who reads along from now on: a third party that was asked does not."""
    for effect in effects:
        if isinstance(effect, AddParticipant) and effect.role is not ParticipantRole.THIRD_PARTY:
            yield effect.email


def _unfit(source: Ticket, target: Ticket) -> Phrase | None:
    if target.id == source.id:
        return phrase("that is this ticket itself")
    if target.status in (Status.MERGED, Status.SPAM):
        return phrase("ticket {number} is {state} itself", number=target.number, state=target.status.value)
    return None


def _joined(source: Ticket, target: Ticket, scene: Scene) -> Iterator[Effect]:
    """The people of the source hear of what is written on the target; a note there says what came."""
    why = f"merged from {source.number}"
    known = {who.email.lower() for who in (*target.participants, target.requester)}
    for who in (source.requester, *source.participants):
        if who.email.lower() not in known:
            known.add(who.email.lower())
            role = ParticipantRole.WATCHER if who.role is ParticipantRole.REQUESTER else who.role
            yield AddParticipant(target.id, who.email, who.name, role, why)
    yield LinkTickets(source.id, target.id, "merged")
    yield AddNote(target.id, _came(source), scene.agent.id)


def _came(source: Ticket) -> Phrase:
    said = phrase("Ticket {number} ({subject}) was merged into this one.", number=source.number, subject=source.subject)
    return phrase("{said}\n\n{asked}", said=said, asked=source.asked) if source.asked else said


def _holder_told(source: Ticket, target: Ticket, scene: Scene) -> tuple[Plan, ...]:
    """Who has the target learns what came to it, unless that is who merged them."""
    holder = scene.policy.agents.get(target.assignee)
    if holder is None or not holder.active or holder.id == scene.agent.id:
        return ()
    given = {"text": _came(source), "quoted": "", "attachments": ()}
    letters = notifications(scene.case, (holder,), target, "note", target.reason, given)
    return (Plan(Outcome.EVENT, letters=tuple(replace(each, attach=()) for each in letters), ticket=target.id),)


def _woken(source: Ticket, target: Ticket, scene: Scene) -> Iterator[Effect]:
    """A customer who waited on the one waits on the other."""
    if source.waiting_since_ms is None:
        return
    moved = changes(target, Happening.CUSTOMER_WROTE, scene.now_ms)
    since_ms = min(source.waiting_since_ms, target.waiting_since_ms or source.waiting_since_ms)
    yield ChangeTicket(target.id, {**moved, "waiting_since_ms": since_ms}, "merged", scene.agent.id)


def _parted(source: Ticket, target: Ticket, effects: tuple[Effect, ...]) -> Iterator[Effect]:
    for effect in effects:
        if isinstance(effect, AddParticipant):
            yield RemoveParticipant(target.id, effect.email, "undone")
        elif isinstance(effect, ChangeTicket):
            yield ChangeTicket(target.id, {name: getattr(target, name) for name in effect.changes}, "undone")
    yield UnlinkTickets(source.id, target.id, "undone")


def _link(argument: str, scene: Scene) -> Result:
    return _related(argument, scene, LinkTickets, UnlinkTickets, phrase("linked: {numbers}", numbers=_shown(argument)))


def _unlink(argument: str, scene: Scene) -> Result:
    said = phrase("not linked any more: {numbers}", numbers=_shown(argument))
    return _related(argument, scene, UnlinkTickets, LinkTickets, said)


Relation = type[LinkTickets] | type[UnlinkTickets]


def _related(argument: str, scene: Scene, done: Relation, undone: Relation, said: Phrase) -> Result:
    ticket, wanted = scene.ticket, numbers(argument)
    if ticket is None or not wanted:
        return refuse(phrase("which ticket? Write its number"))
    found: list[Ticket] = []
    for number in wanted:
        other = scene.other(number)
        if other is None or other.id == ticket.id or allowed(Act.SEE, scene.agent, other, scene.policy):
            return refuse(no_ticket(number))
        found.append(other)
    why = f"by {scene.agent.id}"
    return Result(
        effects=tuple(done(ticket.id, other.id, why) for other in found),
        undo=tuple(undone(ticket.id, other.id, "undone") for other in found),
        said=said,
    )


def _shown(argument: str) -> tuple[str, ...]:
    return tuple(map(str, numbers(argument)))


def _child(argument: str, scene: Scene) -> Result:
    """A task for another team, as a ticket of its own that this one waits for; its requester is the agent."""
    parent, found = scene.ticket, _CHILD.fullmatch(argument.strip())
    if parent is None or found is None:
        return refuse(phrase("write it as #child team: subject"))
    team = team_named(found["team"], scene.policy)
    if team is None:
        return refuse(no_such(phrase("team"), found["team"], scene.policy.teams))
    if parent.status not in LIVE:
        return refuse(phrase("this ticket has ended; #reopen it first"))
    said = phrase("{team} has the task; this ticket waits for it", team=team.name)
    return Result(
        happening=Happening.CHILD_OPENED,
        more=(_task(scene, parent, team, found["subject"].strip()),),
        takes_text=True,
        said=said,
    )


def _task(scene: Scene, parent: Ticket, team: Team, subject: str) -> Plan:
    """The child's own plan."""
    case, agent = scene.case, scene.agent
    asks = Participant(agent.address, agent.name)
    reason = phrase("a part of ticket {number}", number=parent.number or parent.subject)
    text = scrub(scene.words) or subject
    opened = OpenTicket(
        brand=parent.brand,
        mailbox=parent.mailbox,
        team=team.id,
        subject=subject,
        requester=asks,
        priority=parent.priority,
        language=agent.language or case.brand.language,
        reason=str(reason),
        parent=parent.id,
        due_ms=parent.due_ms,
    )
    choice = first(opened, scene.facts.crew, scene.facts.absent, scene.policy, scene.now_ms, (agent.id,))
    if choice.reason:
        reason = phrase("{routed}; {given}", routed=reason, given=choice.reason)
    opened = replace(opened, assignee=choice.agent, reason=str(reason))
    message = AddMessage(NEW_TICKET, Direction.CUSTOMER, agent=agent.id, text=text, author=asks)
    told = audience(scene.policy, team.id, choice.agent, agent.id)
    news = notifications(case, told, None, "new", reason, {"text": text, "quoted": ""})
    effects: tuple[Effect, ...] = (opened, message, *remind(scene.policy, team.id, NEW_TICKET, scene.now_ms))
    return case.plan(Outcome.NEW, effects, news, (f"child: of ticket {parent.number}",), ticket=NEW_TICKET)


COMMANDS: tuple[Meaning, ...] = (
    Meaning("merge", _merge, Act.MERGE, destroys=True, wants=_named, example="1007"),
    Meaning("link", _link, wants=_named, example="1007"),
    Meaning("unlink", _unlink, wants=_named, example="1007"),
    Meaning("child", _child, destroys=True, silent=True, wants=crew, example="billing: refund the fee"),
)
