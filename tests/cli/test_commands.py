"""What an admin types against a desk that has mail: answers for people, ``--json`` for machines, exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import DESK, Run, feed, mail
from tests.config.folder import write

SPAM_RULE = '\n[[rules]]\nname = "later"\nwhen = { subject = "later" }\nhold = "not today"\n'


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """A desk with two tickets, one held mail, and letters in the outbox."""
    config = write(tmp_path / "desk", DESK, SPAM_RULE)
    feed(config, mail("Printer broken"), mail("退款", "我要退款。", "2"), mail("later", unique="3"))
    return config


def test_tickets_are_listed_newest_first_for_people_and_machines(busy: Path, run: Run) -> None:
    shown = run("ticket", "list", "-c", busy)
    assert shown.out.index("退款") < shown.out.index("Printer broken")
    tickets = run("ticket", "list", "-c", busy, "--json").json
    assert [ticket["subject"] for ticket in tickets] == ["退款", "Printer broken"]
    assert run("ticket", "list", "-c", busy, "--team", "nobody", "--json").json == []
    assert len(run("ticket", "list", "-c", busy, "--search", "退款", "--json").json) == 1


def test_a_ticket_is_shown_whole(busy: Path, run: Run) -> None:
    number = run("ticket", "list", "-c", busy, "--json").json[-1]["number"]
    shown = run("ticket", "show", number, "-c", busy)
    assert shown.code == 0
    for part in ("Printer broken", "carla@client.example", "Please help.", "notification to ana@acme.example"):
        assert part in shown.out
    whole = run("ticket", "show", number, "-c", busy, "--json").json
    assert whole["messages"][0]["author_email"] == "carla@client.example"
    missing = run("ticket", "show", 999_999, "-c", busy)
    assert (missing.code, missing.out) == (1, "")


def test_a_strangers_control_characters_never_reach_the_terminal(config: Path, run: Run) -> None:
    feed(config, mail("=?utf-8?q?a=1B=5D0;b=07?=", "red \x1b[31mtext"))
    number = run("ticket", "list", "-c", config, "--json").json[0]["number"]
    for shown in (run("ticket", "list", "-c", config), run("ticket", "show", number, "-c", config)):
        assert "\x1b" not in shown.out
        assert "\x07" not in shown.out


def test_held_mail_is_listed_shown_and_its_raw_given_back(busy: Path, run: Run) -> None:
    held = run("held", "list", "-c", busy, "--json").json
    assert [(each["cause"], each["subject"]) for each in held] == [("rule", "later")]
    assert "not today" in run("held", "show", held[0]["id"], "-c", busy).out
    assert run("held", "list", "-c", busy, "--cause", "spam").out.strip() == "nothing is held"
    assert run("held", "show", 999, "-c", busy).code == 1


def test_a_released_mail_becomes_a_ticket_once_and_the_sum_of_outcomes_stays(busy: Path, run: Run) -> None:
    before = run("stats", "-c", busy, "--json").json
    held_id = run("held", "list", "-c", busy, "--json").json[0]["id"]
    assert run("held", "release", held_id, "-c", busy, "--json").json == {"released": [held_id], "missing": []}
    assert run("held", "release", held_id, "-c", busy).code == 1
    after = run("stats", "-c", busy, "--json").json
    assert after["deliveries"] == before["deliveries"]
    assert after["outcomes"]["new"] == before["outcomes"]["new"] + 1
    assert "hold" not in after["outcomes"]
    assert "later" in [ticket["subject"] for ticket in run("ticket", "list", "-c", busy, "--json").json]


def test_a_dropped_mail_is_gone_and_what_was_not_there_is_told(busy: Path, run: Run) -> None:
    held_id = run("held", "list", "-c", busy, "--json").json[0]["id"]
    dropped = run("held", "drop", held_id, 999, "-c", busy, "--json")
    assert (dropped.code, dropped.json) == (1, {"dropped": [held_id], "missing": [999]})
    assert run("held", "show", held_id, "--raw", "-c", busy).code == 1


def test_letters_are_listed_cancelled_and_queued_again(busy: Path, run: Run) -> None:
    letters = run("outbox", "list", "-c", busy, "--json").json
    assert {"notification"} <= {letter["kind"] for letter in letters}
    first = letters[0]["id"]
    assert run("outbox", "cancel", first, "-c", busy).code == 0
    assert first not in [letter["id"] for letter in run("outbox", "list", "-c", busy, "--json").json]
    assert [each["id"] for each in run("outbox", "list", "--state", "cancelled", "-c", busy, "--json").json] == [first]
    assert run("outbox", "retry", first, "-c", busy, "--json").json["queued"] == [first]
    assert run("outbox", "retry", 999, "-c", busy).code == 1


def test_calls_that_are_not_there_are_told_as_letters_are(busy: Path, run: Run) -> None:
    assert run("webhooks", "list", "-c", busy).out.strip() == "nothing waits"
    said = run("webhooks", "retry", 7, 7, 8, "-c", busy, "--json")
    assert (said.code, said.json) == (1, {"queued": [], "missing": [7, 7, 8]})
    assert "not queued: 7, 7, 8 (no such call" in said.err


def test_promises_and_ratings_are_shown_for_the_desk_or_by_agent_team_and_brand_since_a_time(
    busy: Path, run: Run
) -> None:
    counts = run("stats", "-c", busy, "--json").json
    assert counts["ratings"] == counts["promises"] == []
    for by in ("agent", "team", "brand"):
        assert run("stats", "-c", busy, "--by", by, "--since", "90d", "--json").code == 0
    assert run("stats", "-c", busy, "--since", "2001-01-01", "--json").json["deliveries"] == 3
    assert run("stats", "-c", busy, "--since", "soon").code == 2


def test_stats_add_up_to_what_was_fed(busy: Path, run: Run) -> None:
    counts = run("stats", "-c", busy, "--json").json
    assert counts["deliveries"] == sum(counts["outcomes"].values()) == 3
    assert counts["causes"] == {"rule": 1}
    assert "3 deliveries" in run("stats", "-c", busy).out


def test_the_history_is_verified_and_a_change_found(busy: Path, run: Run) -> None:
    assert run("audit", "verify", "-c", busy).code == 0
    import sqlite3

    with sqlite3.connect(busy.parent / "state" / "mailgate.db") as database:
        database.execute("UPDATE events SET kind = 'forged' WHERE seq = 1")
    found = run("audit", "verify", "-c", busy, "--json")
    assert found.code == 1
    assert found.json[0]["seq"] == 1


def test_the_rules_tests_tell_what_came_out_otherwise(tmp_path: Path, run: Run) -> None:
    more = """
