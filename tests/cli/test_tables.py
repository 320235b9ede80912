"""Tickets from a table and back: all or nothing to begin with, nothing twice, and no formula in either direction."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from mailgate.importing import plain_cell, safe_cell
from tests.cli.conftest import Run, feed, mail

TABLE = """\
requester,subject,team,due,tags,note,field:contract
anna@client.example,Contract of Anna ends,help,2027-01-31,contract renewal,Call her,A-1
bob@client.example,Contract of Bob ends,,,,,"B-2"
"""


def test_each_row_is_a_ticket(config: Path, run: Run, tmp_path: Path) -> None:
    """With its fields and due time; nobody gets a letter."""
    table = tmp_path / "c.csv"
    table.write_text(TABLE.replace("help", "support"))
    answer = run("ticket", "import", table, "-c", config, "--json")
    assert answer.code == 0, answer.err
    assert len(answer.json["opened"]) == 2
    shown = run("ticket", "show", answer.json["opened"][0], "-c", config, "--json").json
    assert shown["ticket"]["fields"] == {"contract": "A-1"}
    assert shown["ticket"]["tags"] == ["contract", "renewal"]
    assert shown["ticket"]["due_ms"] is not None
    assert shown["letters"] == []


def test_a_row_without_an_assignee_is_given_out_as_its_team_does(config: Path, run: Run, tmp_path: Path) -> None:
    """One after the other; whom a row names has it, and nobody hears of it."""
    second = '[[agents]]\nid = "ben"\nname = "Ben"\naddress = "ben@acme.example"\n\n[[teams]]'
    turns = config.read_text().replace('members = ["ana"]', 'members = ["ana", "ben"]\nassign = "round-robin"')
    config.write_text(turns.replace("[[teams]]", second, 1))
    table = tmp_path / "c.csv"
    rows = ["requester,subject,assignee"]
    rows += [f"c{n}@client.example,Contract {n},{who}" for n, who in enumerate(("", "", "ben"))]
    table.write_text("\n".join(rows))
    opened = run("ticket", "import", table, "-c", config, "--json").json["opened"]
    shown = [run("ticket", "show", number, "-c", config, "--json").json for number in opened]
    assert [each["ticket"]["assignee"] for each in shown] == ["ana", "ben", "ben"]
    assert "whose turn it is" in shown[0]["ticket"]["reason"]
    assert not any(each["letters"] for each in shown)


def test_a_row_is_imported_once(config: Path, run: Run, tmp_path: Path) -> None:
    """The same file again opens what was added to it."""
    table = tmp_path / "c.csv"
    table.write_text(TABLE.replace("help", ""))
    run("ticket", "import", table, "-c", config)
    table.write_text(table.read_text() + "zoe@client.example,Contract of Zoe ends,,,,,C-3\n")
    answer = run("ticket", "import", table, "-c", config, "--json").json
    assert (len(answer["opened"]), answer["there_already"]) == (1, 2)


def test_a_dry_run_opens_nothing(config: Path, run: Run, tmp_path: Path) -> None:
    """It says how many it would be."""
    table = tmp_path / "c.csv"
    table.write_text(TABLE.replace("help", ""))
    assert "2 tickets would be opened" in run("ticket", "import", table, "-c", config, "--dry-run").out
    assert run("ticket", "list", "-c", config, "--json").json == []


def test_mistakes_are_told_by_line_and_nothing_is_opened(config: Path, run: Run, tmp_path: Path) -> None:
    """All of them at once."""
    table = tmp_path / "c.csv"
    table.write_text("requester,subject,team,due\na@b.example,ok,,\nnobody,,nowhere,someday\n")
    answer = run("ticket", "import", table, "-c", config)
    assert answer.code == 2
    for part in ("c.csv:3", "no mail address", "is empty", 'no team "nowhere"', "is no day"):
        assert part in answer.err
    assert run("ticket", "list", "-c", config, "--json").json == []
    table.write_text("mail,subject\na@b.example,x\n")
    assert "requester: is missing" in run("ticket", "import", table, "-c", config).err


def test_J11_a_cell_that_a_spreadsheet_would_run_is_text(config: Path, run: Run, tmp_path: Path) -> None:
    """In the file that we write; read again it is what it was."""
    feed(config, mail("=HYPERLINK(1)"), mail("@SUM(A1)", "x", "2"), mail("plain", "x", "3"))
    out = tmp_path / "out.csv"
    assert run("ticket", "export", out, "-c", config).code == 0
    cells = [row["subject"] for row in csv.DictReader(io.StringIO(out.read_text()))]
    assert cells == ["plain", "'@SUM(A1)", "'=HYPERLINK(1)"]
    assert [plain_cell(cell) for cell in cells] == ["plain", "@SUM(A1)", "=HYPERLINK(1)"]
    for text in ("+1", "-1", "＝1", "'quoted'", "a=b", ""):
        assert plain_cell(safe_cell(text)) == text


def test_an_export_overwrites_nothing(config: Path, run: Run, tmp_path: Path) -> None:
    """A dash is stdout."""
    out = tmp_path / "out.csv"
    out.write_text("mine")
    assert run("ticket", "export", out, "-c", config).code == 1
    assert out.read_text() == "mine"
    assert run("ticket", "export", "-", "-c", config).out.startswith("number,subject")
