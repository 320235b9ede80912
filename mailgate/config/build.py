"""The validated models → the plain values that the desk and the edges take. No decisions: one table, one function.

Paths in the file are relative to the file; here they become absolute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from mailgate.config import schema, schema_duties, schema_mail, schema_rules
from mailgate.config.build_clock import working_day_ms
from mailgate.config.providers import proof_profile
from mailgate.config.rule_tests import MailTest
from mailgate.config.settings import Login
from mailgate.config.units import Duration
from mailgate.desk import policy
from mailgate.edges import settings as edge

ONLY_BRAND = "desk"
"""The id of the brand that [desk] itself is where there are no [[brands]]."""


def brands(config: schema.Config) -> dict[str, policy.Brand]:
    """All brands by id; without [[brands]] the desk itself is the only one."""
    desk = config.desk
    first_team = config.teams[0].id if config.teams else ""
    if not config.brands:
        only = policy.Brand(
            id=ONLY_BRAND,
            name=desk.name,
            address=desk.address or "",
            language=desk.language,
            timezone=desk.timezone,
            tags=tuple(desk.tags),
            default_team=desk.default_team or first_team,
            agent_names=desk.agent_names,
            sla=desk.sla,
        )
        return {only.id: only}
    return {
        brand.id: policy.Brand(
            id=brand.id,
            name=brand.name,
            address=brand.address,
            language=brand.language or desk.language,
            timezone=brand.timezone or desk.timezone,
            tags=tuple(brand.tags or desk.tags),
            default_team=brand.default_team or desk.default_team or first_team,
            agent_names=desk.agent_names if brand.agent_names is None else brand.agent_names,
            templates=brand.templates,
            sla=brand.sla or desk.sla,
        )
        for brand in config.brands
    }


def mailboxes(config: schema.Config, known: Mapping[str, policy.Brand]) -> tuple[policy.Mailbox, ...]:
    """The listed mailboxes, and each brand's own address where it is not among them."""
    only = next(iter(known)) if len(known) == 1 else ""
    listed = [
        policy.Mailbox(
            address=box.address,
            brand=box.brand or only,
            team=box.team,
            subaddress=policy.Subaddress(box.subaddress),
            proof=proof_profile(box.proof),
        )
        for box in config.mailboxes
    ]
    taken = {box.address.lower() for box in listed}
    own = [
        policy.Mailbox(brand.address, brand.id)
        for brand in known.values()
        if brand.address and brand.address.lower() not in taken
    ]
    return (*listed, *own)


def teams(config: schema.Config, known: Mapping[str, policy.Hours]) -> dict[str, policy.Team]:
    """Teams by id."""
    return {
        team.id: policy.Team(
            id=team.id,
            name=team.name,
            members=tuple(team.members),
            supervisors=tuple(team.supervisors),
            brand=team.brand,
            hours=team.hours,
            remind_after_ms=team.remind_after.ms(working_day_ms(known.get(team.hours))),
            remind_in_hours=team.remind_after.in_hours,
            names=dict(team.names),
            assign=policy.Assign(team.assign),
            sticky=team.sticky,
            by_skill=team.by_skill,
            by_language=team.by_language,
            region_field=team.region_field,
            reply=policy.May(team.reply),
            reassign=policy.May(team.reassign),
            close=policy.May(team.close),
            merge=policy.May(team.merge),
            notes=policy.May(team.notes),
            sla=team.sla,
            escalate_to=team.escalate_to,
            states=dict(team.states),
            digest_at=team.digest_at,
        )
        for team in config.teams
    }


def agents(config: schema.Config) -> dict[str, policy.Agent]:
    """Agents by id."""
    return {
        agent.id: policy.Agent(
            id=agent.id,
            name=agent.name,
            address=agent.address,
            aliases=tuple(agent.aliases),
            role=policy.Role(agent.role),
            language=agent.language,
            login=agent.login,
            active=agent.active,
            capacity=agent.capacity,
            skills=tuple(agent.skills),
            languages=tuple(agent.languages),
            regions=tuple(agent.regions),
            timezone=agent.timezone or "",
        )
        for agent in config.agents
    }


def logins(config: schema.Config, base: Path) -> dict[str, Login]:
    """Who may log in at the submission port."""
    return {
        agent.login: Login(agent.login, agent.address, placed(agent.password, base))
        for agent in config.agents
        if agent.login and agent.password and agent.active
    }


def survey(written: schema_duties.Survey) -> policy.Survey:
    """The question after closing."""
    return policy.Survey(
        enabled=written.enabled,
        share=written.share,
        every_ms=written.every.ms(),
        answer_within_ms=written.answer_within.ms(),
        delay_ms=written.delay.ms(),
        change_within_ms=written.change_within.ms(),
        low=written.low,
        reopen_low=written.reopen_low,
    )


