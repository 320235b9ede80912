"""``#away`` and ``#back``: an agent takes no new tickets for a while, and says so, as a vacation notice does."""

from __future__ import annotations

from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.commands.states import NO_TIME
from mailgate.desk.commands.when import moment, stamp
from mailgate.desk.effect import SetAbsence
from mailgate.desk.identity.rights import Act
from mailgate.desk.outcome.vacation import LONGEST_MS, offers
from mailgate.desk.phrase import phrase


def _owned(argument: str, asker: Asker) -> Wants:
    return Wants(owned=True)


def _away(argument: str, scene: Scene) -> Result:
    """Until the time named, else for as long as a notice without a date counts; what waits is offered to others."""
    agent, now_ms = scene.agent, scene.now_ms
    named_ms = moment(argument, now_ms, scene.zone) if argument else now_ms + scene.policy.away_ms
    if named_ms is None:
        return refuse(NO_TIME)
    until_ms = min(named_ms, now_ms + LONGEST_MS)
    return Result(
        effects=(SetAbsence(agent.id, until_ms, "by command"),),
        letters=tuple(offers(agent, until_ms, scene.facts, scene.policy, scene.zone, now_ms)),
        said=phrase(
            "you get no new tickets until {when}; #back or any later mail of yours ends it",
            when=stamp(until_ms, scene.zone),
        ),
    )


def _back(argument: str, scene: Scene) -> Result:
    return Result(effects=(SetAbsence(scene.agent.id, None, "by command"),), said=phrase("welcome back"))


COMMANDS: tuple[Meaning, ...] = (
    Meaning("away", _away, Act.COMMAND, needs_ticket=False, wants=_owned, example="until friday"),
    Meaning("back", _back, Act.COMMAND, needs_ticket=False),
)
