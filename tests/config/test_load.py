"""A configuration becomes settings, or every error in it at once, each with the line to change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailgate.config.rulebook import dead_rules
from mailgate.desk.policy import Role, Subaddress
from mailgate.edges.settings import After, Secret, Security
from mailgate.errors import ConfigError
from tests.config.folder import GOOD, HandClock, line_of, problems, settings, write

BOX = '[[mailboxes]]\naddress = "a@b.example"\n[mailboxes.imap]\nhost = "h"\nuser = "u"\n'

WRONG = """\
[desk]
name = "Acme Support"
address = "support@acme.example"
timezon = "UTC"

[smtp.in]
max_size = "35 M"
tls_cert = "missing.pem"

[[agents]]
id = "ana"
name = "Ana"
address = "ana@acme.example"
aliases = [
  "ana@home.example",
  "no address",
]

[[agents]]
id = "bob"
name = "Bob"

[[teams]]
id = "support"
name = "Customer Support"
members = ["ana", "bob", "anna"]
remind_after = "4 business hours"

[[mailboxes]]
address = "support@acme.example"
team = "suport"

[[rules]]
name = "refunds"
when = { subjct = "refund" }
team = "billing"

[survey]
share = 2
"""


def test_every_error_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    found = {(problem.key, problem.line): problem for problem in problems(tmp_path, WRONG)}
    expected = {
        ("desk.timezon", line_of(WRONG, "timezon")): 'did you mean "timezone"?',
        ("smtp.in.max_size", line_of(WRONG, "max_size")): "35 MiB",
        ("smtp.in.tls_cert", line_of(WRONG, "tls_cert")): "",
        ("smtp.in.tls_key", line_of(WRONG, "[smtp.in]")): "tls_cert",
        ("agents[0].aliases[1]", line_of(WRONG, '  "no')): "support@example.com",
        ("agents[1].address", line_of(WRONG, 'id = "bob"') - 1): "enrolled address",
        ("teams[0].members[2]", line_of(WRONG, "members")): 'did you mean "ana"?',
        ("teams[0].remind_after", line_of(WRONG, "remind_after")): "name hours",
        ("mailboxes[0].team", line_of(WRONG, 'team = "suport"')): 'did you mean "support"?',
        ("rules[0].when.subjct", line_of(WRONG, "when")): 'did you mean "subject"?',
        ("rules[0].team", line_of(WRONG, 'team = "billing"')): "there is: support",
        ("survey.share", line_of(WRONG, "share")): "",
    }
    assert set(found) == set(expected)
    for place, right in expected.items():
        assert right in found[place].right
    assert all(problem.file.endswith("config.toml") and problem.wrong for problem in found.values())


@pytest.mark.parametrize(
    ("more", "key", "right"),
    [
        ('[hours]\nmon = "9-17"\n', "hours.mon", "write [hours.mon]"),
        ('[database]\nurl = "postgres//desk"\n', "database.url", "postgresql://USER@HOST/NAME"),
        ('[[webhooks]]\nid = "crm"\nurl = "ftp://crm.example"\n', "webhooks[0].url", "https://"),
        ('[sla.gold]\nfirst_response = "soon"\n', "sla.gold.first_response", "4 business hours"),
        ('[[rules]]\nname = "a"\nwhen = { subject = "a" }\npriority = "hi"\n', "rules[0].priority", 'mean "high"?'),
        ('[[agents]]\nid = "bo"\nname = "Bo"\naddress = "ana@acme.example"\n', "agents[1].address", "one owner"),
        ('[[teams]]\nid = "support"\nname = "Again"\n', "teams[1].id", "each needs its own"),
        ("[schedules]\n", "schedules", 'mean "scheduled"?'),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(tmp_path: Path, more: str, key: str, right: str) -> None:
    told = [problem for problem in problems(tmp_path, GOOD, more) if problem.key == key]
    assert [right in problem.right for problem in told] == [True]
    assert told[0].line > GOOD.count("\n")


def test_a_wrong_value_of_a_needed_key_is_told_once(tmp_path: Path) -> None:
    """It is not missing as well."""
    found = problems(tmp_path, GOOD + '\n[[mailboxes]]\naddress = "nonsense"\n')
    assert [problem.key for problem in found] == ["mailboxes[0].address"]


def test_a_name_is_known_even_where_what_it_names_has_a_mistake(tmp_path: Path) -> None:
    """The mistake is told, and not that there is no such team, agent or day."""
    text = """
