"""``mailgate ticket sla``: a clock explained, for people and machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.cli.sla import amount
from mailgate.desk.clock.span import DAY, HOUR, MINUTE, Unit
from tests.cli.conftest import DESK, Run, feed, mail
from tests.config.folder import write

PROMISED = DESK.replace("[smtp.in]", 'sla = "standard"\n\n[smtp.in]') + "\n[sla.standard]\n"


@pytest.fixture
def promised(tmp_path: Path) -> Path:
    """A desk that promises the table of defaults, with one ticket."""
    config = write(tmp_path / "desk", PROMISED)
    feed(config, mail("Printer on fire"))
    return config


def test_a_clock_is_explained_for_machines(promised: Path, run: Run) -> None:
    said = run("ticket", "sla", 1, "-c", promised, "--json").json
    assert (said["policy"], said["why"], said["priority"]) == ("standard", "that of the desk", "normal")
    first, resolution = said["open"]
    assert (first["promise"], first["target"], first["share"]) == ("first response", "4 hours", 0)
    assert first["due_ms"] == first["since_ms"] + 4 * HOUR
    assert first["spent_ms"] + first["left_ms"] == 4 * HOUR
    assert sum(step["counted_ms"] for step in first["steps"]) == first["spent_ms"]
    assert (resolution["promise"], resolution["unit"]) == ("resolution", "working days")
    assert said["ended"] == []


def test_a_clock_is_explained_for_people(promised: Path, run: Run) -> None:
    shown = run("ticket", "sla", 1, "-c", promised).out
    assert "#1 Printer on fire" in shown
    assert "policy standard (that of the desk), priority normal" in shown
    assert "first response: 4 hours; 0 % used, " in shown


def test_what_was_imported_with_a_due_time_is_due_then_and_no_resolution_is_promised(
    promised: Path, run: Run, tmp_path: Path
) -> None:
    """Others of the same table have the promise of every ticket."""
    table = tmp_path / "c.csv"
    table.write_text("requester,subject,due\na@client.example,Ends,2099-01-31 09:00\nb@client.example,Ends too,\n")
    dated, other = run("ticket", "import", table, "-c", promised, "--json").json["opened"]
    assert "due 2099-01-31 09:00, as it was set on the ticket itself" in run("ticket", "sla", dated, "-c", promised).out
    assert run("ticket", "sla", dated, "-c", promised, "--json").json["open"] == []
    (resolution,) = run("ticket", "sla", other, "-c", promised, "--json").json["open"]
    assert resolution["promise"] == "resolution"


def test_a_ticket_without_promises_and_no_ticket_are_told(tmp_path: Path, promised: Path, run: Run) -> None:
    missing = run("ticket", "sla", 99, "-c", promised)
    assert (missing.code, missing.err) == (1, "mailgate: there is no ticket 99\n")
    plain = write(tmp_path / "plain", DESK)
    feed(plain, mail("Printer on fire"))
    nothing = run("ticket", "sla", 1, "-c", plain)
    assert nothing.code == 1
    assert "nothing is promised on ticket 1" in nothing.err


@pytest.mark.parametrize(
    ("ms", "unit", "said"),
    [
        (90 * MINUTE, Unit.CLOCK, "1 h 30 min"),
        (HOUR, Unit.BUSINESS, "1 h"),
        (0, Unit.CLOCK, "0 min"),
        (15 * MINUTE, Unit.CLOCK, "15 min"),
        (DAY, Unit.DAYS, "1 working day"),
        (DAY * 5 // 4, Unit.DAYS, "1.25 working days"),
    ],
)
def test_a_length_is_written_as_people_read_it(ms: int, unit: Unit, said: str) -> None:
    assert amount(ms, unit) == said
