"""All commands of one mail, run one after the other on values: every one counts, or none when one is refused.

A command sees the ticket as those before it have left it, so that ``#take`` above ``#close`` closes as the owner.
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.commands.line import Command
from mailgate.desk.commands.scene import Result, Scene
from mailgate.desk.commands.tally import Orders
from mailgate.desk.commands.vocabulary import run
from mailgate.desk.effect import AddParticipant, RemoveParticipant
from mailgate.desk.lifecycle import changes
from mailgate.desk.policy import Agent
from mailgate.desk.ticket import Participant, Ticket


def obey(
    case: Case,
    agent: Agent,
    ticket: Ticket | None,
    *,
    together: bool = True,
    commands: tuple[Command, ...] | None = None,
) -> Orders:
    """Run the mail's commands, or those given in their place; ``ticket`` may be a draft of the one that the mail opens,
    and then those that are not refused count without the others (not ``together``)."""
    orders = Orders(agent, ticket, ticket, together=together)
    for command in case.commands if commands is None else commands:
        orders = _one_more(orders, command, run(command, Scene(case, agent, orders.ticket)), case.now_ms)
    return orders if orders.settled or not together else Orders(agent, ticket, ticket, results=orders.results)


def _one_more(orders: Orders, command: Command, result: Result, now_ms: int) -> Orders:
    ticket = orders.ticket
    moved = changes(ticket, result.happening, now_ms) if result.happening and ticket else {}
    fields = {**moved, **result.changes}
    fields = {name: value for name, value in fields.items() if getattr(ticket, name, None) != value}
    return replace(
        orders,
        ticket=replace(ticket, **fields, participants=_people(ticket, result)) if ticket else None,  # type: ignore
        changed={**orders.changed, **fields},
        happenings=(*orders.happenings, result.happening) if result.happening else orders.happenings,
        results=(*orders.results, (command, result)),
    )


def _people(ticket: Ticket, result: Result) -> tuple[Participant, ...]:
    """Who is on the ticket after the command: what goes out below it reaches them already."""
    people = list(ticket.participants)
    for effect in result.effects:
        if not isinstance(effect, AddParticipant | RemoveParticipant) or effect.ticket != ticket.id:
            continue
        people = [who for who in people if who.email.lower() != effect.email.lower()]
        if isinstance(effect, AddParticipant):
            people.append(Participant(effect.email, effect.name, effect.role))
    return tuple(people)
