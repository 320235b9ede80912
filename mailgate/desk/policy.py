"""What the admin decided: the desk's brands, mailboxes, teams, agents, rules and limits, as plain values.

``config`` builds one ``Policy`` out of the TOML file; everything below reads it and nothing changes it. A reload makes
a new one with another ``generation``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cached_property

from mailgate.desk.clock.recurrence import Recurrence
from mailgate.desk.clock.targets import SlaPolicy
from mailgate.desk.routing.rule import Rule


@dataclass(frozen=True, slots=True)
class Brand:
    """A desk with its own addresses, templates and teams. ``id`` is the key in the config, ``name`` what customers
    read. ``tags`` are the subject tag's format (with ``{number}``) and its aliases of older systems; the first is
    the one that we write. ``agent_names``: answers go out as "NAME at Acme Support" instead of the brand's name.
    ``sla`` names the promises to its customers."""

    id: str
    name: str
    address: str
    language: str = "en"
    timezone: str = "UTC"
    tags: tuple[str, ...] = ("[#{number}]",)
    default_team: str = ""
    agent_names: bool = False
    templates: str = ""
    sla: str = ""


class Subaddress(StrEnum):
    """How a token rides in the mailbox's address: ``support+t1042-…@``, ``support-t1042-…@``, or not at all."""

    PLUS = "+"
    DASH = "-"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ProofProfile:
    """Whose ``Authentication-Results`` are believed on mail of one mailbox (DESIGN: trust).

    ``authserv_id`` names the provider's own; ``topmost`` believes the topmost one where the provider writes no id.
    ``trusted_relays`` are networks (CIDR) whose verdict headers count on SMTP intake; ``below``: a milter writes them
    below its server's own Received line. With none of it, only our own DKIM check speaks.
    """

    authserv_id: str = ""
    topmost: bool = False
    trusted_relays: tuple[str, ...] = ()
    below: bool = False


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address the desk receives on. ``team`` is where its mail goes when no rule says otherwise (else the brand's
    default team). ``proof`` says whose verdicts on the sender are believed."""

    address: str
    brand: str
    team: str = ""
    subaddress: Subaddress = Subaddress.PLUS
    proof: ProofProfile = ProofProfile()


class Role(StrEnum):
    """What an enrolled person may do; each includes the one before it, but a watcher only reads."""

    WATCHER = "watcher"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Agent:
    """An enrolled person. ``id`` is the short name that commands use; ``address`` the enrolled one, where letters go;
    ``aliases`` other addresses the same person writes from. ``login`` is the user for authenticated submission.

    For assignment: ``capacity`` is how many open tickets the agent may hold (0: any number), ``skills`` are tags of
    tickets, ``languages`` and ``regions`` what the agent serves (empty: all).

    ``timezone`` is that of times in letters to the agent, and of those in the agent's commands (empty: the brand's)."""

    id: str
    name: str
    address: str
    aliases: tuple[str, ...] = ()
    role: Role = Role.AGENT
    language: str = ""
    login: str = ""
    active: bool = True
    capacity: int = 0
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    timezone: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address the person writes from, in lower case."""
        return tuple(address.lower() for address in (self.address, *self.aliases))


class Assign(StrEnum):
    """How a team's new tickets find an agent; the rest of the team's settings narrow the choice."""

    MANUAL = "manual"
    ROUND_ROBIN = "round-robin"
    LEAST_LOADED = "least-loaded"


