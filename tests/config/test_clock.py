"""Hours and promises as they are written: what they become, and what is wrong with them."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from mailgate.config.build_clock import public_holidays
from mailgate.desk.clock.span import DAY, HOUR, MINUTE, Span, Unit
from mailgate.desk.clock.targets import DEFAULTS, PAUSES, Kind
from mailgate.desk.ticket import Status
from tests.config.folder import GOOD, problems, settings

HOURS = '[hours.office]\nmon = ["09:00-17:00"]\nfri = ["09:00-13:00"]\n'


def test_a_promise_without_targets_is_the_table_of_defaults(tmp_path: Path) -> None:
    found = settings(tmp_path, GOOD + "[sla.plain]\n").policy.sla["plain"]
    assert found.targets == DEFAULTS
    assert found.pauses == PAUSES
    assert found.warn == (80, 100, 150)


def test_targets_keep_what_they_are_counted_on(tmp_path: Path) -> None:
    written = """
[sla.own]
first_response = "4 business hours"
resolution = "2.5 working days"
priorities.urgent = { first_response = "15 min" }
warn_at = [100, 50]
customers = ["gold"]
hours = "office"
pause.resolution = ["waiting-third-party"]
"""
    found = settings(tmp_path, GOOD + HOURS + written).policy.sla["own"]
    assert found.target(Kind.FIRST, "normal") == Span(4 * HOUR, Unit.BUSINESS)
    assert found.target(Kind.FIRST, "urgent") == Span(15 * MINUTE)
    assert found.target(Kind.RESOLUTION, "urgent") == Span(DAY * 5 // 2, Unit.DAYS)
    assert found.target(Kind.NEXT, "urgent") is None
    assert (found.warn, found.customers, found.hours) == ((50, 100), ("gold",), "office")
    assert found.pauses[Kind.RESOLUTION] == {Status.WAITING_THIRD}


def test_the_desk_the_brand_the_team_and_a_rule_name_a_promise(tmp_path: Path) -> None:
    text = GOOD.replace('name = "Acme Support"', 'name = "Acme Support"\nsla = "plain"').replace(
        'members = ["ana"]', 'members = ["ana"]\nsla = "plain"'
    )
    rule = '[[rules]]\nname = "all"\nsla = "plain"\n'
    found = settings(tmp_path, f"{text}[sla.plain]\n{rule}").policy
    assert next(iter(found.brands.values())).sla == "plain"
    assert found.teams["support"].sla == "plain"
    assert found.rules[0].then.sla == "plain"


def test_days_that_open_out_of_turn(tmp_path: Path) -> None:
    written = 'open_days = { "2026-12-05" = ["10:00-14:00"], "2026-12-06" = "fri" }\nclosed = [2026-12-24]\n'
    found = settings(tmp_path, GOOD + HOURS + written).policy.hours["office"]
    assert found.open_days == {
        date(2026, 12, 5): ((time(10), time(14)),),
        date(2026, 12, 6): ((time(9), time(13)),),
    }
    assert date(2026, 12, 24) in found.closed


def test_days_that_a_country_works_for_its_holidays_open_unless_they_are_closed(tmp_path: Path) -> None:
    found = settings(tmp_path, GOOD + HOURS + 'holidays = "CN"\nclosed = [2026-02-28]\n').policy.hours["office"]
    assert found.open_days[date(2026, 2, 14)] == ((time(9), time(17)),)
    assert date(2026, 2, 28) not in found.open_days
    assert date(2026, 2, 17) in found.closed


def test_a_country_without_worked_days_has_none() -> None:
    found = public_holidays("DE-BE", 2026)
    assert date(2026, 12, 25) in found.off
    assert found.worked == frozenset()
    assert public_holidays("", 2026).off == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[hours.x]\nmon = ["09:00-13:00", "12:00-17:00"]\n', "12:00 is open already"),
        ('[hours.x]\nmon = ["09:00-24:00", "12:00-17:00"]\n', "12:00 is open already"),
        ('[hours.x]\nmon = ["09:00-17:00"]\nopen_days = { "2026-13-01" = "mon" }\n', "is no date"),
        ('[hours.x]\nmon = ["09:00-17:00"]\nopen_days = { "2026-12-01" = "sun" }\n', "sun is never open"),
        ("[hours.x]\n", "are never open"),
        ('[hours.x]\nmon = ["09:00-17:00"]\nholidays = "XX"\n', "no holidays are known"),
        ('[sla.x]\nhours = "gone"\n', 'there is no [hours.*] named "gone"'),
        ('[sla.x]\npriorities.hot = { first_response = "1h" }\n', 'there is no priority "hot"'),
        ("[sla.x]\nwarn_at = [0]\n", "between 1 and 1000"),
        ('[sla.x]\nfirst_response = "soon"\n', "is no length of time"),
        ("[sla.x]\npriorities.low = { resolution = 0 }\n", "a promise takes some time"),
        ('[sla.x]\npause.resolution = ["closed"]\n', "sla.x.pause.resolution"),
        ('[[rules]]\nname = "r"\nsla = "gone"\n', 'there is no [sla.*] named "gone"'),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in str(one) for one in problems(tmp_path, GOOD + text))


def test_a_team_and_a_desk_that_name_no_promise_are_told(tmp_path: Path) -> None:
    text = GOOD.replace('members = ["ana"]', 'members = ["ana"]\nsla = "gone"').replace(
        'name = "Acme Support"', 'name = "Acme Support"\nsla = "gone"'
    )
    assert sum('named "gone"' in str(one) for one in problems(tmp_path, text)) == 2


def test_business_time_without_hours_and_a_silent_priority_are_warned_of(tmp_path: Path) -> None:
    text = GOOD.replace('name = "Acme Support"', 'name = "Acme Support"\npriorities = ["calm", "normal"]')
    warnings = [str(one) for one in settings(tmp_path, text + "[sla.x]\n").warnings]
    assert any("promises nothing at the priority calm" in each for each in warnings)
    assert any("counts business time" in each for each in warnings)
