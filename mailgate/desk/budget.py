"""Budgets: how many letters of a sort there may be in any stretch of time.

A budget holds for *any* stretch of its length, not only for the hours of the clock: letters are counted in buckets of
half the length, and the last three buckets, which cover every such stretch, may not hold more than the limit. The keys
are strings with the bucket's start in seconds, such as ``addr:h:1764000000:bob@x.example``; the store counts them and
may forget them after two lengths. What an admin may set comes from ``policy.Budgets``; the rest stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mailgate.desk.letter import LetterKind
from mailgate.desk.policy import Budgets

HOUR_MS = 3_600_000
DAY_MS = 86_400_000

NUDGES_TOLD = 3
"""How often a day agents are told of the nudges on one ticket; all of them are on the ticket."""

CLAIMS_TOLD = 10
"""How many alerts an hour admins get about claims to data; forged mail may claim anything."""

TRANSCRIPTS = 200
"""In an hour, to one agent: more than anybody has hands for."""

UNDELIVERED_TOLD = 5
"""How often a day agents are told that words to one address did not arrive; a far server may repeat itself."""

BOUNCES = 3
"""After so many letters that came back within a day an address is taken for dead, until they are forgotten."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The gate's answer: ``reason`` is empty when the letter may go, and then ``keys`` are to be spent."""

    reason: str
    keys: tuple[str, ...] = ()


class Budget(NamedTuple):  # a dozen are made for each mail
    """At most ``limit`` letters of one ``key`` in any ``length_ms``; ``shown`` says what was too much."""

    prefix: str
    key: str
    length_ms: int
    limit: int
    shown: str

    def keys(self, now_ms: int) -> tuple[str, ...]:
        """The current bucket's key, then those of the two before it."""
        return tuple([head + self.key for head in _heads(self.prefix, self.length_ms, now_ms)])


@lru_cache(maxsize=64)  # the same for all mails of a batch
def _heads(prefix: str, length_ms: int, now_ms: int) -> tuple[str, ...]:
    """How the keys of three buckets begin, the current one first."""
    bucket = length_ms // 2
    current = now_ms // bucket
    return tuple(f"{prefix}:{(current - back) * bucket // 1000}:" for back in range(3))


def leave(budgets: Iterable[Budget], spent: Mapping[str, int], now_ms: int) -> Leave:
    """Refused by the first budget that is used up; else the current key of each, to be spent."""
    keys = []
    for budget in budgets:
        buckets = budget.keys(now_ms)
        if sum([spent.get(key, 0) for key in buckets]) >= budget.limit:
            return Leave(f"budget used up: {budget.limit} {budget.shown}")
        keys.append(buckets[0])
    return Leave("", tuple(keys))


def of_news(author: str, budgets: Budgets) -> Budget:
    """What one sender's mails tell the agents."""
    limit = budgets.news_per_sender_hour
    return Budget("news:h", author.lower(), HOUR_MS, limit, "notifications an hour about one sender")


def of_agent(address: str, sort: str, budgets: Budgets) -> Budget:
    """What the hour brings to one agent; so many an hour is one in each part of it."""
    length_ms = HOUR_MS // budgets.per_agent_hour
    return Budget(f"agent:{length_ms}", f"{sort}:{address.lower()}", length_ms, 1, "letter of a sort to one agent")


def of_transcripts(agent: str) -> Budget:
    """What tells an agent what became of the agent's own mails."""
    return Budget("transcript:h", agent.lower(), HOUR_MS, TRANSCRIPTS, "transcripts an hour to one agent")


def of_returns(address: str) -> Budget:
    """Letters that came back from an address."""
    return Budget("dead:d", address.lower(), DAY_MS, BOUNCES, "letters a day that come back")


def of_undelivered(address: str) -> Budget:
    """What tells agents that words did not arrive there."""
    return Budget("undelivered:d", address.lower(), DAY_MS, UNDELIVERED_TOLD, "letters a day about one dead address")


def of_nudges(ticket: int) -> Budget:
    """What tells owner and supervisors that a customer asks for news."""
    return Budget("nudge:d", str(ticket), DAY_MS, NUDGES_TOLD, "times a day of one ticket's nudges")


def of_claims(author: str) -> tuple[Budget, ...]:
    """What tells admins that somebody claims their data."""
    return (
        Budget("privacy:d", author.lower(), DAY_MS, 1, "alert a day about one author's data"),
        Budget("privacy:h", "all", HOUR_MS, CLAIMS_TOLD, "alerts an hour about people's data"),
    )


def of_customers(to: str, ticket: int | None, proved: bool, budgets: Budgets, kind: LetterKind) -> Iterator[Budget]:
    """What goes to customers by itself, because of a mail or of the hour."""
    address = to.lower()
    mark = "" if proved else "u"
    sort = LetterKind.ACKNOWLEDGEMENT if kind is LetterKind.NEUTRAL_ACKNOWLEDGEMENT else kind
    yield Budget(f"{mark}addr:h", address, HOUR_MS, budgets.per_address_hour, "letters an hour to one address")
    yield Budget(f"{mark}addr:d", address, DAY_MS, budgets.per_address_day, "letters a day to one address")
    yield Budget(f"{mark}kind:d", f"{sort.value}:{address}", DAY_MS, budgets.per_kind_day, "letters a day of one kind")
    yield Budget(
        f"{mark}dom:h", address.rpartition("@")[2], HOUR_MS, budgets.per_domain_hour, "letters an hour to one domain"
    )
    if not proved:
        yield Budget("unproved:h", "all", HOUR_MS, budgets.unproved_hour, "letters an hour to unproved senders")
    if ticket is not None:
        yield Budget(f"{mark}ticket:d", str(ticket), DAY_MS, budgets.per_ticket_day, "letters a day on one ticket")