class May(StrEnum):
    """Who of a team may do something to its tickets; supervisors and admins always may."""

    ANYONE = "anyone"
    OWNER = "owner"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Team:
    """A group that owns a queue. ``name`` is what customers read. ``members`` are agent ids; ``supervisors`` a subset.
    ``hours`` names the business hours; ``remind_after_ms`` is how long a ticket may wait for a first or next answer
    before the team is reminded (0: never; counted in business hours when ``remind_in_hours``).

    ``digest_at`` is when the morning's digest goes out, in the zone of the team's hours or its brand (None: never).

    ``assign`` and the keys after it are for ``assign``: ``sticky`` prefers who served the customer last, ``by_skill``
    wants the ticket's tags among an agent's skills, ``by_language`` the customer's language, ``region_field`` names the
    ticket's field that an agent's regions must have (empty: none). ``reply``, ``reassign``, ``close``, ``merge`` and
    ``notes`` (see them) say who may; a reply of one who may not becomes a note. ``sla`` names the policy of its
    tickets, ``escalate_to`` the team that takes over, ``states`` its own names of states with the
    meaning behind each."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    brand: str = ""
    hours: str = ""
    remind_after_ms: int = 0
    remind_in_hours: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    assign: Assign = Assign.MANUAL
    sticky: bool = False
    by_skill: bool = False
    by_language: bool = False
    region_field: str = ""
    reply: May = May.ANYONE
    reassign: May = May.ANYONE
    close: May = May.ANYONE
    merge: May = May.ANYONE
    notes: May = May.ANYONE
    sla: str = ""
    escalate_to: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    digest_at: time | None = None

    @property
    def gives_out(self) -> bool:
        """Whether a new ticket may be given to somebody without anybody's doing."""
        return self.sticky or self.assign is not Assign.MANUAL

    def name_in(self, language: str) -> str:
        """The name as readers of that language know it, else ``name``."""
        return self.names.get(language) or self.names.get(language.partition("-")[0]) or self.name


@dataclass(frozen=True)
class Hours:
    """Business hours of a week in one time zone: per weekday (0 is Monday) the open stretches, and days off.
    ``open_days`` are days that open as they say, whatever weekday or day off they are (a Sunday that is worked)."""

    id: str
    timezone: str
    week: Mapping[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date] = frozenset()
    open_days: Mapping[date, tuple[tuple[time, time], ...]] = field(default_factory=dict)

    @cached_property
    def known_days(self) -> dict[date, tuple[tuple[int, int], ...]]:
        """What ``clock.hours`` has worked out already, each day once."""
        return {}


