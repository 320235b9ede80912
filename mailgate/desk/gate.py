"""The one gate for everything automatic (promise 6): nothing that nobody wrote leaves without passing here.

``REFUSALS`` says, in order, whom no automatic letter may go to: a robot, the null sender, ourselves, a role account.
Then come the budgets, counted per address, domain, ticket and kind of letter; mail whose sender is not proved has
budgets of its own, so that a flood of forged mail cannot use up what honest customers get. What the hour brings to
agents has a budget for each of them and each sort of letter, past which it waits and comes together (``to_agent``).

A budget holds for *any* stretch of its length, not only for the hours of the clock: letters are counted in buckets of
half the length, and the last three buckets, which cover every such stretch, may not hold more than the limit. The keys
are strings with the bucket's start in seconds, such as ``addr:h:1764000000:bob@x.example``; the store counts them and
may forget them after two lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailgate.desk.identity.token import split_address
from mailgate.desk.letter import LetterKind
from mailgate.desk.policy import Budgets, Policy
from mailgate.mail.model import Proof, Reading, VerdictKind

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

REPORTED = 20
"""How many recipients of one delivery report are looked at."""

BOUNCES = 3
"""After so many letters that came back within a day an address is taken for dead, until they are forgotten."""

ROLE_ACCOUNTS = frozenset(
    {"mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply", "daemon", "root", "nobody"}
)
ROLE_SUFFIXES = ("-request", "-owner", "-bounces", "-noreply", "-no-reply")
ROLE_PREFIXES = ("owner-", "bounce-", "bounces-", "bounce+", "bounces+")


@dataclass(frozen=True, slots=True)
class Leave:
    """The gate's answer: ``reason`` is empty when the letter may go, and then ``keys`` are to be spent."""

    reason: str
    keys: tuple[str, ...] = ()


def allow(
    reading: Reading,
    to: str,
    ticket: int | None,
    spent: Mapping[str, int],
    policy: Policy,
    now_ms: int,
    kind: LetterKind = LetterKind.ACKNOWLEDGEMENT,
) -> Leave:
    """Whether an automatic letter may go to ``to`` because of this mail; ``ticket`` is its number, None for a new
    one."""
    reason = next((why for why, refuses in REFUSALS if refuses(reading, to, policy)), "")
    if reason:
        detail = reading.verdict.evidence[0] if reason == ROBOT and reading.verdict.evidence else ""
        return Leave(f"{reason} ({detail})" if detail else reason)
    proved = reading.sender.proof is Proof.PASS
    return within(to, ticket, proved, spent, policy.budgets, now_ms, kind)


def within(
    to: str,
    ticket: int | None,
    proved: bool,
    spent: Mapping[str, int],
    budgets: Budgets,
    now_ms: int,
    kind: LetterKind = LetterKind.ACKNOWLEDGEMENT,
) -> Leave:
    """Whether the budgets hold, without a look at the mail or the address."""
    return _leave(_budgets(to, ticket, proved, budgets, kind), spent, now_ms)


def unasked(
    to: str, ticket: int, proved: bool, spent: Mapping[str, int], policy: Policy, now_ms: int, kind: LetterKind
) -> Leave:
    """Whether a letter that no mail has asked for (a survey, a reminder) may go to a customer. ``proved``: whether the
    mail that opened the ticket proved its sender."""
    reason = next((why for why, refuses in UNREACHABLE if refuses(to, policy)), "") or _dead(to, spent, now_ms)
    return Leave(reason) if reason else within(to, ticket, proved, spent, policy.budgets, now_ms, kind)


def to_agent(address: str, sort: str, spent: Mapping[str, int], budgets: Budgets, now_ms: int) -> Leave:
    """Whether one more letter of that sort of what the hour brings (a warning, a reminder) may go to an agent: they
    are spread over the hour, so that what comes close together comes in one."""
    dead = _dead(address, spent, now_ms)
    return Leave(dead) if dead else _leave((_agent_budget(address, sort, budgets),), spent, now_ms)


def bounced(address: str, now_ms: int) -> str:
    """The key under which a letter that came back from an address counts: after ``BOUNCES`` of them in a day nothing
    that the hour brings goes there for a while (L-33)."""
    return _dead_budget(address).keys(now_ms)[0]


def news(author: str, spent: Mapping[str, int], budgets: Budgets, now_ms: int) -> Leave:
    """Whether agents are notified of one more mail of this sender (L-27)."""
    return _leave((_news_budget(author, budgets),), spent, now_ms)


