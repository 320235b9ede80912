"""What a command is given, and what it answers: ``Scene`` in, ``Result`` out.

A command changes nothing itself. Its ``Result`` says what it would change, and ``obey`` adds up the results of all
commands of a mail; they all count, or none when one is refused. Before the facts are gathered, a command may say what
it ``wants`` to know (``Wants``); it finds that in ``Scene.facts``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mailgate.desk.case import Case
from mailgate.desk.commands.words import WORDS
from mailgate.desk.effect import Effect
from mailgate.desk.facts import Facts
from mailgate.desk.identity.rights import RANK, Act
from mailgate.desk.identity.trust import Held
from mailgate.desk.letter import LetterOrder, Purpose
from mailgate.desk.lifecycle import Happening
from mailgate.desk.phrase import NOTHING, Phrase
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Agent, Brand, Policy, Role
from mailgate.desk.query import Answer, Query
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Mail, Proof


@dataclass(frozen=True, slots=True)
class Asker:
    """What is known of a mail before the facts are: who writes it, to which brand, and the number of the ticket that
    its first clue names (0: none), which nothing has proved yet."""

    agent: Agent
    policy: Policy
    brand: str
    number: int
    now_ms: int
    mail: Mail


@dataclass(frozen=True, slots=True)
class Wants:
    """What a command needs to know: tickets by number, answers to queries, and whether addresses have had letters (the
    gate's budgets). ``crew``: the agents among whom a ticket may be given to one. ``family``: parent and children of
    the mail's ticket. ``last_act``: what the agent last did to it. ``owned``: the agent's own open tickets."""

    numbers: tuple[int, ...] = ()
    queries: tuple[Query, ...] = ()
    addresses: tuple[str, ...] = ()
    crew: tuple[str, ...] = ()
    family: bool = False
    last_act: bool = False
    owned: bool = False


@dataclass(frozen=True)
class Scene:
    """What a command acts on: the mail, and the ticket as the commands before have left it (None: the mail is on
    none)."""

    case: Case
    agent: Agent
    ticket: Ticket | None = None

    @property
    def policy(self) -> Policy:
        """What the admin decided."""
        return self.case.policy

    @property
    def facts(self) -> Facts:
        """What the store knows, what was wanted included."""
        return self.case.facts

    @property
    def mail(self) -> Mail:
        """The mail."""
        return self.case.mail

    @property
    def brand(self) -> Brand:
        """The brand that the mail was sent to."""
        return self.case.brand

    @property
    def zone(self) -> str:
        """The time zone in which the agent writes and reads times."""
        return self.agent.timezone or self.brand.timezone

    @property
    def text(self) -> str:
        """The words below the commands."""
        return self.case.text

    @property
    def words(self) -> str:
        """The same without the signature."""
        return self.case.words

    @property
    def now_ms(self) -> int:
        """The hour of the decision."""
        return self.case.now_ms

    @property
    def proved(self) -> bool:
        """Whether the mail carries the agent's own token and is itself proved: what changes the desk needs both."""
        where = self.case.placement
        own = where.held is Held.OWN and where.purpose in (Purpose.AGENT, Purpose.CONTROL)
        # A mail with admins' commands that was confirmed was confirmed by a mail that is proved itself (``confirm``).
        return own and (self.case.reading.sender.proof is Proof.PASS or self.case.delivery.confirmed)

    @cached_property
    def asker(self) -> Asker:
        """As the commands were asked what they want: a query must be made anew to find its answer."""
        return Asker(self.agent, self.policy, self.case.delivery.brand, self.case.named, self.now_ms, self.mail)

    def answer(self, query: Query) -> Answer | None:
        """What the store answered."""
        return self.facts.answers.get(query)

    def other(self, number: int) -> Ticket | None:
        """The ticket of that number, the mail's own included; None where there is none in this brand."""
        if self.case.ticket and self.case.ticket.number == number:
            return self.ticket or self.case.ticket
        merged = (ticket for ticket in self.facts.merged_from.values() if ticket.number == number)
        found = self.facts.others.get(number) or next(merged, None)
        return found if found and found.brand == self.case.delivery.brand else None


@dataclass(frozen=True, slots=True)
class Result:
    """What a command would do, and what it says.

    ``changes`` are fields of the ticket, ``happening`` a move of ``lifecycle``. ``effects`` and ``letters`` come on
    top, ``more`` are plans of other tickets. ``undo`` brings back what ``effects`` did (of ``changes`` and
    ``happening`` that is worked out). ``words`` go to the customer above the mail's own. ``note``: the mail's text is
    for agents only, and ``told`` are the ids of those who are notified of it; ``takes_text``: it is the command's. In
    both cases nothing goes to the customer. ``refused`` says why the command does nothing. ``answer`` is shown in the
    transcript under ``title``. ``recorded_on`` is the ticket where ``#undo`` will be asked for, if it is not the mail's
    own; ``forgets``: the mail is nothing that can be undone.
    """

    changes: Mapping[str, object] = field(default_factory=dict)
    happening: Happening | None = None
    effects: tuple[Effect, ...] = ()
    letters: tuple[LetterOrder, ...] = ()
    more: tuple[Plan, ...] = ()
    undo: tuple[Effect, ...] = ()
    told: tuple[str, ...] = ()
    words: str = ""
    note: bool = False
    takes_text: bool = False
    said: Phrase = NOTHING
    refused: Phrase = NOTHING
    answer: Answer | None = None
    title: Phrase = NOTHING
    recorded_on: int | None = None
    forgets: bool = False


def refuse(why: Phrase) -> Result:
    """The command does nothing."""
    return Result(refused=why)


def _nothing(argument: str, asker: Asker) -> Wants:
    return Wants()


def _never(argument: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A command: what it does, the right that it takes, and the least role.

    ``silent``: the mail's words are not for the customer. ``needs_ticket``: it acts on the mail's ticket, so that a
    fresh mail with it opens one. ``destroys``: it loses something, so that it needs a token of the ticket and not only
    a proved sender. ``example`` is an argument that help shows. ``asks_twice``: with this argument it runs only when
    the agent has said yes to what it would do.
    """

    name: str
    run: Callable[[str, Scene], Result]
    act: Act = Act.COMMAND
    needs_ticket: bool = True
    destroys: bool = False
    silent: bool = False
    role: Role = Role.AGENT
    wants: Callable[[str, Asker], Wants] = _nothing
    example: str = ""
    asks_twice: Callable[[str], bool] = _never

    @property
    def words(self) -> tuple[str, ...]:
        """What it is called."""
        return WORDS[self.name]

    def open_to(self, agent: Agent) -> bool:
        """Whether the agent's role is enough."""
        return RANK[agent.role] >= RANK[self.role]
