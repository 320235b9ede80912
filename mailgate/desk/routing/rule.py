"""A routing rule, as a value: when a mail matches, what it adds. ``route`` applies them; ``config`` compiles them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from mailgate.desk.phrase import Phrase

Operator = Literal["any", "all", "none", "test"]


class On(StrEnum):
    """What makes a rule look: a new ticket's mail (``route``), or what happens to a ticket later (``events``).

    IDLE: nothing has happened on the ticket for a while. DATE: a date that stands in one of its fields comes near."""

    CREATED = "created"
    CUSTOMER_REPLIED = "customer replied"
    AGENT_REPLIED = "agent replied"
    STATUS_CHANGED = "status changed"
    IDLE = "idle"
    SLA_WARNING = "sla warning"
    SLA_BROKEN = "sla broken"
    RATED = "rated"
    DATE = "date"


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
class Send:
    """A letter that a rule sends: to ``requester``, ``assignee``, ``team``, ``supervisors`` or an address. ``text`` has
    the variables of canned replies; ``template`` replaces the shipped one."""

    to: str
    text: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A ticket that a rule opens under another one, which waits for it."""

    team: str
    subject: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """How monitoring's mails become one ticket per alert: RE2 patterns whose groups, or else whole matches, make the
    fingerprint; ``source`` is ``subject``, ``body`` or ``header:NAME``. ``resolved`` says which mails end it."""

    source: str
    patterns: tuple[str, ...]
    resolved: Condition | None = None


@dataclass(frozen=True, slots=True)
class Actions:
    """What a matching rule does to the ticket that is about to be, or to the one that something happened to; empty
    fields leave things as they are. ``escalate`` tells the supervisors and hands it to ``Team.escalate_to``;
    ``reassign`` gives it back to its team; ``webhooks`` are names, and so is ``sla``."""

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
    letters: tuple[Send, ...] = ()
    escalate: bool = False
    reassign: bool = False
    close: bool = False
    children: tuple[Child, ...] = ()
    webhooks: tuple[str, ...] = ()
    alert: Alert | None = None
    sla: str = ""

    @property
    def later(self) -> bool:
        """Whether something is wanted that ``follow`` carries out once there is a ticket."""
        return bool(self.letters or self.escalate or self.children or self.webhooks)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``name`` is what tickets record; ``line`` is where it stands in ``file``. With ``go_on`` (``continue =
    true``) later rules may add to it, otherwise the first match wins. ``brands`` limits it; empty means all. ``on``
    is what makes it look; on a DATE that is ``before_ms`` before the date in the ticket's field ``date_field``."""

    name: str
    when: Condition
    then: Actions
    go_on: bool = False
    brands: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    on: On = On.CREATED
    date_field: str = ""
    before_ms: int = 0


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a mail goes, and why: the actions of all rules that spoke, joined, and the names of those rules in order.

    ``reason`` is a sentence for agents ("rule refunds: subject has the word refund"); ``rule`` is the first name, or
    ``default``.
    """

    actions: Actions
    rules: tuple[str, ...]
    reason: Phrase

    @property
    def rule(self) -> str:
        """The name that the ticket records."""
        return self.rules[0] if self.rules else "default"