@dataclass(frozen=True, slots=True)
class Canned:
    """A ready reply: its text by language, with ``{names}`` for variables (``canned.py`` has the list)."""

    name: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Survey:
    """The question after closing. ``share`` of closed tickets that are asked (0 to 1), ``delay_ms`` after closing; at
    most one per customer in ``every_ms``; answers are taken for ``answer_within_ms``, and a second one replaces the
    first for ``change_within_ms``. A rating of ``low`` or less tells the supervisors, and reopens the ticket with
    ``reopen_low``."""

    enabled: bool = True
    share: float = 1.0
    every_ms: int = 7 * 86_400_000
    answer_within_ms: int = 30 * 86_400_000
    delay_ms: int = 0
    change_within_ms: int = 7 * 86_400_000
    low: int = 2
    reopen_low: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """What ends by itself. A resolved ticket closes when its customer is silent for ``confirm_after_ms`` (0: never).

    A customer whom we wait for is reminded after each wait of ``remind_after_ms`` in turn (empty: never), and
    ``close_after_ms`` after the last reminder the ticket closes with notice (0: it never does)."""

    confirm_after_ms: int = 5 * 86_400_000
    remind_after_ms: tuple[int, ...] = ()
    close_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Budgets:
    """How many automatic letters the gate lets out (promise 6): those to customers by address, domain, ticket and kind
    of letter, those to agents by ``per_agent_hour``; ``news_per_sender_hour`` is how many mails of one sender agents
    are notified of within an hour (the rest they find in the queue)."""

    per_address_hour: int = 3
    per_address_day: int = 10
    per_domain_hour: int = 60
    per_ticket_day: int = 10
    per_kind_day: int = 6
    per_agent_hour: int = 4
    unproved_hour: int = 300
    news_per_sender_hour: int = 60


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A ticket that opens by itself whenever ``every`` says, in ``timezone``. ``requester`` is an address (empty: the
    team's first supervisor, else an admin); it is due ``due_after_ms`` after it opens (0: no due time)."""

    id: str
    every: Recurrence
    timezone: str
    brand: str
    team: str
    subject: str
    note: str = ""
    requester: str = ""
    assignee: str = ""
    priority: str = "normal"
    kind: str = ""
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    due_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a brand keeps things, in ms (0: for ever): raw mails and letters of closed tickets, what is personal in
    closed tickets, tickets marked as spam, held mails."""

    raws_ms: int = 0
    tickets_ms: int = 0
    spam_ms: int = 0
    held_ms: int = 0


@dataclass(frozen=True)
class Policy:
    """All of it. ``generation`` is a short hash of what the admin wrote, kept with every decision.

    ``secrets`` are the token keys by key id, newest first (the first signs, all verify until their grace ends);
    ``retired`` are keys whose grace is over: their tokens prove nothing, but are known to have been ours. ``key_ends``
    says when that of others will be, by key id (see ``good_keys``).
    ``audit_key`` is the key of the event chains. Both are bytes that never reach a log (``repr`` leaves them out).
    ``reopen_days``: a ticket closed for longer gets a new, linked ticket. ``duplicate_hours``: how long the same
    requester's open ticket counts as a probable duplicate (shown to agents, never merged). ``away_ms``: how long an
    agent is taken to be away whose vacation notice names no day. ``trust`` overrides cells of
    the trust table: the name of a row in ``desk.identity.trust.TABLE`` to the name of a treatment.
    """

    brands: Mapping[str, Brand]
    mailboxes: tuple[Mailbox, ...]
    teams: Mapping[str, Team]
    agents: Mapping[str, Agent]
    rules: tuple[Rule, ...] = ()
    hours: Mapping[str, Hours] = field(default_factory=dict)
    sla: Mapping[str, SlaPolicy] = field(default_factory=dict)
    survey: Survey = Survey()
    budgets: Budgets = Budgets()
    closing: Closing = Closing()
    reopen_days: int = 14
    duplicate_hours: int = 24
    away_ms: int = 3 * 86_400_000
    priorities: tuple[str, ...] = ("low", "normal", "high", "urgent")
    customer_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    trust: Mapping[str, str] = field(default_factory=dict)
    canned: Mapping[str, Canned] = field(default_factory=dict)
    secrets: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    retired: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    key_ends: Mapping[str, int] = field(default_factory=dict)
    audit_key: bytes = field(default=b"", repr=False)
    generation: str = ""
    scheduled: tuple[Scheduled, ...] = ()
    retention: Mapping[str, Retention] = field(default_factory=dict)

    def good_keys(self, now_ms: int) -> tuple[tuple[str, bytes], ...]:
        """The keys whose tokens prove something at that hour: a grace ends by itself, without a reload."""
        if not self.key_ends:
            return self.secrets
        return tuple(key for key in self.secrets if now_ms < self.key_ends.get(key[0], now_ms + 1))

    def mailbox(self, address: str) -> Mailbox | None:
        """The mailbox of that address (no token), whatever its case; None if it is none of ours."""
        return self._mailboxes.get(address.lower())

    def agent_by_address(self, address: str) -> Agent | None:
        """The active agent who writes from that address (ASCII case folded, nothing else)."""
        return self._agents.get(address.lower())

    def members(self, team: str) -> tuple[Agent, ...]:
        """The active agents of the team, in the order of the config."""
        found = self.teams.get(team)
        wanted = found.members if found else ()
        return tuple(agent for key in wanted if (agent := self.agents.get(key)) and agent.active)

    def serving(self, agent: str) -> tuple[Team, ...]:
        """The teams that the agent is a member or a supervisor of."""
        return tuple(team for team in self.teams.values() if agent in team.members or agent in team.supervisors)

    @cached_property
    def crew(self) -> tuple[str, ...]:
        """The agents to whom a ticket may be given without anybody's doing; none on a desk of manual teams."""
        giving = (team.id for team in self.teams.values() if team.gives_out)
        people = (agent for team in giving for agent in self.members(team))
        return tuple(dict.fromkeys(agent.id for agent in people if agent.role is not Role.WATCHER))

    @cached_property
    def weighs_load(self) -> bool:
        """Whether it matters for any choice how many tickets an agent holds."""
        capped = any(self.agents[one].capacity for one in self.crew)
        return capped or any(team.assign is Assign.LEAST_LOADED for team in self.teams.values())

    @cached_property
    def sticks(self) -> bool:
        """Whether it matters for any choice who served a customer last."""
        return any(team.sticky for team in self.teams.values())

    @cached_property
    def _mailboxes(self) -> dict[str, Mailbox]:
        return {box.address.lower(): box for box in self.mailboxes}

    @cached_property
    def _agents(self) -> dict[str, Agent]:
        return {
            address.lower(): agent
            for agent in self.agents.values()
            if agent.active
            for address in (agent.address, *agent.aliases)
        }
