"""The rules and tests of the main file and of the files that it includes, in the order in which they count.

Each file keeps its own lines, so that a problem is named where it stands. Rules of ``config.toml`` come first, then
those of the included files by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from glob import escape, glob
from pathlib import Path as File

from mailgate.config import build, schema_rules
from mailgate.config.checks import unknown
from mailgate.config.lines import Path, line_of
from mailgate.config.problems import Complaint, nearest
from mailgate.config.rule_actions import listed, unfit
from mailgate.config.rule_tests import MailTest
from mailgate.config.rules import Compiler, Names
from mailgate.config.salvage import Salvaged, salvage
from mailgate.config.source import Source
from mailgate.desk.policy import Policy
from mailgate.desk.routing.rule import Rule
from mailgate.desk.routing.shadow import never_matches
from mailgate.errors import ConfigError, Problem


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file with rules and tests: its source, its folder, and what is right in it."""

    source: Source
    base: File
    found: Salvaged[schema_rules.RuleFile]

    def line(self, path: Path) -> int:
        """The line of a path of ``found.model``."""
        return line_of(self.source.lines, self.found.original(path))

    def problem(self, complaint: Complaint) -> Problem:
        """A complaint about ``found.model`` with its place in the file."""
        path = self.found.original(complaint.path)
        return self.source.problem(Complaint(path, complaint.wrong, complaint.right))


@dataclass
class Rulebook:
    """What the files hold, compiled, and what is wrong with it."""

    rules: list[Rule] = field(default_factory=list)
    tests: list[MailTest] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def included(patterns: list[str], base: File, shown: File) -> tuple[list[RuleFile], list[Problem]]:
    """The files that ``include`` names, in order, and what is wrong with them; ``shown`` is their folder as told."""
    files: list[RuleFile] = []
    problems: list[Problem] = []
    for pattern in patterns:
        for path in sorted(File(each) for each in glob(str(File(escape(str(base))) / pattern), recursive=True)):
            name = str(shown / path.relative_to(base) if path.is_relative_to(base) else path)
            try:
                source = Source.read(path, name)
            except ConfigError as error:
                problems += error.problems
                continue
            found = salvage(source.data, schema_rules.RuleFile)
            problems += (source.problem(complaint) for complaint in found.complaints)
            files.append(RuleFile(source, path.parent, found))
    return files, problems


def compile_rules(files: list[RuleFile], policy: Policy, named: Mapping[str, frozenset[str]]) -> Rulebook:
    """All rules and tests, with everything that is wrong in them against the rest of the policy.

    ``named`` are the names that the file gives (see ``checks.names_of``): a team with a mistake is still a team.
    """
    book = Rulebook()
    names = Names(
        mailboxes=frozenset(box.address.lower() for box in policy.mailboxes),
        brands=named["brands"] | frozenset(policy.brands),
        hours=named["hours"],
        lists=named["lists"],
    )
    for file in files:
        for index, written in enumerate(file.found.model.rules):
            compiler = Compiler(names)
            at: Path = ("rules", index)
            rule = compiler.rule(written, at, file.source.name, file.line(at))
            book.rules.append(rule)
            complaints = [*compiler.complaints, *_unknown_in_rule(written, at, policy, named)]
            here = file.found.original(at)
            misread = {(*here, "on"), (*here, "field")} & {told.path for told in file.found.complaints}
            complaints += () if misread else unfit(rule, at)
            book.problems += (file.problem(complaint) for complaint in complaints)
        for index, test in enumerate(file.found.model.tests):
            book.problems += (file.problem(complaint) for complaint in _wrong_in_test(test, index, file, policy, named))
            first = policy.mailboxes[0].address if policy.mailboxes else ""
            line = file.line(("tests", index))
            book.tests.append(build.mail_test(test, file.base, first, file.source.name, line))
    book.problems += _names_twice(book.rules)
    return book


def dead_rules(rules: Sequence[Rule]) -> list[Problem]:
    """A warning for each rule that no mail can ever reach."""
    return [
        Problem(rule.file, rule.line, "", f'the rule "{rule.name}" can never match: {why}')
        for rule, why in never_matches(rules)
    ]


def _unknown_in_rule(
    rule: schema_rules.Rule, at: Path, policy: Policy, named: Mapping[str, frozenset[str]]
) -> Iterator[Complaint]:
    known: Mapping[str, tuple[str, frozenset[str]]] = {
        "team": ("team", named["teams"]),
        "assignee": ("agent", named["agents"]),
        "priority": ("priority", frozenset(policy.priorities)),
        "sla": ("[sla.*] named", frozenset(policy.sla)),
    }
    for key, (what, names) in known.items():
        yield from unknown((*at, key), what, getattr(rule, key), names)
    for child in listed(rule.child):
        yield from unknown((*at, "child"), "team", child.team, named["teams"])
    for name in listed(rule.webhook):
        yield from unknown((*at, "webhook"), "webhook", name, named["webhooks"])
    for place, brand in enumerate(rule.brands):
        yield from unknown((*at, "brands", place), "brand", brand, named["brands"] | frozenset(policy.brands))


def _wrong_in_test(
    test: schema_rules.Test, index: int, file: RuleFile, policy: Policy, named: Mapping[str, frozenset[str]]
) -> Iterator[Complaint]:
    at: Path = ("tests", index)
    if test.mail and not (file.base / test.mail).is_file():
        yield Complaint((*at, "mail"), f"there is no file {file.base / test.mail}")
    boxes = [box.address for box in policy.mailboxes]
    if test.to and not policy.mailbox(test.to):
        yield Complaint((*at, "to"), f"{test.to} is no mailbox of the desk", nearest(test.to, boxes))
    yield from unknown((*at, "expect", "team"), "team", test.expect.team or "", named["teams"])
    yield from unknown((*at, "expect", "sla"), "[sla.*] named", test.expect.sla or "", frozenset(policy.sla))
    if not test.expect.model_dump(exclude_none=True):
        yield Complaint((*at, "expect"), "expects nothing", 'say what should come out: expect = { team = "…" }')


def _names_twice(rules: list[Rule]) -> Iterator[Problem]:
    first: dict[str, Rule] = {}
    for rule in rules:
        other = first.setdefault(rule.name, rule)
        if other is not rule:
            wrong = f'"{rule.name}" is the name of the rule at {other.file}:{other.line} too'
            yield Problem(rule.file, rule.line, "rules.name", wrong, "tickets record the name: each rule needs its own")
