"""How patiently one mailbox is tried again, and how often its trouble is told. Pure; the hour is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailgate.clock import Clock

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
REFUSED_WAIT = 300.0  # a wrong password tried more often gets the account locked at many providers
TELL_EVERY_MS = 3_600_000


_BEFORE_THE_SERVERS_WORDS = 3  # parts of "host:port: COMMAND: …"


def subject(trouble: str) -> str:
    """What a message is about, without the server's own words: they may bear a number of their own each time."""
    return ":".join(trouble.split(":")[:_BEFORE_THE_SERVERS_WORDS])


@dataclass
class Backoff:
    """Seconds until the next try: 1, 2, 4 … 300, each spread by a quarter so that mailboxes do not march in step."""

    clock: Clock
    failures: int = 0

    def failed(self) -> float:
        """One more failure in a row; the seconds to wait now."""
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self.failures, 10))
        self.failures += 1
        return wait * self.clock.jitter(0.75, 1.0)

    def worked(self) -> None:
        """The run of failures is over."""
        self.failures = 0


@dataclass
class Hourly:
    """Says the same thing once, and again every hour while it lasts; another thing is said at once."""

    said: dict[str, int] = field(default_factory=dict)

    def may_say(self, what: str, now_ms: int) -> bool:
        """Whether it is time to say ``what``; then it counts as said."""
        last = self.said.get(what)
        if last is not None and 0 <= now_ms - last < TELL_EVERY_MS:
            return False
        self.said[what] = now_ms
        return True

    def over(self) -> bool:
        """Forget all of it, the trouble is over; whether there was any."""
        had = bool(self.said)
        self.said.clear()
        return had