[[agents]]
id = "eve"
name = "Eve"
address = "nonsense"
[[teams]]
id = "second"
members = ["eve"]
[[rules]]
name = "r"
team = "second"
assignee = "eve"
[[tests]]
name = "t"
expect = { team = "second" }
[hours.office]
mon = ["nonsense"]
"""
    found = [problem.key for problem in problems(tmp_path, GOOD + text)]
    assert found == ["agents[1].address", "teams[1].name", "hours.office.mon[0]"]


def test_a_file_that_include_names_must_be_there_and_a_pattern_may_match_nothing(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text('[[rules]]\nname = "far"\ntags = ["x"]\n')
    include = f'include = ["gone.toml", "rules/*.toml", "{elsewhere}"]\n'
    assert [problem.key for problem in problems(tmp_path / "desk", include + GOOD)] == ["include[0]"]
    found = settings(tmp_path / "desk", include.replace('"gone.toml", ', "") + GOOD)
    assert "far" in [rule.name for rule in found.policy.rules]


def test_a_short_configuration_has_whole_settings(tmp_path: Path) -> None:
    found = settings(tmp_path)
    policy = found.policy
    assert [(box.address, box.brand) for box in policy.mailboxes] == [("support@acme.example", "desk")]
    assert policy.brands["desk"].default_team == "support"
    assert policy.agents["ana"].role is Role.AGENT
    assert found.database_url == f"sqlite:///{tmp_path}/state/mailgate.db"
    assert found.spool_path == tmp_path / "state" / "spool.db"
    assert found.relay.host == "localhost"
    assert (found.templates / "en").is_dir()
    assert len(policy.secrets) == 1
    assert policy.audit_key
    assert found.warnings == ()


def test_what_is_written_reaches_the_edges(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("geheim\n")
    more = """
[[mailboxes]]
address = "support@acme.example"
subaddress = "-"
[mailboxes.proof]
authserv_id = "mx.acme.example"
[mailboxes.imap]
host = "imap.acme.example"
user = "support"
password = { file = "pw" }
security = "starttls"
port = 143
after = "move"
poll_every = "2 min"
since = "36h"
"""
    found = settings(tmp_path, GOOD, more)
    account = found.imap[0]
    assert (account.host, account.port, account.security, account.after) == (
        "imap.acme.example",
        143,
        Security.STARTTLS,
        After.MOVE,
    )
    assert (account.poll_every, account.since_days) == (120.0, 2)
    assert account.password is not None
    assert account.password.read() == "geheim"
    assert len(found.policy.mailboxes) == 1
    assert found.policy.mailboxes[0].subaddress is Subaddress.DASH
    assert found.policy.mailboxes[0].proof.authserv_id == "mx.acme.example"


def test_business_hours_holidays_and_working_days(tmp_path: Path) -> None:
    more = """
