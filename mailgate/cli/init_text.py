"""The text of the ``config.toml`` that ``init`` writes: short, commented, and whole."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from email.utils import parseaddr


@dataclass(frozen=True, slots=True)
class Person:
    """An agent to be."""

    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What ``init`` was told."""

    name: str
    address: str
    agents: tuple[Person, ...]
    language: str = "en"
    timezone: str = "UTC"
    relay: str = ""
    relay_user: str = ""
    imap: str = ""
    imap_user: str = ""


def person(written: str) -> Person:
    """``Ana Pérez <ana@acme.example>``: the id is the first name in ASCII, or what stands before the @."""
    name, address = parseaddr(written)
    local = address.partition("@")[0]
    for source in (name.split(" ")[0], local, "agent"):
        ascii_only = unicodedata.normalize("NFKD", source).encode("ascii", "ignore").decode("ascii")
        short = re.sub(r"[^a-z0-9_.-]+", "-", ascii_only.lower()).strip("-._")
        if short:
            break
    return Person(short, name or local, address or written)


def config_text(answers: Answers) -> str:
    """The file."""
    agents = _numbered(answers.agents)
    blocks = [
        HEAD,
        _table(
            "[desk]",
            name=answers.name,
            address=answers.address,
            language=answers.language,
            timezone=answers.timezone,
        ),
        INCOMING,
        _relay(answers),
        _mailbox(answers),
        *(_table("[[agents]]", id=agent.id, name=agent.name, address=agent.address) for agent in agents),
        TEAM.format(members=json.dumps([agent.id for agent in agents])),
        RULES,
    ]
    return "\n".join(block.strip("\n") + "\n" for block in blocks if block)


def _numbered(agents: tuple[Person, ...]) -> list[Person]:
    """Two Anas become ana and ana2."""
    taken: dict[str, int] = {}
    found = []
    for agent in agents:
        taken[agent.id] = taken.get(agent.id, 0) + 1
        number = "" if taken[agent.id] == 1 else str(taken[agent.id])
        found.append(Person(agent.id + number, agent.name, agent.address))
    return found


def _relay(answers: Answers) -> str:
    if not answers.relay:
        return MAILDIR
    host, port = _host_port(answers.relay, 587 if answers.relay_user else 25)
    security = {465: "tls", 587: "starttls"}.get(port, "starttls" if answers.relay_user else "none")
    text = "# Where letters go.\n" + _table("[smtp.out]", host=host, port=port, security=security)
    if answers.relay_user:
        text += f'user = {_quoted(answers.relay_user)}\npassword = {{ file = "relay-password" }}\n'
    return text


def _mailbox(answers: Answers) -> str:
    """The mailbox stands there only when there is more to say about it than its address."""
    if not answers.imap:
        return ""
    host, port = _host_port(answers.imap, 993)
    return (
        _table("[[mailboxes]]", address=answers.address)
        + _table(
            "[mailboxes.imap]",
            host=host,
            port=port,
            security="starttls" if port == 143 else "tls",
            user=answers.imap_user,
        )
        + 'password = { file = "imap-password" }\n'
    )


def _host_port(written: str, port: int) -> tuple[str, int]:
    host, colon, number = written.rpartition(":")
    return (host, int(number)) if colon and number.isdecimal() else (written, port)


def _table(header: str, **values: str | int) -> str:
    lines = (f"{key} = {value if isinstance(value, int) else _quoted(value)}" for key, value in values.items())
    return "\n".join((header, *lines)) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's is one, once DEL is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


HEAD = """
# mailgate's configuration, made by `mailgate init`. Every key there is stands in config.example.toml;
# `mailgate check` reads this file and names every mistake with its line.
"""

INCOMING = """
# Mail by SMTP, and by LMTP for a mail server in front (see docs/mta.md).
[smtp.in]
listen = "127.0.0.1:2525"
"""

MAILDIR = """
# Letters go into a Maildir, to try things out. For real: host, port, security, user, password.
[smtp.out]
kind = "maildir"
path = "letters"
"""

TEAM = """
# Mail goes to the first team, unless a rule says otherwise. Add teams, and rules below.
[[teams]]
id = "support"
name = "Customer Support"
members = {members}
remind_after = "24h"
"""

RULES = """
# A rule and its test; `mailgate rules test` runs the tests.
[[rules]]
name = "urgent"
when = { subject = ["urgent", "asap"] }
priority = "high"

[[tests]]
name = "an urgent mail is one of high priority"
subject = "URGENT: the shop is down"
expect = { team = "support", priority = "high", rule = "urgent" }
"""
