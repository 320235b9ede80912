"""What no single value shows: names that nobody has, two who share an address, files that are not there.

``CHECKS`` is the list, one small function each; all of them run, and each yields its complaints by the path of the key.
Rules and their names are checked where they are compiled (``rulebook``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path as File
from typing import Any

from mailgate.config import build
from mailgate.config.lines import Path
from mailgate.config.problems import Complaint, nearest
from mailgate.config.providers import NAMELESS
from mailgate.config.schema import Config
from mailgate.config.schema_mail import Imap
from mailgate.desk.identity.trust import TABLE, TREATMENTS
from mailgate.edges.settings import Secret

LOOPBACK = ("127.", "localhost:", "[::1]:", "unix:")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the checks look at: the file's ``config``, its folder, and all ``names_of`` it, wrong entries included."""

    config: Config
    base: File
    named: Mapping[str, frozenset[str]]
    this_year: int


Check = Callable[[Subject], Iterator[Complaint]]


def names_of(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The ids of all brands, teams and agents and the names of hours and lists, read from the raw file: an agent with a
    mistake is still somebody whom a team may name."""
    found = {
        section: frozenset(str(item["id"]) for item in _tables(data.get(section)) if isinstance(item.get("id"), str))
        for section in ("brands", "teams", "agents", "webhooks")
    }
    for section in ("hours", "lists"):
        value = data.get(section)
        found[section] = frozenset(value) if isinstance(value, dict) else frozenset()
    return found


def unknown(path: Path, what: str, name: str, known: Iterable[str]) -> Iterator[Complaint]:
    """A complaint when nobody has that name; the empty name is no name."""
    if name and name not in known:
        yield Complaint(path, f'there is no {what} "{name}"', nearest(name, known))


def _identity(subject: Subject) -> Iterator[Complaint]:
    """A desk without [[brands]] is itself the brand, and needs what a brand needs."""
    if not subject.named["brands"]:
        desk = subject.config.desk
        if not desk.name:
            yield Complaint(("desk", "name"), "is missing", "what customers read as the sender's name")
        if not desk.address:
            yield Complaint(("desk", "address"), "is missing", "the address that customers write to")
    if not subject.named["teams"]:
        yield Complaint(("teams",), "there is no team, so nobody would get the mail", "add [[teams]]")


def _names_twice(subject: Subject) -> Iterator[Complaint]:
    sections: Mapping[str, Iterable[str]] = {
        "brands": [brand.id for brand in subject.config.brands],
        "teams": [team.id for team in subject.config.teams],
        "agents": [agent.id for agent in subject.config.agents],
        "webhooks": [hook.id for hook in subject.config.webhooks],
        "scheduled": [each.id for each in subject.config.scheduled],
    }
    for section, ids in sections.items():
        seen: set[str] = set()
        for index, name in enumerate(ids):
            if name in seen:
                yield Complaint((section, index, "id"), f'"{name}" is the id of another one too', "each needs its own")
            seen.add(name)


def _addresses_twice(subject: Subject) -> Iterator[Complaint]:
    """Every address means one thing: a mailbox, or one agent."""
    owner: dict[str, str] = {}
    for path, address, who in _addresses(subject.config):
        other = owner.setdefault(address.lower(), who)
        if other != who or path[0] == "mailboxes":
            # A brand's own address may be listed as a mailbox once, to say more about it.
            if path[0] == "mailboxes" and other == f"brand {_brand_of(subject.config, address)}":
                owner[address.lower()] = who
            elif other != who:
                yield Complaint(path, f"{address} is already the address of {other}", "an address has one owner")


def _addresses(config: Config) -> Iterator[tuple[Path, str, str]]:
    for index, brand in enumerate(config.brands):
        yield ("brands", index, "address"), brand.address, f"brand {brand.id}"
    if not config.brands and config.desk.address:
        yield ("desk", "address"), config.desk.address, f"brand {build.ONLY_BRAND}"
    for index, box in enumerate(config.mailboxes):
        yield ("mailboxes", index, "address"), box.address, f"mailbox {index + 1}"
    for index, agent in enumerate(config.agents):
        yield ("agents", index, "address"), agent.address, f"agent {agent.id}"
        for place, alias in enumerate(agent.aliases):
            yield ("agents", index, "aliases", place), alias, f"agent {agent.id}"


def _brand_of(config: Config, address: str) -> str:
    named = {brand.address.lower(): brand.id for brand in config.brands}
    return named.get(address.lower(), build.ONLY_BRAND)


def _unknown_names(subject: Subject) -> Iterator[Complaint]:
    config, named = subject.config, subject.named
    yield from unknown(("desk", "default_team"), "team", config.desk.default_team, named["teams"])
    for index, brand in enumerate(config.brands):
        yield from unknown(("brands", index, "default_team"), "team", brand.default_team, named["teams"])
    for index, box in enumerate(config.mailboxes):
        yield from unknown(("mailboxes", index, "team"), "team", box.team, named["teams"])
        yield from unknown(("mailboxes", index, "brand"), "brand", box.brand, named["brands"] or {build.ONLY_BRAND})
        if not box.brand and len(named["brands"]) > 1:
            yield Complaint(("mailboxes", index, "brand"), "is missing", nearest("", named["brands"]))
    for index, team in enumerate(config.teams):
        yield from unknown(("teams", index, "hours"), "[hours.*] named", team.hours, named["hours"])
        yield from unknown(("teams", index, "brand"), "brand", team.brand, named["brands"] or {build.ONLY_BRAND})
        for key in ("members", "supervisors"):
            for place, member in enumerate(getattr(team, key)):
                yield from unknown(("teams", index, key, place), "agent", member, named["agents"])


def _teams(subject: Subject) -> Iterator[Complaint]:
    for index, team in enumerate(subject.config.teams):
        for place, name in enumerate(team.supervisors):
            if name not in team.members and name in subject.named["agents"]:
                yield Complaint(("teams", index, "supervisors", place), f'"{name}" is no member', "add it to members")
        if not team.members:
            yield Complaint(("teams", index), f'nobody is in the team "{team.id}"', "name its members", warning=True)
        if team.remind_after.in_hours and not team.hours:
            right = "name hours, or count on the wall clock"
            yield Complaint(("teams", index, "remind_after"), "counts business hours, and the team has none", right)


def _incoming(subject: Subject) -> Iterator[Complaint]:
    smtp = subject.config.smtp.incoming
    at = ("smtp", "in")
    for given, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
        if getattr(smtp, given) and not getattr(smtp, other):
            yield Complaint((*at, other), "is missing", f"{given} is of no use without it")
        yield from _file((*at, given), getattr(smtp, given), subject.base)
    if smtp.submission and not smtp.tls_cert and not smtp.submission.startswith(LOOPBACK):
        right = "set tls_cert and tls_key, or listen on 127.0.0.1"
        yield Complaint((*at, "submission"), "would take passwords without TLS", right)
    if not smtp.listen and not smtp.lmtp and not any(box.imap for box in subject.config.mailboxes):
        right = "set smtp.in.listen or lmtp, or give a mailbox its imap; a pipe (mailgate ingest) needs neither"
        yield Complaint((*at, "listen"), "no mail comes in by itself", right, warning=True)


def _outgoing(subject: Subject) -> Iterator[Complaint]:
    relay, at = subject.config.smtp.outgoing, ("smtp", "out")
    yield from _file((*at, "tls_ca"), relay.tls_ca, subject.base)
    if relay.kind == "maildir" and not relay.path:
        yield Complaint((*at, "path"), "is missing", "the Maildir that letters go into")
    if relay.user and not relay.password:
        yield Complaint((*at, "password"), "is missing", 'password = { env = "NAME" } or { file = "path" }')
    if relay.password:
        yield from _secret((*at, "password"), relay.password, subject.base)
        if relay.security == "none" and not f"{relay.host}:".startswith(LOOPBACK):
            yield Complaint((*at, "security"), "the password would travel in the clear", 'set "starttls" or "tls"')
    signing = {("desk",): subject.config.desk.dkim} | {
        ("brands", index): brand.dkim for index, brand in enumerate(subject.config.brands)
    }
    for owner, dkim in signing.items():
        if dkim:
            yield from _file((*owner, "dkim", "key_file"), dkim.key_file, subject.base)


def _imap(subject: Subject) -> Iterator[Complaint]:
    for index, box in enumerate(subject.config.mailboxes):
        if box.imap:
            yield from _account(("mailboxes", index, "imap"), box.imap, subject.base)


def _account(at: Path, imap: Imap, base: File) -> Iterator[Complaint]:
    if (imap.password is None) == (imap.oauth is None):
        wrong = "needs a password or oauth" if imap.password is None else "has a password and oauth"
        yield Complaint((*at, "password"), wrong, "give exactly one of the two")
    if imap.password:
        yield from _secret((*at, "password"), imap.password, base)
        if imap.security == "none" and not f"{imap.host}:".startswith(LOOPBACK):
            yield Complaint((*at, "security"), "the password would travel in the clear", 'set "tls" or "starttls"')
    if imap.oauth:
        if not imap.oauth.refresh_token.file:
            right = 'write { file = "path" }'
            yield Complaint((*at, "oauth", "refresh_token"), "must stand in a file that we can rewrite", right)
        yield from _secret((*at, "oauth", "refresh_token"), imap.oauth.refresh_token, base)
    yield from _file((*at, "tls_ca"), imap.tls_ca, base)


def _agents(subject: Subject) -> Iterator[Complaint]:
    logins: set[str] = set()
    for index, agent in enumerate(subject.config.agents):
        at = ("agents", index)
        if bool(agent.login) != bool(agent.password):
            missing = "password" if agent.login else "login"
            yield Complaint((*at, missing), "is missing", "login and password go together")
        if agent.password:
            yield from _secret((*at, "password"), agent.password, subject.base)
        if agent.login and agent.login in logins:
            yield Complaint((*at, "login"), f'"{agent.login}" is the login of another agent too', "each needs its own")
        logins.add(agent.login)


def _folders(subject: Subject) -> Iterator[Complaint]:
    config = subject.config
    folders = {("templates", "folder"): config.templates.folder} | {
        ("brands", index, "templates"): brand.templates for index, brand in enumerate(config.brands)
    }
    for path, folder in folders.items():
        if folder and not (subject.base / folder).is_dir():
            yield Complaint(path, f"there is no folder {subject.base / folder}", "make it, or leave the key out")


def _trust(subject: Subject) -> Iterator[Complaint]:
    for row, treatment in subject.config.trust.items():
        yield from unknown(("trust", row), "row of the trust table called", row, [each.name for each in TABLE])
        yield from unknown(("trust", row), "treatment", treatment, TREATMENTS)


def _included(subject: Subject) -> Iterator[Complaint]:
    """A pattern may match nothing yet; a file that is named must be there."""
    for place, pattern in enumerate(subject.config.include):
        if not has_magic(pattern):
            yield from _file(("include", place), pattern, subject.base)


def _proof(subject: Subject) -> Iterator[Complaint]:
    """A milter on one's own server writes a name that only the admin knows."""
    for at, box in enumerate(subject.config.mailboxes):
        if box.proof.provider in NAMELESS and not box.proof.authserv_id:
            right = f'write proof = {{ provider = "{box.proof.provider}", authserv_id = "mx.example.com" }}'
            yield Complaint(("mailboxes", at, "proof"), "the name that your server writes is missing", right)


CHECKS: tuple[Check, ...] = (
    _identity,
    _names_twice,
    _addresses_twice,
    _unknown_names,
    _teams,
    _incoming,
    _outgoing,
    _imap,
    _proof,
    _agents,
    _folders,
    _included,
    _trust,
)


def _file(path: Path, name: str, base: File) -> Iterator[Complaint]:
    if name and not (base / name).is_file():
        yield Complaint(path, f"there is no file {base / name}", "")


def _secret(path: Path, secret: Secret, base: File) -> Iterator[Complaint]:
    """A secret in the config is discouraged; one that is not there yet is told, since it is read only when needed."""
    if secret.literal:
        right = 'write { env = "NAME" } or { file = "path" }'
        yield Complaint(path, "a secret stands in the config itself", right, warning=True)
    elif secret.file and not (base / secret.file).is_file():
        yield Complaint(path, f"the secret file {base / secret.file} is not there", "", warning=True)


def _tables(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
