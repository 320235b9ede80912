"""What one connection, one address and all of them together may take of us. Pure: time is handed in, in seconds.

A ``Watch`` keeps the deadlines of one connection:

=============  =========================================================  =========================================
it waits for   cut off when                                               so that
=============  =========================================================  =========================================
a command      none was complete for ``idle_timeout``; or the connection  nobody holds a place for nothing, not even
               is older than ``session_timeout``                          with a NOOP a minute
mail data      nothing at all came for ``idle_timeout``; or less than     an honest slow upload passes, one octet a
               ``min_rate`` a second over a minute; or it takes longer    second does not
               than ``session_timeout``
=============  =========================================================  =========================================
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Sequence

from mailgate.edges.settings import SmtpIn
from mailgate.edges.smtp_in.reply import CROWDED, CROWDED_IP, IDLE, LONG, SLOW

RATE_WINDOW_S = 60.0
PACE_WINDOW_S = 60.0

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Watch:
    """The deadlines of one connection; see the head of this module."""

    def __init__(self, settings: SmtpIn, now: float, *, endless: bool = False) -> None:
        """The connection was made at ``now``; an ``endless`` one may last, as long as it is not idle."""
        self._idle, self._min_rate = settings.idle_timeout, settings.min_rate
        self._session = float("inf") if endless else settings.session_timeout
        self._window = min(RATE_WINDOW_S, settings.idle_timeout)
        self._began = self._heard = now
        self._data_began: float | None = None
        self._window_began = now
        self._window_octets = 0

    def command(self, now: float) -> None:
        """A command came in whole."""
        self._heard = now

    def data_begins(self, now: float) -> None:
        """Mail data may come from now on."""
        self._data_began = self._heard = self._window_began = now
        self._window_octets = 0

    def data_ends(self, now: float) -> None:
        """The data is all here; it is our turn."""
        self._data_began = None
        self._heard = now

    def octets(self, count: int, now: float) -> None:
        """Something came in; only within mail data does that count as a sign of life."""
        if self._data_began is not None:
            self._heard = now
            self._window_octets += count

    def overdue(self, now: float) -> str:
        """The farewell where a deadline has passed, else the empty string."""
        if now - self._heard >= self._idle:
            return IDLE
        began = self._began if self._data_began is None else self._data_began
        if now - began >= self._session:
            return LONG
        return SLOW if self._data_began is not None and self._crawls(now) else ""

    def _crawls(self, now: float) -> bool:
        """Whether the window that has just ended brought too little; begins the next one."""
        passed = now - self._window_began
        if passed < self._window:
            return False
        too_little = self._window_octets < self._min_rate * passed
        self._window_began, self._window_octets = now, 0
        return too_little

    def next_look(self, now: float) -> float:
        """How many seconds from now the next deadline may pass."""
        began = self._began if self._data_began is None else self._data_began
        deadlines = [self._heard + self._idle, began + self._session]
        if self._data_began is not None:
            deadlines.append(self._window_began + self._window)
        return max(0.0, min(deadlines) - now)


class Gate:
    """How many connections there are, all in all and per address.

    No address holds more places than are left for all others, so that ten of them together cannot fill the house and
    whoever comes first from elsewhere is let in. Trusted relays, which bring everybody's mail, are spared the limits
    per address, and a tenth of the house is theirs alone; connections over a Unix socket (address empty) are not
    counted.
    """

    def __init__(self, settings: SmtpIn) -> None:
        """An empty house."""
        self._most, self._most_per_ip = settings.max_connections, settings.max_connections_per_ip
        self._trusted = networks(settings.trusted_relays)
        self._reserved = self._most // 10 if self._trusted else 0
        self._inside: Counter[str] = Counter()

    def enter(self, ip: str) -> str:
        """Count the connection in; or the farewell, and then it is not counted."""
        if ip:
            trusted = self.trusts(ip)
            free = self._most - self._inside.total() - (0 if trusted else self._reserved)
            if free <= 0:
                return CROWDED
            if not trusted and self._inside[household(ip)] >= min(self._most_per_ip, free):
                return CROWDED_IP
            self._inside[household(ip)] += 1
        return ""

    def leave(self, ip: str) -> None:
        """Count one out that was counted in."""
        if ip:
            self._inside[household(ip)] -= 1
            if self._inside[household(ip)] <= 0:
                del self._inside[household(ip)]

    def trusts(self, ip: str) -> bool:
        """Whether this is the address of a trusted relay."""
        if not ip or not self._trusted:
            return False
        address = ipaddress.ip_address(ip)
        return any(address in network for network in self._trusted)


class Pace:
    """How often something may happen per address and minute, counted from full minute to full minute."""

    def __init__(self, most: int) -> None:
        """At most ``most`` in a minute; 0: never too often."""
        self._most = most
        self._window = float("-inf")
        self._count: Counter[str] = Counter()

    def step(self, ip: str, now: float) -> bool:
        """Count one more; whether it may be."""
        self._turn_over(now)
        self._count[household(ip)] += 1
        return not self._most or self._count[household(ip)] <= self._most

    def used_up(self, ip: str, now: float) -> bool:
        """Whether there may be no more in this minute."""
        self._turn_over(now)
        return bool(self._most) and self._count[household(ip)] >= self._most

    def _turn_over(self, now: float) -> None:
        if now - self._window >= PACE_WINDOW_S:
            self._window = now
            self._count.clear()


class Budget:
    """The octets of mail data that all connections together may hold in memory."""

    def __init__(self, most: int) -> None:
        """At most ``most`` octets."""
        self.most = most
        self.held = 0

    def share(self) -> Share:
        """For one mail, from its first octet until it is in the spool: ``with budget.share() as share``."""
        return Share(self)


class Share:
    """What one mail holds of a budget; given back at the end of the ``with``."""

    def __init__(self, budget: Budget) -> None:
        """Nothing yet."""
        self._budget = budget
        self._held = 0

    def take(self, octets: int) -> bool:
        """Hold so many more; False, and no more is held, when that is too much."""
        if self._budget.held + octets > self._budget.most:
            return False
        self._budget.held += octets
        self._held += octets
        return True

    def __enter__(self) -> Share:
        """The share itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Give all of it back."""
        self._budget.held -= self._held
        self._held = 0


def household(ip: str) -> str:
    """Who is counted as one: an IPv4 address, or the /64 in which anybody with IPv6 has as many as he likes."""
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ":" in ip else ip


def networks(names: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and CIDR networks as values; ValueError names the first that is neither."""
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)
