"""Commands that move a ticket from one state to another, and those that say when it is next looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time

from mailgate.desk.clock.arming import DUE, PENDING, SNOOZE
from mailgate.desk.commands.names import no_such
from mailgate.desk.commands.scene import Meaning, Result, Scene, refuse
from mailgate.desk.commands.when import EVENING, MORNING, moment, stamp
from mailgate.desk.effect import ClearTimer, Effect, SetTimer
from mailgate.desk.identity.rights import Act, allowed
from mailgate.desk.lifecycle import Happening, named
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.ticket import Status, Ticket

ENDS: Mapping[Happening, Phrase] = {
    Happening.RESOLVED: phrase("resolved"),
    Happening.CLOSED: phrase("closed"),
    Happening.MARKED_SPAM: phrase("marked as spam"),
}


def _end(happening: Happening) -> Callable[[str, Scene], Result]:
    return lambda argument, scene: Result(happening=happening, said=ENDS[happening])


def _reopen(argument: str, scene: Scene) -> Result:
    return Result(happening=Happening.REOPENED, said=phrase("open again"))


WORDS: Mapping[str, Status] = {
    **dict.fromkeys(
        ("waiting", "pending", "waiting for customer", "等待客户", "等待客户回复"), Status.WAITING_CUSTOMER
    ),
    **dict.fromkeys(("third party", "waiting for third party", "等待第三方"), Status.WAITING_THIRD),
    **dict.fromkeys(("solved", "done", "已解决", "解决"), Status.RESOLVED),
    **dict.fromkeys(("处理中", "打开", "开放"), Status.OPEN),
    **dict.fromkeys(("已关闭", "关闭"), Status.CLOSED),
}
"""What people call the desk's own states, beside their names."""

MOVES: Mapping[Status, tuple[Happening, Act]] = {
    Status.OPEN: (Happening.REOPENED, Act.COMMAND),
    Status.WAITING_CUSTOMER: (Happening.PENDING, Act.COMMAND),
    Status.WAITING_THIRD: (Happening.THIRD_ASKED, Act.COMMAND),
    Status.WAITING_CHILD: (Happening.CHILD_OPENED, Act.COMMAND),
    Status.RESOLVED: (Happening.RESOLVED, Act.CLOSE),
    Status.CLOSED: (Happening.CLOSED, Act.CLOSE),
}
"""What brings a ticket into a state by hand, and the right that it takes; the others have commands of their own."""


def _status(argument: str, scene: Scene) -> Result:
    """Into a state of the team's own, or one of the desk's."""
    ticket = scene.ticket
    team = scene.policy.teams.get(ticket.team) if ticket else None
    found = named(argument, team) or _called(argument)
    if ticket is None or found is None or found[1] not in MOVES:
        known = (*(team.states if team else ()), *(status.value for status in MOVES))
        return refuse(no_such(phrase("state"), argument, known))
    name, status = found
    happening, act = MOVES[status]
    objection = allowed(act, scene.agent, ticket, scene.policy)
    if objection:
        return refuse(objection)
    moved = happening if ticket.status is not status else None
    shown = name or status.value
    straight = {"status": status} if moved and ticket.status is Status.NEW and status is Status.OPEN else {}
    return Result({**straight, "state": name}, moved, said=phrase("it is {state} now", state=shown))


def _called(argument: str) -> tuple[str, Status] | None:
    status = WORDS.get(" ".join(argument.casefold().replace("-", " ").split()))
    return ("", status) if status else None


def _pending(argument: str, scene: Scene) -> Result:
    """We wait for the customer; until then, where a time is named."""
    if not argument or scene.ticket is None:
        return Result(happening=Happening.PENDING, said=phrase("waits for the customer"))
    return _timed(
        argument,
        scene,
        lambda ticket, at_ms: Result(
            happening=Happening.PENDING,
            effects=(SetTimer(ticket.id, PENDING, at_ms),),
            undo=(ClearTimer(ticket.id, PENDING),),
            said=phrase("waits for the customer until {when}", when=_shown(at_ms, scene)),
        ),
    )


def _snooze(argument: str, scene: Scene) -> Result:
    """Nobody is reminded until then."""
    return _timed(
        argument,
        scene,
        lambda ticket, at_ms: Result(
            {"snoozed_ms": at_ms},
            effects=(SetTimer(ticket.id, SNOOZE, at_ms),),
            undo=(_timer_of(ticket.id, SNOOZE, ticket.snoozed_ms),),
            said=phrase("sleeps until {when}", when=_shown(at_ms, scene)),
        ),
    )


def _due(argument: str, scene: Scene) -> Result:
    """A day by which it must be done; ``none`` takes it away."""
    ticket = scene.ticket
    if ticket and argument.casefold() in ("none", "-", "无", "無"):
        return Result(
            {"due_ms": None},
            effects=(ClearTimer(ticket.id, DUE),),
            undo=(_timer_of(ticket.id, DUE, ticket.due_ms),),
            said=phrase("has no due date"),
        )
    return _timed(
        argument,
        scene,
        lambda found, at_ms: Result(
            {"due_ms": at_ms},
            effects=(SetTimer(found.id, DUE, at_ms),),
            undo=(_timer_of(found.id, DUE, found.due_ms),),
            said=phrase("due {when}", when=_shown(at_ms, scene)),
        ),
        EVENING,
    )


def _timed(argument: str, scene: Scene, then: Callable[[Ticket, int], Result], at: time = MORNING) -> Result:
    at_ms = moment(argument, scene.now_ms, scene.zone, at)
    if scene.ticket is None or at_ms is None:
        return refuse(NO_TIME)
    return then(scene.ticket, at_ms)


NO_TIME = phrase("until when? Write 2d, fri, tomorrow 14:00 or 2026-12-01, a time to come")


def _shown(at_ms: int, scene: Scene) -> str:
    return stamp(at_ms, scene.zone)


def _timer_of(ticket: int, kind: str, at_ms: int | None) -> Effect:
    return ClearTimer(ticket, kind) if at_ms is None else SetTimer(ticket, kind, at_ms)


COMMANDS: tuple[Meaning, ...] = (
    Meaning("status", _status, example="testing"),
    Meaning("pending", _pending, example="fri"),
    Meaning("snooze", _snooze, example="2d"),
    Meaning("due", _due, example="2026-12-01"),
    Meaning("resolve", _end(Happening.RESOLVED), Act.CLOSE),
    Meaning("close", _end(Happening.CLOSED), Act.CLOSE, destroys=True),
    Meaning("reopen", _reopen),
    Meaning("spam", _end(Happening.MARKED_SPAM), Act.SPAM, destroys=True),
)
