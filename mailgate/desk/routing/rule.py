"""A routing rule, as a value: when a mail matches, what it adds. ``route`` applies them; ``config`` compiles them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Operator = Literal["any", "all", "none", "test"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A node of a condition tree.

    ``any``, ``all`` and ``none`` hold ``children``; ``test`` compares one ``subject`` (``subject``, ``body``, ``from``,
    ``to``, ``header:X-Origin``, ``attachment``, ``size``, ``language``, ``hours``, ``customer_tag``, ``verdict``,
    ``field:NAME`` …) by one ``relation`` (``words``, ``contains``, ``is``, ``domain``, ``in``, ``matches``, ``over``,
    ``under``, ``type`` …) with ``values``. ``key`` is the path in the TOML file, for explanations.
    """

    operator: Operator
    children: tuple[Condition, ...] = ()
    subject: str = ""
    relation: str = ""
    values: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Actions:
    """What a matching rule does to the ticket that is about to be; empty fields leave things as they are."""

    team: str = ""
    kind: str = ""
    assignee: str = ""
    priority: str = ""
    status: str = ""
    tags: tuple[str, ...] = ()
    watchers: tuple[str, ...] = ()
    template: str = ""
    note: str = ""
    hold: str = ""
    acknowledge: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``name`` is what tickets record; ``line`` is where it stands in ``file``. With ``go_on`` (``continue =
    true``) later rules may add to it, otherwise the first match wins. ``brands`` limits it; empty means all."""

    name: str
    when: Condition
    then: Actions
    go_on: bool = False
    brands: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a mail goes, and why: the actions of all rules that spoke, joined, and the names of those rules in order.

    ``reason`` is a sentence for agents ("rule refunds: subject has the word refund"); ``rule`` is the first name, or
    ``default``.
    """

    actions: Actions
    rules: tuple[str, ...]
    reason: str

    @property
    def rule(self) -> str:
        """The name that the ticket records."""
        return self.rules[0] if self.rules else "default"