remind_after = "2 working days"
hours = "office"
[hours.office]
timezone = "Europe/Berlin"
mon = ["09:00-12:00", "13:00-17:00"]
fri = ["20:00-24:00"]
closed = [2026-12-28]
holidays = "DE-BY"
"""
    found = settings(tmp_path, GOOD, more).policy
    assert found.teams["support"].remind_in_hours
    assert found.teams["support"].remind_after_ms == 2 * (7 + 4) * 3_600_000 // 2
    assert {"2026-12-25", "2026-12-28", "2027-01-06"} <= {day.isoformat() for day in found.hours["office"].closed}
    unknown = problems(tmp_path, GOOD, '[hours.x]\nmon = ["9-17"]\nholidays = "XX"\n')
    assert {problem.key for problem in unknown} == {"hours.x.mon[0]", "hours.x.holidays"}


def test_Q01_secrets_come_from_the_environment_or_a_file_and_a_literal_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_DB", "postgresql://mail:gate@db.example/desk")
    more = '\n[database]\nurl = { env = "DESK_DB" }\n[smtp.out]\nuser = "u"\npassword = "hush"\n'
    found = settings(tmp_path, GOOD, more)
    assert found.database_url == "postgresql://mail:gate@db.example/desk"
    assert found.relay.password == Secret(literal="hush")
    assert [(problem.key, problem.line) for problem in found.warnings] == [
        ("smtp.out.password", line_of(GOOD + more, "password"))
    ]
    assert "gate@" not in repr(found)
    assert "hush" not in repr(found) + str(found.warnings[0])


def test_a_secret_that_is_not_there_is_an_error_only_where_it_is_needed_at_once(tmp_path: Path) -> None:
    assert [each.key for each in problems(tmp_path, GOOD, '[database]\nurl = { env = "MAILGATE_NO_SUCH" }\n')] == [
        "database.url"
    ]
    later = settings(tmp_path, GOOD, '[smtp.out]\nuser = "u"\npassword = { file = "later" }\n')
    assert [problem.key for problem in later.warnings] == ["smtp.out.password"]


@pytest.mark.parametrize("written", ['{ env = "A", file = "B" }', "{ evn = 'A' }", '""', "5", "{ env = 5 }"])
def test_a_malformed_secret_is_not_repeated(tmp_path: Path, written: str) -> None:
    found = problems(tmp_path, GOOD, f'[smtp.out]\nuser = "u"\npassword = {written}\n')
    assert found[0].key == "smtp.out.password"
    assert "evn" not in str(found[0])
    assert "{ env" in found[0].right


def test_the_secret_file_must_be_there_and_ours_alone(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "secret").chmod(0o640)
    assert "chmod 600" in problems(tmp_path)[0].right
    (tmp_path / "secret").unlink()
    from mailgate.config.load import load

    with pytest.raises(ConfigError, match="mailgate init"):
        load(path, HandClock())


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('[[agents]]\nid = "bob"\nname = "B"\naddress = "SUPPORT@acme.example"\n', "agents[1].address"),
        ('[[agents]]\nid = "ana"\nname = "B"\naddress = "b@acme.example"\n', "agents[1].id"),
        (
            '[[agents]]\nid = "b"\nname = "B"\naddress = "b@acme.example"\naliases = ["ana@acme.example"]\n',
            "agents[1].aliases[0]",
        ),
        ('[[agents]]\nid = "b"\nname = "B"\naddress = "b@acme.example"\nlogin = "b"\n', "agents[1].password"),
        (
            '[[mailboxes]]\naddress = "a@acme.example"\n[[mailboxes]]\naddress = "A@acme.example"\n',
            "mailboxes[1].address",
        ),
        ('[[mailboxes]]\naddress = "a@acme.example"\nbrand = "acme"\n', "mailboxes[0].brand"),
        (
            '[[mailboxes]]\naddress = "a@b.example"\n[mailboxes.imap]\nhost = "h"\nuser = "u"\n',
            "mailboxes[0].imap.password",
        ),
        (
            BOX + 'password = "x"\nsecurity = "none"\n',
            "mailboxes[0].imap.security",
        ),
        (
            BOX + 'password = "x"\nfolder = "A\\r\\nB"\n',
            "mailboxes[0].imap.folder",
        ),
        ('[smtp.out]\nkind = "maildir"\n', "smtp.out.path"),
        ('[smtp.out]\nuser = "u"\n', "smtp.out.password"),
        ('[smtp.out]\nhost = "far.example"\nuser = "u"\npassword = "p"\n', "smtp.out.security"),
        ('[[teams]]\nid = "t"\nname = "T"\nmembers = []\nsupervisors = ["ana"]\n', "teams[1].supervisors[0]"),
        ('[templates]\nfolder = "nowhere"\n', "templates.folder"),
        ('[trust]\n"first contact, prooved" = "open"\n', "trust.first contact, prooved"),
        ('[trust]\n"first contact, proved" = "opne"\n', "trust.first contact, proved"),
        ('[lists]\nvip = ["nobody"]\n', "lists.vip[0]"),
        ('[log]\nlevel = "loud"\n', "log.level"),
        ('[limits]\nworkers = "2"\n', "limits.workers"),
        ('[desk.dkim]\ndomain = "a.example"\nselector = "s"\nkey_file = "k.pem"\n', "desk.dkim.key_file"),
    ],
)
def test_a_mistake_is_told_by_its_key(tmp_path: Path, more: str, key: str) -> None:
    assert [problem.key for problem in problems(tmp_path, GOOD, more)] == [key]


def test_submission_without_tls_is_for_loopback_only(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD.replace('listen = "127.0.0.1:0"', 'submission = "127.0.0.1:5870"')) == []
    found = problems(tmp_path, GOOD.replace('listen = "127.0.0.1:0"', 'submission = "0.0.0.0:587"'))
    assert [problem.key for problem in found] == ["smtp.in.submission"]


def test_several_brands_each_have_their_own(tmp_path: Path) -> None:
    text = """\
