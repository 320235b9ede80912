"""A proved agent's mail that is on no ticket: questions, customers' matters that are filed, orders to the desk itself.

It comes to the agent's control address, or to any mailbox with nothing but commands that need no ticket. A mail to the
control address without a command is filed where it forwards a customer's mail (as ``#as`` does), else answered with the
list of commands. Where exactly one ticket comes of it the mail is that ticket's, and so is the transcript's address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.commands.line import Command
from mailgate.desk.commands.obey import obey
from mailgate.desk.commands.tally import Orders
from mailgate.desk.effect import NEW_TICKET
from mailgate.desk.letter import Purpose
from mailgate.desk.outcome.news import transcript
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent


def speak(case: Case, agent: Agent) -> Plan:
    """What the commands of a mail on no ticket come to."""
    orders = obey(case, agent, None, commands=case.commands or _meant(case))
    told, spent = transcript(case, agent, None, orders)
    lines = (f"trust: {case.trust.row}", *_spoken(orders))
    plan = case.plan(Outcome.EVENT, (*orders.effects, *spent), (*orders.letters, *told), lines)
    if len(orders.more) != 1 or orders.effects:
        return replace(plan, more=orders.more)
    [first] = orders.more
    letters = (replace(letter, ticket=NEW_TICKET, purpose=Purpose.AGENT) for letter in told)
    trace = (*plan.trace, *first.trace)
    return replace(first, effects=(*first.effects, *spent), letters=(*first.letters, *letters), trace=trace)


def _meant(case: Case) -> tuple[Command, ...]:
    """What a mail without commands wants of its agent's control address."""
    name = "as" if case.forwarded else "help"
    return (Command(name, "", f"#{name}"),)


def _spoken(orders: Orders) -> Iterator[str]:
    return (f"command: {line['command']}: {line['result']}: {line['detail']}" for line in orders.lines)
