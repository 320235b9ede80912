"""What a rule does, from its TOML to values, and whether that goes with what makes it look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from mailgate.config import schema_rules
from mailgate.config.lines import Path
from mailgate.config.problems import Complaint
from mailgate.desk.canned import VARIABLES, variables
from mailgate.desk.routing.rule import Actions, Child, Condition, On, Rule, Send
from mailgate.desk.routing.subjects import OF_MAIL, OF_TICKET

T = TypeVar("T")


def actions(written: schema_rules.Rule) -> Actions:
    """What the rule does."""
    return Actions(
        team=written.team,
        kind=written.kind,
        assignee=written.assignee,
        priority=written.priority,
        sla=written.sla,
        status=written.status,
        tags=tuple(written.tags),
        watchers=tuple(written.watchers),
        template=written.template,
        note=written.note,
        hold=written.hold,
        acknowledge=written.acknowledge and written.alert is None,
        fields=dict(written.fields),
        letters=tuple(Send(each.to, each.text, each.template) for each in listed(written.letter)),
        escalate=written.escalate,
        reassign=written.reassign,
        close=written.close,
        children=tuple(Child(each.team, each.subject, each.note) for each in listed(written.child)),
        webhooks=listed(written.webhook),
    )


def listed(written: T | list[T]) -> tuple[T, ...]:
    """What may stand alone or in a list, as a tuple."""
    return tuple(written) if isinstance(written, list) else (written,)


def unfit(rule: Rule, at: Path) -> Iterator[Complaint]:
    """What a rule asks for or does that does not go with what makes it look."""
    created = rule.on is On.CREATED
    strangers = OF_TICKET if created else OF_MAIL
    for subject in sorted({kind for kind in _subjects(rule.when) if kind in strangers}):
        right = 'say on = "idle", or whatever shall make it look' if created else 'that is for on = "created"'
        yield Complaint(at, f'asks for {subject}, which on = "{rule.on.value}" does not have', right)
    only_new = ("template", "hold", "alert") if not created else ("reassign", "close")
    for name in only_new:
        if getattr(rule.then, name):
            yield Complaint((*at, name), f'does nothing on "{rule.on.value}"')
    if not (created or rule.then.acknowledge or rule.then.alert):
        yield Complaint((*at, "acknowledge"), f'does nothing on "{rule.on.value}"')
    letters = (("letter", send.text) for send in rule.then.letters)
    children = (("child", text) for child in rule.then.children for text in (child.subject, child.note))
    for name, text in (*letters, *children):
        try:
            variables(text)
        except ValueError as error:
            yield Complaint((*at, name), str(error), f"it knows {', '.join(VARIABLES)}")
    if rule.on is On.IDLE and "idle" not in _subjects(rule.when):
        yield Complaint(at, 'needs to know how long: when = { idle_over = "3 days" }')
    if (rule.on is On.DATE) != bool(rule.date_field):
        yield Complaint((*at, "field"), 'goes with on = "date", which needs the name of the field')


def _subjects(condition: Condition) -> Iterator[str]:
    if condition.operator == "test":
        yield condition.subject.partition(":")[0]
    for child in condition.children:
        yield from _subjects(child)
