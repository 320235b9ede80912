"""What no single value shows, of hours and promises: days that overlap, priorities and calendars that nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from itertools import pairwise

from mailgate.config import build_clock
from mailgate.config.checks import Check, Subject, unknown
from mailgate.config.lines import Path
from mailgate.config.problems import Complaint
from mailgate.config.schema_clock import Sla, Targets

MIDNIGHT = time()
PROMISES = ("first_response", "next_response", "resolution")


def _hours(subject: Subject) -> Iterator[Complaint]:
    for name, hours in subject.config.hours.items():
        days = {day: getattr(hours, day) for day in build_clock.WEEKDAYS}
        if not any(days.values()):
            yield Complaint(("hours", name), "are never open", 'name a day: mon = ["09:00-17:00"]')
        for day, stretches in days.items():
            yield from _overlap(("hours", name, day), stretches)
        for date, opens in hours.open_days.items():
            if isinstance(opens, str) and not days[opens]:
                yield Complaint(("hours", name, "open_days", date.isoformat()), f"{opens} is never open")
            elif not isinstance(opens, str):
                yield from _overlap(("hours", name, "open_days", date.isoformat()), opens)
        try:
            build_clock.public_holidays(hours.holidays, subject.this_year)
        except NotImplementedError:
            right = 'write a country, "DE", or a part of one, "DE-BY"'
            yield Complaint(("hours", name, "holidays"), f"no holidays are known for {hours.holidays!r}", right)


def _overlap(at: Path, stretches: list[tuple[time, time]]) -> Iterator[Complaint]:
    """Time that is open twice would count twice."""
    ordered = sorted(stretches)
    for (_, closes), (opens, _) in pairwise(ordered):
        if opens < closes or closes == MIDNIGHT:
            yield Complaint(at, f"{opens:%H:%M} is open already", "let each begin when the one before has ended")


def _sla(subject: Subject) -> Iterator[Complaint]:
    config = subject.config
    hours_known = all(team.hours for team in config.teams)
    for name, sla in config.sla.items():
        at: Path = ("sla", name)
        yield from unknown((*at, "hours"), "[hours.*] named", sla.hours, subject.named["hours"])
        for priority in sla.priorities:
            yield from unknown((*at, "priorities", priority), "priority", priority, config.desk.priorities)
        if any(not 1 <= share <= 1000 for share in sla.warn_at):
            yield Complaint((*at, "warn_at"), "a share is between 1 and 1000 percent", "as in [80, 100, 150]")
        for table, targets in (((), sla), *((("priorities", name), each) for name, each in sla.priorities.items())):
            yield from _at_once((*at, *table), targets)
        if _in_hours(sla) and not sla.hours and not hours_known:
            right = "name hours here, or in every team"
            yield Complaint((*at, "hours"), "counts business time, and not every team has hours", right, warning=True)
        yield from _silent(at, sla, config.desk.priorities)


def _silent(at: Path, sla: Sla, priorities: list[str]) -> Iterator[Complaint]:
    """The table of defaults knows four priorities; a desk with others has to say what it promises."""
    promised = build_clock.targets(sla)
    silent = [priority for priority in priorities if not promised.get(priority) and not promised.get("")]
    if silent:
        right = f'as in priorities.{silent[0]} = {{ first_response = "4h" }}'
        yield Complaint(at, f"promises nothing at the priority {silent[0]}", right, warning=True)


def _at_once(at: Path, targets: Targets) -> Iterator[Complaint]:
    for name in PROMISES:
        length = getattr(targets, name)
        if length is not None and not length.ms():
            yield Complaint((*at, name), "a promise takes some time", "leave it out where nothing is promised")


def _in_hours(sla: Sla) -> bool:
    """Whether any target counts business hours or working days."""
    tables: list[Targets] = [sla, *sla.priorities.values()]
    lengths = [getattr(each, name) for each in tables for name in PROMISES]
    return any(length.in_hours for length in lengths if length) or not any(lengths)


def _named(subject: Subject) -> Iterator[Complaint]:
    """Who names a promise names one that there is."""
    config, known = subject.config, subject.config.sla
    yield from unknown(("desk", "sla"), "[sla.*] named", config.desk.sla, known)
    for index, brand in enumerate(config.brands):
        yield from unknown(("brands", index, "sla"), "[sla.*] named", brand.sla, known)
    for index, team in enumerate(config.teams):
        yield from unknown(("teams", index, "sla"), "[sla.*] named", team.sla, known)


CLOCK_CHECKS: tuple[Check, ...] = (_hours, _sla, _named)