def closing(written: schema_duties.Closing) -> policy.Closing:
    """What ends by itself."""
    waits = tuple(wait.ms() for wait in written.remind_after)
    return policy.Closing(written.confirm_after.ms(), waits, written.close_after.ms())


def lists(config: schema.Config) -> dict[str, frozenset[str]]:
    """Named lists of addresses and of domains, these without their ``@``."""
    return {name: frozenset(entry.lstrip("@") for entry in entries) for name, entries in config.lists.items()}


def customer_tags(config: schema.Config) -> dict[str, tuple[str, ...]]:
    """Tags by address, or by domain (without ``@``)."""
    return {who.lstrip("@"): tuple(tags) for who, tags in config.customers.items()}


def smtp_in(written: schema_mail.SmtpIn, base: Path) -> edge.SmtpIn:
    """Our own servers."""
    values = _plain(written)
    for key in ("tls_cert", "tls_key"):
        values[key] = resolved(values[key], base)
    for key in ("listen", "lmtp", "submission"):
        if values[key].startswith("unix:"):
            values[key] = f"unix:{base / values[key].removeprefix('unix:')}"
    return edge.SmtpIn(**values)


def relay(written: schema_mail.SmtpOut, base: Path) -> edge.Relay:
    """Where letters go."""
    values = _plain(written)
    values["security"] = edge.Security(written.security)
    values["password"] = placed(written.password, base) if written.password else None
    for key in ("tls_ca", "path"):
        values[key] = resolved(values[key], base)
    return edge.Relay(**values)


def imap(config: schema.Config, base: Path) -> Iterator[edge.ImapAccount]:
    """One account for each mailbox that is fetched."""
    for box in config.mailboxes:
        if box.imap:
            values = _plain(box.imap)
            values["mailbox"] = box.address
            values["security"] = edge.Security(box.imap.security)
            values["after"] = edge.After(box.imap.after)
            values["password"] = placed(box.imap.password, base) if box.imap.password else None
            values["oauth"] = _oauth(box.imap.oauth, base) if box.imap.oauth else None
            values["tls_ca"] = resolved(box.imap.tls_ca, base)
            values["since_days"] = whole(values.pop("since"), 86_400)
            yield edge.ImapAccount(**values)


def dkim(config: schema.Config, base: Path) -> dict[str, edge.Dkim]:
    """The signing keys by brand."""
    signing = {brand.id: brand.dkim for brand in config.brands} or {ONLY_BRAND: config.desk.dkim}
    return {
        brand: edge.Dkim(written.domain, written.selector, resolved(written.key_file, base))
        for brand, written in signing.items()
        if written
    }


def worker(written: schema.Limits) -> edge.WorkerLimits:
    """What one mail may cost."""
    values = _plain(written)
    values.pop("letters")
    return edge.WorkerLimits(**values)


def mail_test(written: schema_rules.Test, base: Path, first_mailbox: str, file: str, line: int) -> MailTest:
    """A test of the rules; a time without a zone is UTC."""
    at = written.at.replace(tzinfo=written.at.tzinfo or UTC) if written.at else None
    return MailTest(
        name=written.name,
        sender=written.sender,
        to=written.to or first_mailbox,
        mail=base / written.mail if written.mail else None,
        subject=written.subject,
        body=written.body,
        headers=dict(written.headers),
        attachments=tuple(written.attachments),
        proof=written.proof,
        at_ms=int(at.timestamp() * 1000) if at else None,
        expected=written.expect.model_dump(exclude_none=True),
        file=file,
        line=line,
    )


def placed(found: edge.Secret, base: Path) -> edge.Secret:
    """A secret whose file is named from the root."""
    return edge.Secret(file=resolved(found.file, base)) if found.file else found


def resolved(path: str, base: Path) -> str:
    """A path of the file, absolute; empty stays empty."""
    return str(base / path) if path else ""


def whole(seconds: float, unit: int) -> int:
    """So many whole units, rounded up."""
    return int(-(-seconds // unit))


def _oauth(written: schema_mail.OAuth, base: Path) -> edge.OAuth:
    return edge.OAuth(
        token_url=written.token_url,
        client_id=written.client_id,
        client_secret=placed(written.client_secret, base) if written.client_secret else None,
        refresh_token=placed(written.refresh_token, base),
        scope=written.scope,
        mechanism=written.mechanism,
    )


def _plain(model: schema_mail.Section) -> dict[str, Any]:
    """The fields by name, durations in seconds and lists as tuples, as ``edges.settings`` has them."""
    values = {name: getattr(model, name) for name in type(model).model_fields}
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Duration):
        return value.seconds
    return tuple(value) if isinstance(value, list) else value
