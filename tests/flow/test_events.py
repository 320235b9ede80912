"""What follows from a mail in a running desk: rules on events, a webhook's server, monitoring, and a person's data."""

from __future__ import annotations

import json
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.edges.test_webhook import Far as Hook
from tests.edges.test_webhook import far as hook
from tests.flow.world import ANNA, PATIENCE_S, Desk, Relay, letter

__all__ = ["hook"]

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"
MONITOR = "nagios@monitor.example"
RULES = """
[[webhooks]]
id = "crm"
url = "http://127.0.0.1:{port}/crm"
secret = {{ env = "CRM_SECRET" }}
private = true

[[webhooks]]
id = "mute"
url = "http://127.0.0.1:{mute}/"
timeout = "60 s"
private = true

[[rules]]
name = "monitoring"
when = {{ from = "nagios@monitor.example", proof = "pass" }}
alert = {{ fingerprint = 'on (\\S+)', resolved_when = {{ subject_starts = "OK" }} }}

[[rules]]
name = "to the crm"
when = {{ subject = "order" }}
webhook = "crm"

[[rules]]
name = "impatient"
on = "customer replied"
when = {{ replies_over = 1 }}
priority = "urgent"
webhook = "mute"
letter = {{ to = "team", text = "{{requester}} writes again on #{{number}}." }}
"""


def test_rules_on_events_and_webhooks_in_a_running_desk(
    new_desk: Callable[..., Desk], far: Relay, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call comes with the ticket's number, signed; a second mail makes the ticket urgent and its team hears why.
    A host that never answers does not hold up the end."""
    monkeypatch.setenv("CRM_SECRET", "s3cret")
    mute = socket.create_server(("127.0.0.1", 0))
    mute.settimeout(PATIENCE_S)
    desk = new_desk(more=RULES.format(port=hook.port, mute=mute.getsockname()[1]))
    desk.send(letter(CARLA, "My order", "Where is it?"), CARLA_ADDRESS)
    (first,) = far.wait(CARLA_ADDRESS)
    desk.wait_until(lambda: bool(hook.got))
    ((path, headers, body),) = hook.got
    told = json.loads(body)
    assert (path, told["event"], told["ticket"]["number"]) == ("/crm", "created", 1)
    assert headers["Mailgate-Signature"].startswith("v1=")
    assert "Where is it" not in body.decode()
    desk.wait_until(lambda: desk.json("webhooks", "list", "--state", "sent") != [])

    desk.send(letter(CARLA, "Re: My order", "And today?", reply_to=first), CARLA_ADDRESS)
    desk.wait_until(lambda: any("writes again on #1" in each.text for each in far.to(ANNA)))
    shown = desk.json("ticket", "show", "1")
    assert isinstance(shown, dict)
    assert shown["ticket"]["priority"] == "urgent"
    assert "rule" in {event["kind"] for event in shown["events"]}
    called, _ = mute.accept()
    assert desk.stop() == 0
    called.close()
    mute.close()


def test_monitoring_and_a_persons_data_in_a_running_desk(
    new_desk: Callable[..., Desk], far: Relay, tmp_path: Path
) -> None:
    """One ticket for an alert and its end; then all of Carla goes, and the history is whole."""
    desk = new_desk(more=RULES.format(port=1, mute=1))
    for number, subject in enumerate(("CRITICAL on web1", "CRITICAL on web1", "OK on web1")):
        desk.send(letter(MONITOR, subject, f"report {number}"), MONITOR)
        desk.wait_until_settled()  # or the end may overtake what it is the end of
    desk.send(letter(CARLA, "Passport", "It is XK-4711."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)
    found = desk.json("ticket", "list")
    assert isinstance(found, list)
    assert [(ticket["subject"], ticket["status"]) for ticket in found] == [
        ("Passport", "new"),
        ("CRITICAL on web1", "resolved"),
    ]
    assert far.to(MONITOR) == []

    out = tmp_path / "carla.zip"
    done = desk.run("privacy", "erase", CARLA_ADDRESS, "--export", str(out))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out) as archive:
        assert any(b"XK-4711" in archive.read(name) for name in archive.namelist())
    assert "XK-4711" not in desk.run("ticket", "show", "2").stdout
    assert desk.run("audit", "verify").returncode == 0
    assert desk.run("privacy", "erase", CARLA_ADDRESS, "--without-export").returncode == 1
    same = desk.run("rules", "diff", str(desk.config), "--json")
    assert json.loads(same.stdout.splitlines()[-1])["changed"] == 0
