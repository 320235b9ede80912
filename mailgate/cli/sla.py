"""``mailgate ticket sla``: what is promised on a ticket, and how each clock came to where it stands.

The clock is made anew from the ticket's history and the configuration as it is now, so what is shown can be checked
against ``ticket show``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    console,
    emit,
    failed,
    moment,
    opened,
    plain,
    read_settings,
    zone_of,
)
from mailgate.clock import SystemClock

if TYPE_CHECKING:
    from mailgate.desk.clock.account import Step
    from mailgate.desk.clock.clocks import Chosen
    from mailgate.desk.clock.sla import Clock, Promise
    from mailgate.desk.clock.span import Unit
    from mailgate.store.tickets import Shown


def sla(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The ticket's number, as in its subject tag.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Explain what is promised on a ticket.

    Which policy it has and why, and for each open promise step by step from when to when the clock ran, what stopped
    it, and what is left.
    """
    from mailgate.desk.clock.clocks import chosen
    from mailgate.desk.clock.moments import moments
    from mailgate.desk.clock.sla import wound
    from mailgate.store.tickets import show_ticket

    settings = read_settings(config)
    with opened(settings) as store:
        found = show_ticket(store.rows, number)
    if found is None:
        failed(f"there is no ticket {number}")
        return
    promised = chosen(found.ticket, settings.policy)
    if promised is None:
        failed(f"nothing is promised on ticket {number}: no [sla.*] is named by a rule, its customer, team or desk")
        return
    said = statement(found, promised, wound(moments(found.events)), SystemClock().now_ms())
    emit(said) if as_json else _print(said, zone_of(settings))


def statement(found: Shown, promised: Chosen, clock: Clock, now_ms: int) -> dict[str, Any]:
    """All of it as plain values, as ``--json`` prints them: times in ms, lengths in ms of what they are counted on (a
    working day is 86,400,000 of them)."""
    from mailgate.desk.clock.sla import due

    ticket, policy = found.ticket, promised.policy
    return {
        "ticket": ticket.number,
        "subject": ticket.subject,
        "policy": policy.id,
        "why": str(promised.why),
        "priority": ticket.priority,
        "hours": promised.hours.id if promised.hours else "",
        "due_ms": ticket.due_ms,
        "now_ms": now_ms,
        "open": [
            _promise(each, promised, clock, now_ms)
            for each in due(clock, policy, ticket.priority, promised.hours, now_ms)
        ],
        "ended": list(_ended(found.events)),
    }


def _promise(promise: Promise, promised: Chosen, clock: Clock, now_ms: int) -> dict[str, Any]:
    from mailgate.desk.clock.account import account

    steps = account(clock, promise, promised.policy, promised.hours, now_ms)
    return {
        "promise": promise.kind.value,
        "target": str(promise.span),
        "unit": promise.span.unit.value,
        "since_ms": promise.since_ms,
        "due_ms": promise.due_ms,
        "spent_ms": promise.spent,
        "left_ms": promise.left,
        "share": promise.share,
        "steps": [_step(each) for each in steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "from_ms": step.from_ms,
        "to_ms": step.to_ms,
        "why": step.why.value,
        "status": step.status.value,
        "counted_ms": step.counted,
    }


def _ended(events: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """How the promises ended that are open no more, as the history has it."""
    from mailgate.desk.clock.wind import KEPT, LATE

    for event in events:
        if event["kind"] in (KEPT, LATE):
            meta = event["meta"] or {}
            yield {
                "promise": meta.get("promise", ""),
                "kept": event["kind"] == KEPT,
                "due_ms": meta.get("due_ms"),
                "at_ms": event["at_ms"],
            }


def _print(said: Mapping[str, Any], zone: str) -> None:
    from rich.text import Text

    from mailgate.desk.clock.span import Unit

    shown = console()
    hours = f", hours {said['hours']}" if said["hours"] else ""
    shown.print(Text(f"#{said['ticket']} {plain(said['subject'])}", style="bold"))
    shown.print(Text(f"policy {said['policy']} ({said['why']}), priority {said['priority']}{hours}"))
    if said["due_ms"] is not None:
        shown.print(Text(f"due {moment(said['due_ms'], zone)}, as it was set on the ticket itself"))
    for promise in said["open"]:
        unit = Unit(promise["unit"])
        shown.print()
        shown.print(Text(f"{promise['promise']}: {promise['target']}; {_stands(promise, unit, zone)}", style="cyan"))
        for step in promise["steps"]:
            shown.print(Text(f"  {_span(step, zone)}  {_counted(step, unit)}"))
    for ended in said["ended"]:
        word = "kept" if ended["kept"] else "late"
        due = f", due {moment(ended['due_ms'], zone)}" if ended["due_ms"] is not None else ""
        shown.print()
        shown.print(Text(f"{ended['promise']}: {word} {moment(ended['at_ms'], zone)}{due}", style="dim"))


def _stands(promise: Mapping[str, Any], unit: Unit, zone: str) -> str:
    """Where a promise stands now."""
    left = promise["left_ms"]
    rest = f"{amount(left, unit)} left" if left > 0 else f"{amount(-left, unit)} over"
    when = f"due {moment(promise['due_ms'], zone)}" if promise["due_ms"] is not None else "stands still"
    return f"{promise['share']} % used, {rest}, {when}"


def _span(step: Mapping[str, Any], zone: str) -> str:
    start, end = moment(step["from_ms"], zone), moment(step["to_ms"], zone)
    return f"{start} – {end[11:] if start[:10] == end[:10] else end}".ljust(35)


def _counted(step: Mapping[str, Any], unit: Unit) -> str:
    if step["why"] == "counts":
        return f"+ {amount(step['counted_ms'], unit)}"
    return "nobody there" if step["why"] == "closed" else f"paused: {step['status']}"


def amount(ms: int, unit: Unit) -> str:
    """A length as people read it: ``1 h 30 min``, or ``1.25 working days``."""
    from mailgate.desk.clock.span import Span, Unit

    if unit is Unit.DAYS:
        return str(Span(ms, unit))
    hours, minutes = divmod(ms // 60_000, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else "")))
