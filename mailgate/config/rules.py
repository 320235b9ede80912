"""A rule's TOML → ``desk.routing.rule.Rule``; every mistake in its conditions by the path of the key.

In a table of conditions all keys must hold, and the values of a list are alternatives::

    when = { subject = ["refund", "chargeback"], from_domain = "shop.example", size_under = "1 MB" }
    any  = [ { header = { "X-Origin" = "web" } }, { none = [ { attachment_exists = true } ] } ]

A key is a subject of ``desk.routing.subjects.SUBJECTS``, or subject and relation (``subject_matches``); ``header`` and
``field`` take a table of names. ``any``, ``all`` and ``none`` hold lists of such tables, as deep as one likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailgate.config import schema_rules
from mailgate.config.fields import address
from mailgate.config.lines import Path
from mailgate.config.problems import Complaint, nearest
from mailgate.config.rule_actions import actions, listed
from mailgate.config.units import Wrong, clock_duration, size
from mailgate.desk.routing.rule import Alert, Condition, Operator, Rule
from mailgate.desk.routing.subjects import SUBJECTS, TIMES, pattern_problem
from mailgate.desk.ticket import Status
from mailgate.mail.model import Proof, VerdictKind

MAX_DEPTH = 20
LONGEST_NUMBER = 18
COUNTS = frozenset({"replies", "nudges", "rating"})
"""Subjects that are plain numbers."""
NAMED = ("header", "field")
"""Subjects that need a name: ``header = { "X-Origin" = "web" }``."""

OPERATORS: tuple[Operator, ...] = ("any", "all", "none")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that conditions may refer to."""

    mailboxes: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    hours: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()


@dataclass
class Compiler:
    """Compiles the conditions of one rule; ``complaints`` gathers what is wrong with them."""

    names: Names
    complaints: list[Complaint] = field(default_factory=list)

    def rule(self, written: schema_rules.Rule, path: Path, file: str, line: int) -> Rule:
        """The rule as a value; without any condition it takes every mail."""
        parts = [self.table(written.when, (*path, "when"))]
        for operator in OPERATORS:
            if tables := getattr(written, operator):
                parts.append(self._group(operator, tables, (*path, operator), 0))
        return Rule(
            name=written.name,
            when=_joined(parts),
            then=replace(actions(written), alert=self._alert(written.alert, (*path, "alert"))),
            go_on=written.go_on,
            brands=tuple(written.brands),
            file=file,
            line=line,
            on=written.on,
            date_field=written.field,
            before_ms=written.before.ms(),
        )

    def _alert(self, written: schema_rules.Alert | None, path: Path) -> Alert | None:
        if written is None:
            return None
        patterns = listed(written.fingerprint)
        for pattern in patterns:
            if problem := pattern_problem(pattern):
                self._complain((*path, "fingerprint"), f"{pattern!r} is no pattern: {problem}")
        if written.source not in ("subject", "body") and not written.source.startswith("header:"):
            self._complain((*path, "in"), f"{written.source!r} is no part of a mail", "subject, body or header:NAME")
        resolved = self.table(written.resolved_when, (*path, "resolved_when")) if written.resolved_when else None
        return Alert(written.source, patterns, resolved)

    def table(self, table: Mapping[str, object], path: Path, depth: int = 0) -> Condition:
        """All keys of the table, joined by ``all``."""
        parts: list[Condition] = []
        for key, value in table.items():
            here = (*path, key)
            if key in OPERATORS:
                parts.append(self._group(key, value, here, depth))
            else:
                parts += self._tests(key, value, here)
        return _joined(parts)

    def _group(self, operator: Operator, tables: object, path: Path, depth: int) -> Condition:
        if isinstance(tables, dict):
            tables = [tables]
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._complain(path, "must be a list of tables", f'as in {operator} = [ {{ subject = "refund" }} ]')
            return Condition("all")
        if depth >= MAX_DEPTH:
            self._complain(path, f"is nested deeper than {MAX_DEPTH}")
            return Condition("all")
        children = (self.table(table, (*path, index), depth + 1) for index, table in enumerate(tables))
        return Condition(operator, tuple(children), key=_shown(path))

    def _tests(self, key: str, value: object, path: Path) -> Iterator[Condition]:
        """The test, or tests where ``header`` or ``field`` names several."""
        subject, relation, name = _split(key)
        if not subject:
            self._complain(path, "is no condition", nearest(key, (*known_keys(), *OPERATORS)))
        elif subject not in NAMED:
            yield self._test(subject, relation, value, path)
        elif name:
            yield self._test(f"{subject}:{name}", relation, value, path)
        elif isinstance(value, dict):
            for each, wanted in value.items():
                yield self._test(f"{subject}:{each}", relation, wanted, (*path, each))
        elif relation == "exists" and isinstance(value, str | list):
            names = [value] if isinstance(value, str) else value
            for each in names:
                yield self._test(f"{subject}:{each}", relation, True, path)
        else:
            self._complain(path, f"needs the name of the {subject}", f'as in {key} = {{ "NAME" = "value" }}')

    def _test(self, subject: str, relation: str, value: object, path: Path) -> Condition:
        values = value if isinstance(value, list) else [value]
        texts = []
        for each in values:
            if isinstance(each, bool):
                texts.append("true" if each else "false")
            elif isinstance(each, str | int):
                texts.append(str(each))
            else:
                self._complain(path, "must be text, or a list of texts")
        if not values:
            self._complain(path, "is compared with nothing", "name at least one value")
        checked = [self._value(subject.partition(":")[0], relation, text, path) for text in texts]
        return Condition("test", (), subject, relation, tuple(checked), _shown(path))

    def _value(self, subject: str, relation: str, text: str, path: Path) -> str:
        """The value as the condition wants it; complains where it can never be right."""
        check = _VALUES.get((subject, relation)) or _VALUES.get(("", relation))
        try:
            return check(text, self.names) if check else text
        except Wrong as error:
            self._complain(path, error.wrong, error.right)
            return text

    def _complain(self, path: Path, wrong: str, right: str = "") -> None:
        self.complaints.append(Complaint(path, wrong, right))


