"""DNS for proof of identity: at most five seconds a mail, a small cache, and rest while the resolver is away.

What DNS does not answer in time is ``Temporary``; proof then says "unknown", and the mail is taken all the same. After
two timeouts in a row nothing is asked for some seconds, and then one question with less time than usual, until there is
an answer: so a dead resolver costs a mail here and there its three seconds, and proof is back within ten of its return.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from mailgate import logs
from mailgate.clock import Clock
from mailgate.errors import Temporary

_log = logs.get("dns")

_ASK_AGAIN_AFTER = 6.0
_TIMEOUTS_IN_A_ROW = 2
_NOTHING_LASTS = 60.0
_LONGEST_LIFE = 3600.0


class DnsResolver:
    """``mail.identity.dmarc.Resolver`` over the machine's own name servers (or ``nameservers``, ``port``)."""

    def __init__(
        self,
        clock: Clock,
        *,
        per_mail: float = 5.0,
        probe: float = 3.0,
        entries: int = 4096,
        nameservers: tuple[str, ...] = (),
        port: int = 53,
    ) -> None:
        self._clock = clock
        self._per_mail = per_mail
        self._probe = probe
        self._entries = entries
        self._nameservers = nameservers
        self._port = port
        self._until = 0.0
        self._rest_until = 0.0
        self._timeouts = 0
        self._cache: OrderedDict[tuple[str, str], tuple[float, tuple[str, ...]]] = OrderedDict()
        self._resolver: dns.resolver.Resolver | None = None

    def begin(self) -> None:
        """See ``mail.identity.dmarc.Resolver.begin``."""
        self._until = self._clock.monotonic() + self._per_mail

    def txt(self, name: str) -> tuple[str, ...]:
        """See ``mail.identity.dmarc.Resolver.txt``."""
        return self._ask(name, "TXT", lambda data: b"".join(data.strings).decode("utf-8", "replace"))

    def a(self, name: str) -> tuple[str, ...]:
        """See ``mail.identity.dmarc.Resolver.a``."""
        return self._ask(name, "A", str) + self._ask(name, "AAAA", str)

    def mx(self, name: str) -> tuple[str, ...]:
        """See ``mail.identity.dmarc.Resolver.mx``."""
        ranked = self._ask(name, "MX", lambda data: f"{data.preference:05} {str(data.exchange).rstrip('.')}")
        return tuple(line.partition(" ")[2] for line in sorted(ranked))

    def _ask(self, name: str, kind: str, text: Callable[..., str]) -> tuple[str, ...]:
        key = (name.lower(), kind)
        now = self._clock.monotonic()
        kept = self._cache.get(key)
        if kept is not None and now < kept[0]:
            self._cache.move_to_end(key)
            return kept[1]
        left = min(self._until - now, self._probe if self._away() else self._per_mail)
        if left <= 0 or now < self._rest_until:
            raise Temporary(f"DNS has not answered in time; {name} is not asked for")
        life, found = self._look_up(name, kind, left, text)
        self._cache[key] = (now + life, found)
        self._cache.move_to_end(key)
        while len(self._cache) > self._entries:
            self._cache.popitem(last=False)
        return found

    def _look_up(self, name: str, kind: str, left: float, text: Callable[..., str]) -> tuple[float, tuple[str, ...]]:
        """The answer and how long it may be kept, in seconds."""
        try:
            asked = dns.name.from_text(name)
        except dns.exception.DNSException:  # an empty label, or one over 63 octets: it cannot exist
            return _NOTHING_LASTS, ()
        try:
            answer = self._open().resolve(asked, kind, lifetime=left, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            self._answered()
            return _NOTHING_LASTS, ()
        except dns.resolver.LifetimeTimeout as error:
            self._unanswered()
            raise Temporary(f"DNS has not answered in time for {name}") from error
        except (dns.exception.DNSException, OSError) as error:
            raise Temporary(f"DNS fails for {name}: {type(error).__name__}") from error
        self._answered()
        life = min(max(float(answer.rrset.ttl if answer.rrset else 0), 1.0), _LONGEST_LIFE)
        return life, tuple(text(data) for data in answer)

    def _away(self) -> bool:
        return self._timeouts >= _TIMEOUTS_IN_A_ROW

    def _unanswered(self) -> None:
        self._timeouts += 1
        if self._away():
            self._rest_until = self._clock.monotonic() + _ASK_AGAIN_AFTER
        if self._timeouts == _TIMEOUTS_IN_A_ROW:
            _log.warning("the DNS does not answer; senders count as unproved until it does")

    def _answered(self) -> None:
        if self._away():
            _log.info("the DNS answers again")
        self._timeouts = 0

    def _open(self) -> dns.resolver.Resolver:
        """The system's configuration is read when DNS is first needed, so that starting needs none."""
        if self._resolver is None:
            self._resolver = dns.resolver.Resolver(configure=not self._nameservers)
            if self._nameservers:
                self._resolver.nameservers = list(self._nameservers)
                self._resolver.port = self._port
        return self._resolver


class NoDns:
    """Offline: every question is left open, so every proof that needs DNS is unknown."""

    def begin(self) -> None:
        """Nothing to begin."""

    def txt(self, name: str) -> tuple[str, ...]:
        """Always ``Temporary``."""
        raise Temporary("DNS is switched off")

    def a(self, name: str) -> tuple[str, ...]:
        """Always ``Temporary``."""
        raise Temporary("DNS is switched off")

    def mx(self, name: str) -> tuple[str, ...]:
        """Always ``Temporary``."""
        raise Temporary("DNS is switched off")