def transcripts(agent: str, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether an agent is told once more what became of a mail: not for ever, if it is a machine that answers."""
    return _leave((_transcript_budget(agent),), spent, now_ms)


def transcript_keys(agent: str, now_ms: int) -> tuple[str, ...]:
    """The keys that ``transcripts`` may want to know."""
    return _transcript_budget(agent).keys(now_ms)


def nudges(ticket: int, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether owner and supervisors are told once more that this ticket's customer asks for news."""
    return _leave((_nudge_budget(ticket),), spent, now_ms)


def privacy(author: str, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether admins are told that this author claims their data: once a day, and not of more than some authors."""
    return _leave(_privacy_budgets(author), spent, now_ms)


def undelivered(address: str, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether agents are told once more that words to this address did not arrive; the tickets show all of it."""
    return _leave((_undelivered_budget(address),), spent, now_ms)


def undelivered_keys(addresses: Iterable[str], now_ms: int) -> tuple[str, ...]:
    """The keys that ``undelivered`` may want to know."""
    return tuple(key for address in addresses for key in _undelivered_budget(address).keys(now_ms))


def nudge_keys(tickets: tuple[int, ...], now_ms: int) -> tuple[str, ...]:
    """The keys that ``nudges`` may want to know."""
    return tuple(key for ticket in tickets for key in _nudge_budget(ticket).keys(now_ms))


def privacy_keys(author: str, now_ms: int) -> tuple[str, ...]:
    """The keys that ``privacy`` may want to know."""
    return tuple(key for budget in _privacy_budgets(author) for key in budget.keys(now_ms))


def budget_keys(
    to: str,
    tickets: tuple[int, ...],
    now_ms: int,
    proved: bool,
    kind: LetterKind = LetterKind.ACKNOWLEDGEMENT,
) -> tuple[str, ...]:
    """All keys whose counts the gate may want to know; asked before the facts are gathered."""
    budgets = Budgets()
    found = dict.fromkeys(_news_budget(to, budgets).keys(now_ms))
    for ticket in tickets or (None,):
        for budget in _budgets(to, ticket, proved, budgets, kind):
            found.update(dict.fromkeys(budget.keys(now_ms)))
    return tuple(found)


def agent_keys(address: str, sort: str, budgets: Budgets, now_ms: int) -> tuple[str, ...]:
    """The keys that ``to_agent`` may want to know."""
    return (*_agent_budget(address, sort, budgets).keys(now_ms), *dead_keys(address, now_ms))


def dead_keys(address: str, now_ms: int) -> tuple[str, ...]:
    """The keys by which ``unasked`` knows that letters to an address come back."""
    return _dead_budget(address).keys(now_ms)


@dataclass(frozen=True, slots=True)
class _Budget:
    prefix: str
    key: str
    length_ms: int
    limit: int
    shown: str

    def keys(self, now_ms: int) -> tuple[str, ...]:
        """The current bucket's key, then those of the two before it."""
        bucket = self.length_ms // 2
        current = now_ms // bucket
        return tuple([f"{self.prefix}:{(current - back) * bucket // 1000}:{self.key}" for back in range(3)])


def _leave(budgets: Iterable[_Budget], spent: Mapping[str, int], now_ms: int) -> Leave:
    """Refused by the first budget that is used up; else the current key of each, to be spent."""
    keys = []
    for budget in budgets:
        buckets = budget.keys(now_ms)
        if sum([spent.get(key, 0) for key in buckets]) >= budget.limit:
            return Leave(f"budget used up: {budget.limit} {budget.shown}")
        keys.append(buckets[0])
    return Leave("", tuple(keys))


def _news_budget(author: str, budgets: Budgets) -> _Budget:
    limit = budgets.news_per_sender_hour
    return _Budget("news:h", author.lower(), HOUR_MS, limit, "notifications an hour about one sender")


def _agent_budget(address: str, sort: str, budgets: Budgets) -> _Budget:
    """So many an hour is one in each part of it."""
    length_ms = HOUR_MS // budgets.per_agent_hour
    return _Budget(f"agent:{length_ms}", f"{sort}:{address.lower()}", length_ms, 1, "letter of a sort to one agent")


def _transcript_budget(agent: str) -> _Budget:
    return _Budget("transcript:h", agent.lower(), HOUR_MS, TRANSCRIPTS, "transcripts an hour to one agent")


def _dead_budget(address: str) -> _Budget:
    return _Budget("dead:d", address.lower(), DAY_MS, BOUNCES, "letters a day that come back")


def _dead(address: str, spent: Mapping[str, int], now_ms: int) -> str:
    return "letters to that address come back" if _leave((_dead_budget(address),), spent, now_ms).reason else ""


def _undelivered_budget(address: str) -> _Budget:
    return _Budget("undelivered:d", address.lower(), DAY_MS, UNDELIVERED_TOLD, "letters a day about one dead address")


def _nudge_budget(ticket: int) -> _Budget:
    return _Budget("nudge:d", str(ticket), DAY_MS, NUDGES_TOLD, "times a day of one ticket's nudges")


def _privacy_budgets(author: str) -> tuple[_Budget, ...]:
    return (
        _Budget("privacy:d", author.lower(), DAY_MS, 1, "alert a day about one author's data"),
        _Budget("privacy:h", "all", HOUR_MS, CLAIMS_TOLD, "alerts an hour about people's data"),
    )


def _budgets(to: str, ticket: int | None, proved: bool, budgets: Budgets, kind: LetterKind) -> Iterator[_Budget]:
    address = to.lower()
    mark = "" if proved else "u"
    sort = LetterKind.ACKNOWLEDGEMENT if kind is LetterKind.NEUTRAL_ACKNOWLEDGEMENT else kind
    yield _Budget(f"{mark}addr:h", address, HOUR_MS, budgets.per_address_hour, "letters an hour to one address")
    yield _Budget(f"{mark}addr:d", address, DAY_MS, budgets.per_address_day, "letters a day to one address")
    yield _Budget(f"{mark}kind:d", f"{sort.value}:{address}", DAY_MS, budgets.per_kind_day, "letters a day of one kind")
    yield _Budget(
        f"{mark}dom:h", address.rpartition("@")[2], HOUR_MS, budgets.per_domain_hour, "letters an hour to one domain"
    )
    if not proved:
        yield _Budget("unproved:h", "all", HOUR_MS, budgets.unproved_hour, "letters an hour to unproved senders")
    if ticket is not None:
        yield _Budget(f"{mark}ticket:d", str(ticket), DAY_MS, budgets.per_ticket_day, "letters a day on one ticket")


ROBOT = "a robot wrote it"


def is_role_account(address: str) -> bool:
    """Addresses behind which no person waits for an answer (RFC 5230 section 4.6)."""
    local = address.lower().rpartition("@")[0]
    plain = local.partition("+")[0]
    return plain in ROLE_ACCOUNTS or plain.endswith(ROLE_SUFFIXES) or local.startswith(ROLE_PREFIXES)


def _foreign_envelope(reading: Reading, to: str, policy: Policy) -> bool:
    """An unproved author whom the envelope contradicts: the answer would hit a third person (L-25, RFC 3834 section
    4)."""
    mail_from = (reading.envelope.mail_from or reading.mail.return_path or "").lower()
    if reading.sender.proof is Proof.PASS or not mail_from:
        return False
    one, other = mail_from.rpartition("@")[2], to.lower().rpartition("@")[2]
    return not (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


def _of_address(refuses: Callable[[str, Policy], bool]) -> Callable[[Reading, str, Policy], bool]:
    return lambda reading, to, policy: refuses(to, policy)


UNREACHABLE: tuple[tuple[str, Callable[[str, Policy], bool]], ...] = (
    ("the address cannot be written to", lambda to, policy: not to.rpartition("@")[0]),
    ("the address is one of ours", lambda to, policy: split_address(to, policy.mailboxes) is not None),
    ("nobody reads that address", lambda to, policy: is_role_account(to)),
)
"""Why no automatic letter may go to an address, whatever mail it would answer."""

REFUSALS: tuple[tuple[str, Callable[[Reading, str, Policy], bool]], ...] = (
    (ROBOT, lambda reading, to, policy: reading.verdict.automatic or reading.verdict.kind is not VerdictKind.GENUINE),
    ("it came from the null sender", lambda reading, to, policy: reading.envelope.mail_from == ""),
    ("its Return-Path is empty", lambda reading, to, policy: reading.mail.return_path == ""),
    *((why, _of_address(refuses)) for why, refuses in UNREACHABLE),
    ("the sender is not proved", lambda reading, to, policy: reading.sender.proof is Proof.FAIL),
    ("the envelope names another sender", _foreign_envelope),
)
"""Why no automatic letter may answer a mail, in order; the name of the first that holds is shown."""