def known_keys() -> tuple[str, ...]:
    """Every key that a table of conditions may hold."""
    return tuple(
        subject if relation == relations[0] else f"{subject}_{relation}"
        for subject, relations in SUBJECTS.items()
        for relation in relations
    )


def _split(key: str) -> tuple[str, str, str]:
    """(subject, relation, name) of a key; the subject is empty when there is none."""
    subject, _, name = key.partition(":")
    if name:
        return (subject, SUBJECTS[subject][0], name) if subject in NAMED else ("", "", "")
    if key in SUBJECTS:
        return key, SUBJECTS[key][0], ""
    for subject, relations in SUBJECTS.items():
        relation = key.removeprefix(f"{subject}_")
        if relation != key and relation in relations:
            return subject, relation, ""
    return "", "", ""


def _joined(parts: list[Condition]) -> Condition:
    # An empty table asks nothing, and so says nothing in a longer list.
    asked = tuple(part for part in parts if part != Condition("all"))
    return asked[0] if len(asked) == 1 else Condition("all", asked)


def _shown(path: Path) -> str:
    """The path below the rule: ``when.subject``."""
    return ".".join(str(step) for step in path[2:])


def _one_of(known: Callable[[Names], frozenset[str]], what: str) -> Callable[[str, Names], str]:
    def check(text: str, names: Names) -> str:
        if text.lower() not in known(names):
            raise Wrong(f'there is no {what} "{text}"', nearest(text, known(names)))
        return text.lower()

    return check


def _pattern(text: str, names: Names) -> str:
    if problem := pattern_problem(text):
        raise Wrong(f"{text!r} is no pattern: {problem}", "see https://github.com/google/re2/wiki/Syntax")
    return text


def _octets(text: str, names: Names) -> str:
    return str(size(int(text) if _is_number(text) else text))


def _time(text: str, names: Names) -> str:
    return str(clock_duration(int(text) if _is_number(text) else text).ms())


def _number(text: str, names: Names) -> str:
    if not _is_number(text):
        raise Wrong(f"{text!r} is no number", "write it in digits")
    return text


def _is_number(text: str) -> bool:
    """Digits that ``int`` reads: ``isdigit`` also says so of "²", and of more of them than any count has."""
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


def _address(text: str, names: Names) -> str:
    return address(text).lower()


_VALUES: Mapping[tuple[str, str], Callable[[str, Names], str]] = {
    ("", "matches"): _pattern,
    ("", "over"): _octets,
    ("", "under"): _octets,
    ("", "in"): _one_of(lambda names: names.lists, "list"),
    ("", "open"): _one_of(lambda names: names.hours, "[hours.*] named"),
    ("", "closed"): _one_of(lambda names: names.hours, "[hours.*] named"),
    **{(kind, relation): _time for kind in TIMES for relation in ("over", "under")},
    **{(kind, relation): _number for kind in COUNTS for relation in ("over", "under", "is")},
    ("status", "is"): _one_of(lambda _: frozenset(status.value for status in Status), "status"),
    ("hours", "is"): _one_of(lambda _: frozenset({"open", "closed"}), "state of hours"),
    ("from", "is"): _address,
    ("to", "is"): _address,
    ("mailbox", "is"): _one_of(lambda names: names.mailboxes, "mailbox"),
    ("brand", "is"): _one_of(lambda names: names.brands, "brand"),
    ("verdict", "is"): _one_of(lambda _: frozenset(kind.value for kind in VerdictKind), "verdict"),
    ("proof", "is"): _one_of(lambda _: frozenset(proof.value for proof in Proof), "proof"),
}
