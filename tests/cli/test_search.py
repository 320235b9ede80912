"""``mailgate search`` and what ``ticket show`` says of a ticket with a parent, a due time and a nudge."""

from __future__ import annotations

from pathlib import Path

from mailgate.assembly import open_store
from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.desk.effect import ChangeTicket
from mailgate.desk.plan import Outcome, Plan
from tests.cli.conftest import Run, feed, mail


def test_a_search_shows_where_it_hit_the_best_first(config: Path, run: Run) -> None:
    feed(config, mail("退款", "我要退款。", "2"), mail("Refund", "now", "3"), mail("Hello", "the refund, please", "4"))
    found = run("search", "refund", "-c", config)
    assert found.out.index("Refund") < found.out.index("the refund, please")
    rows = run("search", "退款", "-c", config, "--json").json
    assert [(row["subject"], row["snippet"]) for row in rows] == [("退款", "我要退款。")]
    assert run("search", "nowhere", "-c", config).out.strip() == "nothing found"
    assert run("search", "refund", "-c", config, "--limit", "1").out.splitlines()[-1] == "1 of 2"


def test_a_ticket_says_what_it_waits_for(config: Path, run: Run) -> None:
    feed(config, mail("Parent", unique="1"), mail("Child", unique="2"))
    child, parent = run("ticket", "list", "-c", config, "--json").json
    changes = {"parent": parent["id"], "due_ms": 1_800_000_000_000, "nudges": 2, "nudged_ms": 1, "state": "in the lab"}
    settings = load(config, SystemClock())
    store = open_store(settings, SystemClock())
    with store.transaction() as tx:
        plan = Plan(Outcome.EVENT, (ChangeTicket(child["id"], changes, "test"),))
        tx.write(None, None, None, plan, tx.ticket(child["id"]), (), 1)
    store.close()
    shown = run("ticket", "show", child["number"], "-c", config).out
    for part in (f"#{parent['number']}", "2027-01-15", "in the lab (new)", "2, last 1970"):
        assert part in shown, part
    assert f"children  #{child['number']}" in run("ticket", "show", parent["number"], "-c", config).out
    assert run("ticket", "show", parent["number"], "-c", config, "--json").json["children"] == [child["number"]]
    assert "in the lab" in run("ticket", "list", "-c", config).out
