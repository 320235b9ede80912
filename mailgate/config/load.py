"""``load``: the configuration's whole story, from the file to ``Settings``, or every error in it at once.

Errors stop; warnings (a secret in the file, a team without members) come with the settings. What takes longer than a
start may take is for ``check`` alone: ``rulebook.dead_rules`` and ``templates.template_problems``. Nothing is opened,
connected or started: what is wrong with a server shows in ``doctor``, not here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mailgate.clock import Clock
from mailgate.config import build, build_clock, build_events, canned
from mailgate.config.checks import CHECKS, Subject, names_of
from mailgate.config.checks_clock import CLOCK_CHECKS
from mailgate.config.checks_events import EVENT_CHECKS
from mailgate.config.checks_teams import TEAM_CHECKS
from mailgate.config.keys import Keys, read_keys
from mailgate.config.problems import Complaint
from mailgate.config.rule_tests import MailTest
from mailgate.config.rulebook import RuleFile, compile_rules, included
from mailgate.config.salvage import Salvaged, salvage
from mailgate.config.schema import Config
from mailgate.config.schema_rules import RuleFile as RuleSections
from mailgate.config.settings import Settings
from mailgate.config.shipped import shipped
from mailgate.config.source import ENCODING, Source
from mailgate.config.units import DAY, HOUR, Wrong
from mailgate.desk.policy import Budgets, Hours, Policy
from mailgate.desk.routing.rule import Rule
from mailgate.edges.settings import Secret
from mailgate.errors import ConfigError, Problem, Temporary

RULE_SECTIONS = ("rules", "tests")
NO_KEYS = Keys((), b"")


def load(path: Path, clock: Clock) -> Settings:
    """The settings of that file. Raises ``ConfigError`` with every problem found."""
    source = Source.read(path)
    base = path.absolute().parent
    found = salvage(_part(source, lambda key: key not in RULE_SECTIONS), Config)
    config = found.model
    now_ms = clock.now_ms()
    this_year = datetime.fromtimestamp(now_ms / 1000, UTC).year
    named = names_of(source.data)
    complaints = _judged(found, Subject(config, base, named, this_year))

    keys, url = NO_KEYS, ""
    try:
        keys = _keys(base / config.desk.secret_file, now_ms)
    except Wrong as error:
        complaints.append(Complaint(("desk", "secret_file"), error.wrong, error.right))
    try:
        url = _database_url(config, base)
    except Temporary as error:
        complaints.append(Complaint(("database", "url"), str(error)))

    main = RuleFile(source, base, salvage(_part(source, lambda key: key in RULE_SECTIONS), RuleSections))
    complaints += main.found.complaints
    more, problems = included(config.include, base, path.parent)
    policy = _policy(config, base, keys, this_year)
    book = compile_rules([main, *more], policy, named)
    policy = replace(policy, rules=tuple(book.rules), generation=_generation([main, *more]))

    errors = [source.problem(one) for one in complaints if not one.warning] + problems + book.problems
    if errors:
        raise ConfigError(
            tuple(sorted(dict.fromkeys(errors), key=lambda one: (one.file != str(path), one.file, one.line)))
        )
    warnings = tuple(source.problem(one) for one in complaints if one.warning)
    return _settings(path, config, policy, url, tuple(book.tests), warnings)


def _judged(found: Salvaged[Config], subject: Subject) -> list[Complaint]:
    """What is wrong with single values, and between those that are right.

    A table in which something is wrong is not judged as a whole: what it lacks may be what was dropped.
    """
    checks = (*CHECKS, *CLOCK_CHECKS, *EVENT_CHECKS, *TEAM_CHECKS)
    between = [replace(one, path=found.original(one.path)) for check in checks for one in check(subject)]
    told = {one.path[:length] for one in found.complaints for length in range(1, len(one.path) + 1)}
    return [*found.complaints, *(one for one in between if one.path not in told)]


def _settings(
    path: Path, config: Config, policy: Policy, url: str, tests: tuple[MailTest, ...], warnings: tuple[Problem, ...]
) -> Settings:
    """Everything that the parts of the daemon are made from; files are sought beside the config."""
    base = path.absolute().parent
    return Settings(
        path=path.absolute(),
        policy=policy,
        smtp_in=build.smtp_in(config.smtp.incoming, base),
        imap=tuple(build.imap(config, base)),
        relay=build.relay(config.smtp.outgoing, base),
        dkim=build.dkim(config, base),
        webhooks=build_events.webhooks(config, base),
        secret_file=base / config.desk.secret_file,
        database_url=url,
        state_dir=base / config.desk.state_dir,
        templates=base / config.templates.folder if config.templates.folder else shipped("templates"),
        brand_templates={brand.id: base / brand.templates for brand in config.brands if brand.templates},
        worker=build.worker(config.limits),
        logins=build.logins(config, base),
        tests=tests,
        dns=config.desk.dns,
        log_level=config.log.level,
        log_json=config.log.format == "json",
        metrics=config.metrics.listen,
        warnings=warnings,
    )


def rules_of(path: Path, settings: Settings) -> tuple[Rule, ...]:
    """The rules of a file that holds nothing else, against the rest of the settings. Raises ``ConfigError``."""
    policy = settings.policy
    source = Source.read(path)
    file = RuleFile(source, path.absolute().parent, salvage(source.data, RuleSections))
    named = {
        "brands": frozenset(policy.brands),
        "teams": frozenset(policy.teams),
        "agents": frozenset(policy.agents),
        "hours": frozenset(policy.hours),
        "lists": frozenset(policy.lists),
        "sla": frozenset(policy.sla),
        "webhooks": frozenset(settings.webhooks),
    }
    book = compile_rules([file], policy, named)
    problems = [*(source.problem(one) for one in file.found.complaints), *book.problems]
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(book.rules)


def _keys(path: Path, now_ms: int) -> Keys:
    """The desk's keys. Raises ``Wrong`` when the file is missing, readable for others, or no such file."""
    try:
        if os.stat(path).st_mode & 0o077:
            raise Wrong(f"{path} can be read by others", f"chmod 600 {path}")
        return read_keys(path.read_text(ENCODING), now_ms)
    except FileNotFoundError as error:
        right = "restore it from your backup; before the first letter any will do: `mailgate init ELSEWHERE` makes one"
        raise Wrong(f"there is no secret file {path}", right) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"the secret file {path} cannot be read", "it must be text, and ours to read") from error


