"""docs/clock.md is true: its configuration is read as any is, and each of its tables is counted."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailgate.config import build_clock
from mailgate.config.salvage import salvage
from mailgate.config.schema import Config
from mailgate.config.units import duration
from mailgate.desk.clock.calendar import after
from mailgate.desk.clock.sla import Clock, Happened, Moment, due, wound
from mailgate.desk.clock.targets import DEFAULTS, PAUSES, Kind
from mailgate.desk.lifecycle import TRANSITIONS
from mailgate.desk.policy import Hours
from mailgate.desk.ticket import Status

PAGE = (Path(__file__).parents[2] / "docs" / "clock.md").read_text("utf-8")
TOML = "\n".join(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
READ = salvage(tomllib.loads(TOML), Config)
HOURS = build_clock.hours(READ.model, 2026)
STANDARD = build_clock.sla(READ.model)["standard"]
Row = tuple[str, ...]


def tables() -> Iterator[tuple[Row, list[Row], str]]:
    """Each table's head and rows, and the hours that were written above it."""
    hours, head, rows = "", (), []
    for line in (*PAGE.splitlines(), ""):
        hours = found[1] if (found := re.fullmatch(r"\[hours\.(\w+)\]", line)) else hours
        cells = tuple(cell.strip() for cell in line.strip("|").split("|")) if line.startswith("|") else ()
        if cells and not head:
            head = cells
        elif cells and not set(line) <= set("|-"):
            rows.append(cells)
        elif not cells and head:
            yield head, rows, hours
            head, rows = (), []


def named(*head: str) -> list[tuple[Row, str]]:
    """The rows of all tables with that head."""
    return [(row, hours) for found, rows, hours in tables() if found == head for row in rows]


def moment(written: str, hours: Hours) -> int:
    """``Wed 2026-11-25 10:00`` in the zone of the hours, its weekday checked."""
    local = datetime.strptime(written[4:], "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(hours.timezone))
    assert local.strftime("%a") == written[:3], written
    return int(local.timestamp() * 1000)


def test_the_configuration_on_the_page_is_one() -> None:
    assert [str(one) for one in READ.complaints] == []


@pytest.mark.parametrize(("row", "hours"), named("begins", "takes", "is due"))
def test_a_span_is_due_when_the_page_says(row: Row, hours: str) -> None:
    begins, takes, is_due = row
    found = HOURS[hours]
    assert after(found, moment(begins, found), build_clock.span(duration(takes))) == moment(is_due, found)


def test_the_default_table_is_the_programs() -> None:
    rows = [row for row, _ in named("priority", "first and next response", "resolution")]
    written = {
        priority: dict(
            zip(Kind, (build_clock.span(duration(text)) for text in (response, response, resolution)), strict=True)
        )
        for priority, response, resolution in rows
    }
    assert written == DEFAULTS


def test_what_pauses_is_what_the_page_says() -> None:
    written = {
        Kind(kind): frozenset(map(Status, states.split(", ")))
        for (kinds, states), _ in named("promise", "stands still while the ticket is")
        for kind in kinds.split(", ")
    }
    assert written == PAUSES


def test_the_ways_out_of_each_state_are_the_programs() -> None:
    written = [row for row, _ in named("what happens", "the mail", "by", "from", "to")]
    assert written == [
        (
            way.happening.value,
            way.mail,
            way.by.value,
            ", ".join(status.value for status in Status if status in way.out_of),
            way.to.value,
        )
        for way in TRANSITIONS
    ]


HAPPENS: Mapping[str, tuple[tuple[Happened, Status], ...]] = {
    "the customer writes": ((Happened.WROTE, Status.OPEN), (Happened.STATUS, Status.OPEN)),
    "an agent answers": ((Happened.ANSWERED, Status.OPEN), (Happened.STATUS, Status.WAITING_CUSTOMER)),
    "it waits for a third party": ((Happened.STATUS, Status.WAITING_THIRD),),
    "it is open": ((Happened.STATUS, Status.OPEN),),
    "it is urgent": (),
    "it is resolved": ((Happened.STATUS, Status.RESOLVED),),
}


def test_the_story_of_a_ticket_is_the_programs() -> None:
    story = [row for row, _ in named("when", "what happens", "the answer is due", "the resolution is due")]
    hours, priority = HOURS["office"], "normal"
    clock = wound([Moment(moment(story[0][0], hours), Happened.OPENED, Status.NEW)])
    for when, happens, answer, resolution in story:
        at_ms = moment(when, hours)
        clock = wound((Moment(at_ms, what, status) for what, status in HAPPENS[happens]), clock)
        priority = "urgent" if happens == "it is urgent" else priority
        assert _due(clock, priority, hours, at_ms) == (answer, resolution), when


def _due(clock: Clock, priority: str, hours: Hours, at_ms: int) -> tuple[str, str]:
    found = due(clock, STANDARD, priority, hours, at_ms)
    answers = [each.due_ms for each in found if each.kind is not Kind.RESOLUTION]
    solved = [each.due_ms for each in found if each.kind is Kind.RESOLUTION]
    return _written(answers, hours), _written(solved, hours)


def _written(times: list[int | None], hours: Hours) -> str:
    if not times:
        return "–"
    if times[0] is None:
        return "stands still"
    return datetime.fromtimestamp(times[0] / 1000, ZoneInfo(hours.timezone)).strftime("%a %Y-%m-%d %H:%M")
