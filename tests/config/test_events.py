"""Webhooks, schedules, retention, rules on events: what the desk gets of them, and what is told when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.desk.clock.recurrence import read
from mailgate.desk.policy import Retention
from mailgate.desk.routing.rule import On
from mailgate.errors import ConfigError
from tests.config.folder import GOOD, problems, write

DAY = 86_400_000

WHOLE = """
[[webhooks]]
id = "crm"
url = "https://crm.example/hook?a=b"
secret = { env = "CRM" }
timeout = "3s"

[[scheduled]]
id = "backup"
every = "every first monday at 7:30"
timezone = "Asia/Shanghai"
team = "support"
subject = "Restore ({date})"
due_after = "2 days"

[retention]
raws = "90 days"
spam = "30 days"

[retention.by_brand.desk]
tickets = "730 days"
spam = "0s"

[[rules]]
name = "silent"
on = "idle"
when = { status = ["open", "waiting-customer"], idle_over = "3 days" }
letter = [{ to = "requester", text = "#{number}?" }, { to = "boss@acme.example", text = "see" }]
webhook = ["crm"]
child = { team = "support" }
"""


def test_what_is_written_is_what_the_desk_gets(tmp_path: Path) -> None:
    """Times in ms, names looked up, brands with their own."""
    settings = load(write(tmp_path, GOOD, WHOLE), SystemClock())
    hook = settings.webhooks["crm"]
    assert (hook.url, hook.timeout, hook.private) == ("https://crm.example/hook?a=b", 3.0, False)
    (scheduled,) = settings.policy.scheduled
    assert scheduled.every == read("every first monday at 07:30")
    assert (scheduled.timezone, scheduled.brand, scheduled.due_after_ms) == ("Asia/Shanghai", "desk", 2 * DAY)
    assert settings.policy.retention == {"desk": Retention(raws_ms=90 * DAY, tickets_ms=730 * DAY)}
    rule = next(each for each in settings.policy.rules if each.name == "silent")
    assert rule.on is On.IDLE
    assert [each.values for each in rule.when.children] == [("open", "waiting-customer"), (str(3 * DAY),)]
    assert [letter.to for letter in rule.then.letters] == ["requester", "boss@acme.example"]
    assert (rule.then.webhooks, rule.then.children[0].team) == (("crm",), "support")


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ('[[webhooks]]\nid = "x"\nurl = "ftp://x"\n', "no URL to call"),
        ('[[webhooks]]\nid = "x"\nurl = "https://u:p@x/"\n', "no URL to call"),
        ('[[webhooks]]\nid = "x"\nurl = "https://[::1/hook"\n', "no URL to call"),
        ('[[webhooks]]\nid = "x"\nurl = "https://x:https/"\n', "no URL to call"),
        ('[[webhooks]]\nid = "x"\nurl = "https://x/"\ntls_ca = "none.pem"\n', "there is no file"),
        (
            '[[scheduled]]\nid = "x"\nevery = "now and then"\nteam = "support"\nsubject = "s"\n',
            "the five fields of cron",
        ),
        ('[[scheduled]]\nid = "x"\nevery = "every day"\nteam = "nobody"\nsubject = "s"\n', 'no team "nobody"'),
        ('[retention]\nraws = "3 working days"\n', "wall clock"),
        ("[retention.by_brand.acme]\nraws = '1 day'\n", 'no brand "acme"'),
        ('[[rules]]\nname = "x"\non = "tomorrow"\n', "rules[0].on"),
        ('[[rules]]\nname = "x"\nwhen = { status = "open" }\n', "asks for status"),
        ('[[rules]]\nname = "x"\non = "rated"\nwhen = { verdict = "spam" }\n', "asks for verdict"),
        ('[[rules]]\nname = "x"\non = "rated"\nhold = "no"\n', "does nothing"),
        ('[[rules]]\nname = "x"\nclose = true\n', "does nothing"),
        ('[[rules]]\nname = "x"\non = "idle"\n', "how long"),
        ('[[rules]]\nname = "x"\non = "idle"\nwhen = { idle_over = "3" }\n', "length of time"),
        ('[[rules]]\nname = "x"\non = "rated"\nwhen = { rating_under = "bad" }\n', "no number"),
        ('[[rules]]\nname = "x"\non = "date"\n', "name of the field"),
        ('[[rules]]\nname = "x"\nwebhook = "crm"\n', 'no webhook "crm"'),
        ('[[rules]]\nname = "x"\nchild = { team = "nobody" }\n', 'no team "nobody"'),
        ('[[rules]]\nname = "x"\nletter = { to = "team", text = "{nonsense}" }\n', "no variable {nonsense}"),
        ('[[rules]]\nname = "x"\nchild = { team = "support", subject = "a { b" }\n', "a brace stands alone"),
        ('[[rules]]\nname = "x"\nalert = { fingerprint = "(" }\n', "no pattern"),
        ('[[rules]]\nname = "x"\nalert = { fingerprint = "x", in = "nose" }\n', "no part of a mail"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, written: str, wrong: str) -> None:
    """In words, with its line."""
    config = write(tmp_path, GOOD, f"\n{written}")
    with pytest.raises(ConfigError) as raised:
        load(config, SystemClock())
    assert wrong in str(raised.value)
    assert all(problem.line > 0 for problem in raised.value.problems)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            'letter = { to = "boss", text = "x" }',
            'rules[0].letter.to: \'boss\' is nobody; write "requester", "assignee", ',
        ),
        ('letter = { text = "x" }', "rules[0].letter.to: is missing; requester"),
        (
            'letter = [{ to = "team" }, { to = "team", txt = "x" }]',
            'rules[0].letter[1].txt: no such key; did you mean "',
        ),
        ('child = { subject = "x" }', "rules[0].child.team: is missing"),
        ("webhook = 5", "rules[0].webhook: 5 is no short name"),
        ("team = 5", "rules[0].team: 5 is no short name"),
        ('on = "idel"\nwhen = { idle_over = "3 days" }', "rules[0].on: must be 'created', 'customer replied', "),
        ('on = "date"\nfield = "Contract End"', "rules[0].field: 'Contract End' is no short name"),
        ('on = "agent replied"\nacknowledge = false', 'rules[0].acknowledge: does nothing on "agent replied"'),
        ("alert = { fingerprint = 7 }", "rules[0].alert.fingerprint: a number where text belongs"),
    ],
)
def test_a_value_that_may_be_written_in_several_ways_is_told_of_once_and_by_the_keys_of_the_file(
    tmp_path: Path, written: str, told: str
) -> None:
    found = problems(tmp_path, more=f'\n[[rules]]\nname = "x"\n{written}\n')
    assert [f"{one.key}: {one.wrong}; {one.right}".startswith(told) for one in found] == [True], found


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://127.0.0.1:8080/hook", False),
        ("http://[::1]/hook", False),
        ("http://localhost/hook", False),
        ("http://localhost.example/hook", True),
        ("https://crm.example/hook", False),
    ],
)
def test_a_webhook_that_others_can_read_is_warned_of(tmp_path: Path, url: str, warned: bool) -> None:
    settings = load(write(tmp_path, GOOD, f'[[webhooks]]\nid = "x"\nurl = "{url}"\n'), SystemClock())
    assert any("not encrypted" in each.wrong for each in settings.warnings) is warned