def _database_url(config: Config, base: Path) -> str:
    """The URL, secrets read and SQLite's path absolute. Raises ``Temporary`` where a secret is missing."""
    written = config.database.url
    url = build.placed(written, base).read().strip() if isinstance(written, Secret) else written
    if url == "sqlite":
        return f"sqlite:///{base / config.desk.state_dir / 'mailgate.db'}"
    if url.startswith("sqlite:///"):
        return f"sqlite:///{base / url.removeprefix('sqlite:///')}"
    return url


def _policy(config: Config, base: Path, keys: Keys, this_year: int) -> Policy:
    """Everything that decides, but the rules, which need the rest to be compiled."""
    brands = build.brands(config)
    hours = _known_hours(config, this_year)
    limits = config.limits.letters
    return Policy(
        brands=brands,
        mailboxes=build.mailboxes(config, brands),
        teams=build.teams(config, hours),
        agents=build.agents(config),
        hours=hours,
        sla=build_clock.sla(config),
        survey=build.survey(config.survey),
        closing=build.closing(config.closing),
        budgets=Budgets(**limits.model_dump()),
        reopen_days=build.whole(config.desk.reopen_within.ms(), DAY),
        duplicate_hours=build.whole(config.desk.duplicate_within.ms(), HOUR),
        away_ms=config.desk.away_for.ms(),
        canned=canned.replies(config, base),
        priorities=tuple(config.desk.priorities),
        customer_tags=build.customer_tags(config),
        lists=build.lists(config),
        trust=dict(config.trust),
        secrets=keys.tokens,
        retired=keys.retired,
        key_ends=keys.ends,
        scheduled=build_events.scheduled(config, brands),
        retention=build_events.retention(config, brands),
        audit_key=keys.audit,
    )


def _known_hours(config: Config, this_year: int) -> dict[str, Hours]:
    try:
        return build_clock.hours(config, this_year)
    except NotImplementedError:  # an unknown country, about which a check has complained
        plain = {name: hours.model_copy(update={"holidays": ""}) for name, hours in config.hours.items()}
        return build_clock.hours(config.model_copy(update={"hours": plain}), this_year)


def _part(source: Source, wanted: Callable[[str], bool]) -> dict[str, object]:
    """Some of the file's sections. Its rules and tests are read as those of any included file are."""
    return {key: value for key, value in source.data.items() if wanted(key)}


def _generation(files: list[RuleFile]) -> str:
    """A short name for what was written: the same files, the same name."""
    texts: Iterator[bytes] = (file.source.text.encode() for file in files)
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]
