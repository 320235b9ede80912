"""The one gate for everything automatic (promise 6): nothing that nobody wrote leaves without passing here.

``REFUSALS`` says, in order, whom no automatic letter may go to: a robot, the null sender, ourselves, a role account.
Then come the budgets (``budget``), counted per address, domain, ticket and kind of letter; mail whose sender is not
proved has budgets of its own, so that a flood of forged mail cannot use up what honest customers get. What the hour
brings to agents has a budget for each of them and each sort of letter, past which it waits and comes together
(``to_agent``). The counts are facts: of each question here there is a function that names the keys it wants to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mailgate.desk import budget
from mailgate.desk.budget import Leave
from mailgate.desk.identity.token import split_address
from mailgate.desk.letter import LetterKind
from mailgate.desk.policy import Budgets, Policy
from mailgate.mail.model import Proof, Reading, VerdictKind

REPORTED = 20
"""How many recipients of one delivery report are looked at."""

ROLE_ACCOUNTS = frozenset(
    {"mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply", "daemon", "root", "nobody"}
)
ROLE_SUFFIXES = ("-request", "-owner", "-bounces", "-noreply", "-no-reply")
ROLE_PREFIXES = ("owner-", "bounce-", "bounces-", "bounce+", "bounces+")


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
    return budget.leave(budget.of_customers(to, ticket, proved, budgets, kind), spent, now_ms)


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
    return Leave(dead) if dead else budget.leave((budget.of_agent(address, sort, budgets),), spent, now_ms)


def bounced(address: str, now_ms: int) -> str:
    """The key under which a letter that came back from an address counts: after ``budget.BOUNCES`` of them in a day
    nothing that the hour brings goes there for a while (L-33)."""
    return budget.of_returns(address).keys(now_ms)[0]


def news(author: str, spent: Mapping[str, int], budgets: Budgets, now_ms: int) -> Leave:
    """Whether agents are notified of one more mail of this sender (L-27)."""
    return budget.leave((budget.of_news(author, budgets),), spent, now_ms)


def transcripts(agent: str, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether an agent is told once more what became of a mail: not for ever, if it is a machine that answers."""
    return budget.leave((budget.of_transcripts(agent),), spent, now_ms)


def transcript_keys(agent: str, now_ms: int) -> tuple[str, ...]:
    """The keys that ``transcripts`` may want to know."""
    return budget.of_transcripts(agent).keys(now_ms)


def nudges(ticket: int, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether owner and supervisors are told once more that this ticket's customer asks for news."""
    return budget.leave((budget.of_nudges(ticket),), spent, now_ms)


def privacy(author: str, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether admins are told that this author claims their data: once a day, and not of more than some authors."""
    return budget.leave(budget.of_claims(author), spent, now_ms)


def undelivered(address: str, spent: Mapping[str, int], now_ms: int) -> Leave:
    """Whether agents are told once more that words to this address did not arrive; the tickets show all of it."""
    return budget.leave((budget.of_undelivered(address),), spent, now_ms)


def undelivered_keys(addresses: Iterable[str], now_ms: int) -> tuple[str, ...]:
    """The keys that ``undelivered`` may want to know."""
    return tuple(key for address in addresses for key in budget.of_undelivered(address).keys(now_ms))


def nudge_keys(tickets: tuple[int, ...], now_ms: int) -> tuple[str, ...]:
    """The keys that ``nudges`` may want to know."""
    return tuple(key for ticket in tickets for key in budget.of_nudges(ticket).keys(now_ms))


def privacy_keys(author: str, now_ms: int) -> tuple[str, ...]:
    """The keys that ``privacy`` may want to know."""
    return tuple(key for each in budget.of_claims(author) for key in each.keys(now_ms))


def budget_keys(
    to: str,
    tickets: tuple[int, ...],
    now_ms: int,
    proved: bool,
    kind: LetterKind = LetterKind.ACKNOWLEDGEMENT,
) -> tuple[str, ...]:
    """All keys whose counts the gate may want to know; asked before the facts are gathered."""
    limits = Budgets()
    wanted = [budget.of_news(to, limits)]
    for ticket in tickets or (None,):
        wanted += budget.of_customers(to, ticket, proved, limits, kind)
    return tuple(dict.fromkeys([key for each in wanted for key in each.keys(now_ms)]))


def agent_keys(address: str, sort: str, budgets: Budgets, now_ms: int) -> tuple[str, ...]:
    """The keys that ``to_agent`` may want to know."""
    return (*budget.of_agent(address, sort, budgets).keys(now_ms), *dead_keys(address, now_ms))


def dead_keys(address: str, now_ms: int) -> tuple[str, ...]:
    """The keys by which ``unasked`` knows that letters to an address come back."""
    return budget.of_returns(address).keys(now_ms)


def _dead(address: str, spent: Mapping[str, int], now_ms: int) -> str:
    refused = budget.leave((budget.of_returns(address),), spent, now_ms).reason
    return "letters to that address come back" if refused else ""


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