[desk]
timezone = "Europe/Berlin"
[[brands]]
id = "one"
name = "One"
address = "help@one.example"
[[brands]]
id = "two"
name = "Two"
address = "help@two.example"
language = "zh"
tags = ["[Zwei #{number}]", "[Ticket#{number}]"]
[[teams]]
id = "all"
name = "All"
members = ["ana"]
[[agents]]
id = "ana"
name = "Ana"
address = "ana@one.example"
"""
    brands = settings(tmp_path, text).policy.brands
    assert (brands["one"].language, brands["two"].language) == ("en", "zh")
    assert brands["one"].timezone == "Europe/Berlin"
    assert brands["two"].tags == ("[Zwei #{number}]", "[Ticket#{number}]")
    missing = problems(tmp_path, text, '[[mailboxes]]\naddress = "sales@one.example"\n')
    assert [problem.key for problem in missing] == ["mailboxes[0].brand"]


@pytest.mark.parametrize("tag", ["#1", "{number}", "[#{number}{number}]", "[{nr}]", "[#{number"])
def test_a_subject_tag_holds_the_number_once_between_other_characters(tmp_path: Path, tag: str) -> None:
    assert problems(tmp_path, GOOD.replace("[desk]\n", f'[desk]\ntags = ["{tag}"]\n'))[0].key == "desk.tags[0]"


@pytest.mark.parametrize(("text", "line"), [("[desk\nname = 1", 1), ('[desk]\nname = "a\n', 2), ("a = 1\na = 2\n", 2)])
def test_what_is_no_toml_is_told_by_its_line(tmp_path: Path, text: str, line: int) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert found[0].line == line
    assert "no TOML" in found[0].wrong


def test_a_missing_file_and_one_that_is_no_text_are_told_in_a_sentence(tmp_path: Path) -> None:
    from mailgate.config.load import load

    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "config.toml", HandClock())
    (tmp_path / "config.toml").write_bytes(b"[desk]\nname = '\xff'")
    with pytest.raises(ConfigError, match=r"config\.toml:2: .*UTF-8"):
        load(tmp_path / "config.toml", HandClock())


def test_an_editor_s_mark_at_the_head_of_a_file_is_no_mistake(tmp_path: Path) -> None:
    """Editors on Windows put one (U+FEFF) before the text, which ``tomllib`` takes for a key."""
    mark = "\N{ZERO WIDTH NO-BREAK SPACE}"
    (tmp_path / "rules.toml").write_text(f'{mark}[[rules]]\nname = "a"\nwhen = {{ subject = "a" }}\ntags = ["a"]\n')
    (tmp_path / "ready.txt").write_text(f"{mark}Hello\n", "utf-8")
    more = '[[canned]]\nname = "ready"\nfile = "ready.txt"\n'
    found = settings(tmp_path, f'{mark}include = ["rules.toml"]\n{GOOD}', more).policy
    assert [rule.name for rule in found.rules] == ["a"]
    assert [text for reply in found.canned.values() for text in reply.texts.values()] == ["Hello"]


def test_the_generation_names_what_was_written(tmp_path: Path) -> None:
    first, again = settings(tmp_path / "a"), settings(tmp_path / "b")
    other = settings(tmp_path / "c", GOOD, "# a comment\n")
    assert first.policy.generation == again.policy.generation != other.policy.generation
    assert re.fullmatch("[0-9a-f]{12}", first.policy.generation)


def test_a_rule_that_can_never_match_is_a_warning_with_its_line(tmp_path: Path) -> None:
    more = '[[rules]]\nname = "all"\n[[rules]]\nname = "never"\nwhen = { subject = "x" }\n'
    found = dead_rules(settings(tmp_path, GOOD, more).policy.rules)
    assert [problem.line for problem in found] == [line_of(GOOD + more, 'name = "never"') - 1]
    assert '"never" can never match' in found[0].wrong


def test_included_files_add_their_rules_in_order_and_keep_their_lines(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "b.toml").write_text('[[rules]]\nname = "b"\nwhen = { subject = "b" }\n')
    (tmp_path / "rules" / "a.toml").write_text('# one\n[[rules]]\nname = "a"\nwhen = { subject = "a" }\n')
    text = 'include = ["rules/*.toml"]\n' + GOOD + '[[rules]]\nname = "main"\nwhen = { subject = "m" }\n'
    assert [rule.name for rule in settings(tmp_path, text).policy.rules] == ["main", "a", "b"]
    (tmp_path / "rules" / "a.toml").write_text('# one\n[[rules]]\nname = "a"\nwhn = {}\n[desk]\n')
    found = {(Path(each.file).name, each.line, each.key) for each in problems(tmp_path, text)}
    assert found == {("a.toml", 4, "rules[0].whn"), ("a.toml", 5, "desk")}
    assert all("rules" in each.file for each in problems(tmp_path, text))


@pytest.mark.parametrize(
    ("written", "authserv_id", "topmost"),
    [
        ('"gmail"', "mx.google.com", False),
        ('"microsoft365"', "", True),
        ('{ provider = "gmail" }', "mx.google.com", False),
    ],
)
def test_a_known_provider_fills_in_whose_word_counts(
    tmp_path: Path, written: str, authserv_id: str, topmost: bool
) -> None:
    """In short, or as a table."""
    box = f'\n[[mailboxes]]\naddress = "help@acme.example"\nproof = {written}\n'
    found = settings(tmp_path, more=box).policy.mailbox("help@acme.example")
    assert found is not None
    assert (found.proof.authserv_id, found.proof.topmost) == (authserv_id, topmost)


def test_a_milters_name_has_to_be_said(tmp_path: Path) -> None:
    """Nobody else can know what one's own server calls itself."""
    box = '\n[[mailboxes]]\naddress = "help@acme.example"\nproof = {}\n'
    (problem,) = problems(tmp_path, more=box.format('"opendmarc"'))
    assert "authserv_id" in problem.right
    named = settings(tmp_path, more=box.format('{ provider = "rspamd", authserv_id = "mx.acme.example" }'))
    assert named.policy.mailboxes[0].proof.below
