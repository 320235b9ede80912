"""Letters out: what the outbox holds goes to the relay, in groups of at most ten.

A group is what a crash can leave in doubt. Where the database is SQLite a claim is ten groups, and ``handing`` says
which of them is under way; else a claim is one group.

States of a letter, and what a crash there costs (promise 3):

=========  ==================================================  ===========================================
state      meaning                                             a crash here
=========  ==================================================  ===========================================
queued     waits for its turn                                  nothing
handing    claimed, perhaps already given to the relay         repeated under the same Message-ID; a letter
                                                               of the at-most-once sort becomes ``unknown``
sent       the relay said 250                                  nothing
retry      the relay said 4xx; due again at ``next_ms``        nothing
failed     the relay said 5xx, or five days passed             nothing; the ticket and its agents are told
unknown    a crash cut off an at-most-once letter              shown by ``doctor``; sent again only by hand
=========  ==================================================  ===========================================

While the relay is away nothing is tried letter by letter: one breaker (``pacing``) pauses all of them. The results of
one claim and the next claim are one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailgate.clock import Clock
from mailgate.duties import undelivered
from mailgate.edges.smtp_out.courier import Answer, Courier, MaybeSent, RelayAway, Sent
from mailgate.errors import Refused, Temporary
from mailgate.gateway import Desk, act
from mailgate.handing import Handing, Note
from mailgate.logs import fault, get
from mailgate.pacing import Breaker, Pace
from mailgate.store.database import Store, Tx
from mailgate.store.outbox import GROUP_SIZE, LetterState, Outgoing, Result

log = get("sender")

GROUP = 10
CLAIM = 100
"""Letters of a claim where what is under way is noted beside the database."""

CLAIM_S = 5.0
"""How long a claim is worked on: with a slow relay, too, results are written and what is due is looked up anew."""

MINUTE_MS = 60_000
RETRY_AFTER_MIN = (1, 5, 15, 30, 60)
GIVE_UP_MS = 5 * 86_400_000
GIVE_UP_TRIES = 12
"""Of a letter, too: a machine whose clock jumped, or that was off for a week, has not tried in vain for five days."""
LOOK_S = 2.0
"""How often to look for letters that another daemon or a command has queued, which cannot ring our bell."""


def hand_over(letters: Sequence[Outgoing], courier: Courier, breaker: Breaker, clock: Clock) -> list[Result]:
    """Give the letters to the relay; returns what became of each, in their order.

    When the relay itself goes away, the letters not yet tried go back to ``queued`` without a burned attempt.
    """
    if not letters:
        return []
    answers = courier.send_all(letters)
    away = [answer for answer in answers if isinstance(answer, RelayAway)]
    if len(away) < len(answers):
        breaker.reset()
    if away:
        log.debug("relay away", **fault(away[0]))
        breaker.trip(clock, "connection")
    return [_result(letter, answer, clock) for letter, answer in zip(letters, answers, strict=True)]


def _result(letter: Outgoing, answer: Answer, clock: Clock) -> Result:
    """What is written down for a letter; see the table in ``courier``."""
    match answer:
        case Sent():
            return Result(letter.id, LetterState.SENT, relay_message_id=answer.relay_message_id)
        case RelayAway():
            return _again(letter, "the relay is away", clock)
        case MaybeSent():
            return _maybe_sent(letter, answer, clock)
        case Refused():
            return Result(letter.id, LetterState.FAILED, error=str(answer))
        case Temporary():
            return _later(letter, str(answer), clock)
    # Unknown is temporary, and costs this letter only.
    log.error("a letter could not be handed over", letter=letter.id, **fault(answer))
    return _later(letter, f"internal: {type(answer).__name__}", clock)


def _maybe_sent(letter: Outgoing, error: MaybeSent, clock: Clock) -> Result:
    """The connection was lost after the final dot: at most once means unknown now, at least once means again."""
    if letter.at_most_once:
        return Result(letter.id, LetterState.UNKNOWN, error=str(error))
    return _later(letter, str(error), clock)


def _later(letter: Outgoing, why: str, clock: Clock) -> Result:
    """Try again after 1, 5, 15, 30, 60 minutes, then hourly, each spread by a fifth; give up after five days
    (RFC 5321 section 4.5.4.1) and a dozen tries."""
    now_ms = clock.now_ms()
    if now_ms - letter.created_ms > GIVE_UP_MS and letter.attempts >= GIVE_UP_TRIES:
        return Result(letter.id, LetterState.FAILED, error=f"given up after five days; last answer: {why}")
    minutes = RETRY_AFTER_MIN[min(letter.attempts, len(RETRY_AFTER_MIN) - 1)]
    wait_ms = int(minutes * MINUTE_MS * clock.jitter(0.8, 1.2))
    return Result(letter.id, LetterState.RETRY, error=why, next_ms=now_ms + wait_ms)


def _again(letter: Outgoing, why: str, clock: Clock) -> Result:
    """Back to the queue as it was."""
    return Result(letter.id, LetterState.QUEUED, error=why, next_ms=clock.now_ms())


class Sender:
    """The sender's loop body: each ``turn`` hands over a group; before it, where the last claim is done, its results
    and the next claim are written in one commit."""

    def __init__(
        self,
        store: Store,
        courier: Courier,
        desk: Desk,
        holder: str,
        clock: Clock,
        per_minute: int = 0,
        handing: Handing | None = None,
    ) -> None:
        """``holder`` names this daemon on the letters that it claims; ``per_minute`` caps the rate (0: no cap);
        ``handing`` is where it notes what is under way, beside a database whose writers wait for each other."""
        self.store, self.courier, self.desk, self.holder, self.clock = store, courier, desk, holder, clock
        self.breaker, self.pace, self.handing = Breaker(), Pace(per_minute), handing
        self.claimed: list[Outgoing] = []
        self.claimed_ms, self.since = 0, 0.0
        self.results: list[Result] = []
        self.failed: list[tuple[Outgoing, Result]] = []

    def recover(self) -> None:
        """What a crash of this daemon left ``handing`` is settled; once, before the first turn."""
        note = self.handing.read() if self.handing else None
        self.store.recover_letters(self.holder, self.clock.now_ms(), note)

    def turn(self) -> list[Result]:
        """Hand over at most ten letters; returns what became of each (empty: nothing was due).

        Raises ``Temporary`` when the database or the disk is away; the results are kept and written by a later turn.
        """
        now = self.clock.monotonic()
        away = now < self.breaker.open_until
        if away or not self.claimed or now - self.since > CLAIM_S:
            most = CLAIM if self.handing and not self.breaker.failures else GROUP
            self._write_and_claim(0 if away else self.pace.room(now, most))
        group = self.claimed[:GROUP]
        if group and self.handing:
            self.handing.write(self._note(group))
        del self.claimed[:GROUP]
        results = hand_over(group, self.courier, self.breaker, self.clock)
        self.pace.count(sum(result.state is not LetterState.QUEUED for result in results))
        self.results += results
        self.failed += [
            # Without its bytes: the next turn may be hours away, and a large letter would stay in memory.
            (replace(letter, data=b""), result)
            for letter, result in zip(group, results, strict=True)
            if result.state is LetterState.FAILED and letter.ticket_id is not None
        ]
        return results

    def pause(self) -> float:
        """Seconds until it is worth another turn, when nobody rings."""
        self.courier.idle()
        now = self.clock.monotonic()
        if now < self.breaker.open_until:
            return self.breaker.open_until - now
        if not self.pace.room(now, GROUP):
            return self.pace.until(now)
        due_ms = self.store.next_due_ms()
        return LOOK_S if due_ms is None else min(LOOK_S, max(0.0, (due_ms - self.clock.now_ms()) / 1000))

    def finish(self) -> None:
        """Write down what the last turn learned; nothing stays ``handing`` after an orderly end."""
        self._write_and_claim(0)
        self.courier.close()

    def _note(self, group: Sequence[Outgoing]) -> Note:
        """Of this claim: what goes to the relay now or may be there without its word, and what it has said 250 to."""
        given = {each.letter: each.relay_message_id for each in self.results if each.state is LetterState.SENT}
        doubtful = {each.letter for each in self.results if each.state is LetterState.UNKNOWN}
        return Note(self.claimed_ms, frozenset(doubtful | {letter.id for letter in group}), given)

    def _write_and_claim(self, room: int) -> None:
        """The results of the last claim, and the next; what of the last was not given to the relay is queued again."""
        now_ms = self.clock.now_ms()
        if not self.results and not self.claimed and not (room and self._due(now_ms)):
            return
        results = self.results + [_again(letter, "", self.clock) for letter in self.claimed]

        def body(tx: Tx) -> list[Outgoing]:
            tx.settle_letters(results, now_ms)
            for letter, result in self.failed:
                self._tell_agents(tx, letter, result, now_ms)
            return tx.claim_letters(self.holder, now_ms, room)

        self.claimed = self.store.run(body)
        self.claimed_ms, self.since, self.results, self.failed = now_ms, self.clock.monotonic(), [], []
        if sum(len(letter.data) for letter in self.claimed) > GROUP_SIZE:
            self.store.close()  # the next turn connects anew; what SQLite has read goes with the connection

    def _due(self, now_ms: int) -> bool:
        due_ms = self.store.next_due_ms()
        return due_ms is not None and due_ms <= now_ms

    def _tell_agents(self, tx: Tx, letter: Outgoing, result: Result, now_ms: int) -> None:
        ticket = tx.ticket(letter.ticket_id or 0)
        if ticket is not None:
            policy = self.desk.under(tx.roster()).policy
            plan = undelivered.report(letter.kind, letter.recipient, result.error, ticket, policy)
            act(tx, ticket, plan, self.desk, now_ms)