[[rules]]
name = "refunds"
when = { subject = "refund", attachment_extension = "pdf", header = { "X-Origin" = "web" } }
priority = "high"
tags = ["money", "shop"]
sla = "gold"
[sla.gold]
[[tests]]
name = "a refund is urgent"
subject = "Refund, please"
attachments = ["invoice.pdf"]
headers = { "X-Origin" = "web" }
expect = { rule = "refunds", priority = "high", tags = ["money"], sla = "gold", ack = true, held = "" }
[[tests]]
name = "a thank-you is not"
subject = "Thank you"
expect = { rule = "refunds" }
[[tests]]
name = "a file"
mail = "sample.eml"
expect = { rule = "default", sla = "" }
"""
    config = write(tmp_path, DESK, more.replace('name = "a file"', 'name = "a file"'))
    (tmp_path / "sample.eml").write_bytes(mail("Hello"))
    results = run("rules", "test", "-c", config, "--json")
    assert results.code == 1
    assert [(each["ok"], each["wrong"]) for each in results.json] == [
        (True, []),
        (False, ["rule: expected 'refunds', came out as 'default'"]),
        (True, []),
    ]
    assert run("rules", "test", "-c", config, "--only", "urgent").code == 0


def test_explain_prints_one_object_a_mail_and_keeps_nothing(config: Path, tmp_path: Path, run: Run) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.eml").write_bytes(mail(f"Question {number}", unique=str(number)))
    said = run("explain", "-c", config, "--json", tmp_path / "1.eml", tmp_path / "2.eml")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [(line["id"], line["outcome"], line["team"]) for line in lines] == [
        ("1.eml", "new", "support"),
        ("2.eml", "new", "support"),
    ]
    assert all(line["trace"] for line in lines)
    assert all(line["trail"] == [] for line in lines)
    assert run("stats", "-c", config, "--json").json["deliveries"] == 0
    assert "Question 1" in run("explain", tmp_path / "1.eml").out


def test_ingest_keeps_files_for_the_next_daemon(config: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "1.eml").write_bytes(mail("Question"))
    assert run("ingest", "-c", config, tmp_path / "1.eml").code == 0
    assert run("stats", "-c", config, "--json").json["spooled"] == 1


def test_explain_tells_which_way_a_mail_came(tmp_path: Path, run: Run) -> None:
    hop = b"Received: from a.example (a.example [192.0.2.9])\r\n\tby mx.example; Mon, 16 Nov 2026 10:00:00 +0000\r\n"
    (tmp_path / "1.eml").write_bytes(hop + mail("Question"))
    assert [each["by"] for each in run("explain", "--json", tmp_path / "1.eml").json["trail"]] == ["mx.example"]
    assert "mx.example" in run("explain", tmp_path / "1.eml").out


@pytest.mark.parametrize("command", ["ingest", "explain"])
def test_a_file_that_is_not_there_is_told_in_a_sentence(config: Path, tmp_path: Path, run: Run, command: str) -> None:
    said = run(command, "-c", config, tmp_path / "gone.eml")
    assert (said.code, said.out) == (2, "")
    assert "gone.eml does not exist" in said.err.replace("\n", " ")


def test_what_the_system_refuses_is_one_sentence(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").touch()
    said = run("init", tmp_path / "file" / "desk", "--yes", "--address", "support@acme.example")
    assert (said.code, said.err.count("\n")) == (1, 1)


def test_explain_looks_into_what_ingest_would_take(config: Path, tmp_path: Path, run: Run) -> None:
    """An mbox is as many mails as it holds."""
    lines = b"".join(b"From carla@client.example Wed Nov 18 10:00:00 2026\n" + mail(name) for name in ("One", "Two"))
    (tmp_path / "box").write_bytes(lines)
    said = run("explain", "-c", config, "--json", tmp_path / "box")
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == ["box#1", "box#2"]


def test_explain_reads_one_mail_from_standard_input(config: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mail("Piped"))))
    assert json.loads(run("explain", "-c", config, "--json", "-").out)["subject"] == "Piped"


def test_a_mail_that_stays_held_is_not_said_to_be_missing(config: Path, run: Run) -> None:
    feed(config, b"Subject: from nobody\n\nHello\n")
    held_id = run("held", "list", "-c", config, "--json").json[0]["id"]
    said = run("held", "release", held_id, "-c", config)
    assert said.code == 1
    assert f"{held_id} stays held" in said.err
    assert "there is no" not in said.err
