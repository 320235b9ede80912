"""What one transaction remembers while it lasts: tickets already read and locked, chains' heads, budgets taken.

A savepoint that is undone undoes these too, so that memory and rows never differ. What a batch of mails will write is
gathered (``Work.gather``), and written in one go before anybody looks at it, at the latest before the commit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailgate.desk.roster import Roster
from mailgate.desk.ticket import Ticket
from mailgate.store.ahead import Ahead
from mailgate.store.chain import Link
from mailgate.store.gathered import Gathered
from mailgate.store.ids import Ids
from mailgate.store.rows import Rows

BUDGET_KEPT_MS = 2 * 86_400_000
"""The longest window of a budget is a day; its row may go after two."""

UNREAD = Roster(version=-1)
"""What a process knows of the roster before it has read it."""


@dataclass
class Work:
    """One transaction's state. ``unsettled`` are (entry key, brand) that were claimed and have no outcome yet,
    ``duplicates`` leads from such a pair to the entry that came first. ``rosters`` holds the roster that this process
    read last; ``given`` says when agents were given tickets, in the order of giving even where a batch has one hour for
    all: ``turn`` is the latest of them. ``loads`` counts the open tickets of agents that were asked for.

    ``database`` is the connection; ``rows`` the same once all that was gathered is in it. ``write_out`` writes what was
    gathered; ``gathers`` says that this transaction puts it off. ``numbers`` leads from tickets' numbers to their ids
    (None: there is no such ticket)."""

    database: Rows
    ids: Ids
    audit_key: bytes = field(repr=False)
    salt: Callable[[], bytes] = field(repr=False)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    heads: dict[int, Link] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)
    unsettled: set[tuple[str, str]] = field(default_factory=set)
    duplicates: dict[tuple[str, str], str] = field(default_factory=dict)
    rosters: list[Roster] = field(default_factory=lambda: [UNREAD])
    roster: Roster | None = None
    roster_changed: bool = False
    given: dict[str, int] = field(default_factory=dict)
    turn: int = 0
    loads: dict[str, int] = field(default_factory=dict)
    spent_ms: int = 0
    write_out: Callable[[Work, Gathered], None] = field(default=lambda work, gathered: None, repr=False)
    gathers: bool = False
    gathered: Gathered = field(default_factory=Gathered)
    numbers: dict[int, int | None] = field(default_factory=dict)
    ahead: Ahead = field(default_factory=Ahead)

    @property
    def rows(self) -> Rows:
        """The database as this transaction has left it."""
        if self.gathered:
            self.settle_rows()
        return self.database

    def gather(self, more: Gathered) -> None:
        """Write what one plan brings: at once, or with what other mails of the batch bring."""
        if self.gathers and not more.removed:
            self.gathered.add_all(more)
        else:
            self.settle_rows()
            self._write(more)

    def settle_rows(self) -> None:
        """Write what was gathered so far."""
        if self.gathered:
            gathered, self.gathered = self.gathered, Gathered()
            self._write(gathered)

    def _write(self, gathered: Gathered) -> None:
        self.write_out(self, gathered)
        self.ahead.forget(gathered)

    def remember(self, found: Mapping[int, tuple[Ticket, Link]], *, lock: bool) -> None:
        """Keep what was read of tickets; the heads of their chains only where they are locked."""
        self.tickets |= {id_: ticket for id_, (ticket, _) in found.items()}
        self.numbers |= {ticket.number: id_ for id_, (ticket, _) in found.items()}
        if lock:
            self.heads |= {id_: link for id_, (_, link) in found.items()}

    def give(self, agent: str, now_ms: int) -> None:
        """The agent (empty: nobody) was given a ticket: after everybody who was given one before."""
        if agent:
            self.turn = max(now_ms, self.turn + 1)
            self.given[agent] = self.turn

    def weigh(self, ticket: Ticket, by: int) -> None:
        """An open ticket is one more, or one less, that its agent holds."""
        if ticket.closed_ms is None and ticket.assignee in self.loads:
            self.loads[ticket.assignee] += by

    def forget(self) -> None:
        """Drop what was read of tickets; the next look goes to the database."""
        self.tickets.clear()
        self.heads.clear()
        self.numbers.clear()
        self.ahead = Ahead()
        self.loads.clear()
        self.roster = None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """One mail's part of the transaction: when the body raises, only its own effects are undone."""
        spent, unsettled, given = dict(self.spent), set(self.unsettled), dict(self.given)
        try:
            with self.rows.savepoint():
                yield
        except BaseException:
            self.spent, self.unsettled, self.given = Counter(spent), unsettled, given
            self.forget()
            raise

    def finish(self) -> None:
        """What is written once a transaction: budgets and turns (in the order of their keys, so that two appliers
        cannot deadlock over them), counters, and the end of claims that nobody settled: their entries are tried
        again."""
        self.settle_rows()
        self._write_budgets()
        self._write_turns()
        for entry_key, brand in sorted(self.unsettled):
            self.rows.run("DELETE FROM deliveries WHERE entry_key = ? AND brand = ?", (entry_key, brand))
            self.rows.run("DELETE FROM dedupe WHERE entry_key = ? AND brand = ?", (entry_key, brand))
        self.ids.end()

    def _write_budgets(self) -> None:
        self.rows.insert(
            "budgets",
            "budget_key, spent, expires_ms",
            [(key, count, self.spent_ms + BUDGET_KEPT_MS) for key, count in sorted(self.spent.items())],
            "ON CONFLICT (budget_key) DO UPDATE SET spent = budgets.spent + excluded.spent, "
            "expires_ms = excluded.expires_ms",
        )

    def _write_turns(self) -> None:
        self.rows.insert(
            "turns",
            "agent, given_ms",
            sorted(self.given.items()),
            "ON CONFLICT (agent) DO UPDATE SET given_ms = excluded.given_ms",
        )
