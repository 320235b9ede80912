"""The desk's pulse: figures for Prometheus, and the troubles that make a health check fail.

Everything here is cheap on a desk of any size: counts come from shared memory or from indexes of what waits.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from mailgate.clock import Clock
from mailgate.counters import COUNTED, Counters
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Temporary
from mailgate.store.database import Store
from mailgate.store.stats import Waiting, waiting

LATE_S = 300
"""Mail or letters that wait for longer are a trouble."""

_HELP = {
    "accepted": "Mails accepted into the spool.",
    "settled": "Deliveries settled, by what became of them.",
    "letters": "Results of handing letters to the relay; a letter may have several.",
    "deaths": "Processes of the daemon that ended out of order.",
}


class Pulse:
    """Looks at one desk; ``spool`` and ``store`` are connections of the process that looks."""

    def __init__(self, counters: Counters, spool: Spool, store: Store, clock: Clock) -> None:
        self.counters, self.spool, self.store, self.clock = counters, spool, store, clock

    def families(self) -> Iterator[Metric]:
        """All figures; those of the database are left out while it is away, and ``mailgate_database_up`` says so."""
        yield from self._counted()
        yield GaugeMetricFamily(
            "mailgate_spool_waiting", "Mails accepted and not settled yet.", self.spool.unfinished()
        )
        yield GaugeMetricFamily(
            "mailgate_spool_oldest_seconds", "Age of the oldest mail that is not settled.", self._spool_age_s()
        )
        yield GaugeMetricFamily("mailgate_spool_free_bytes", "Room on the spool's disk.", self.spool.free_bytes())
        try:
            found = waiting(self.store.rows)
        except Temporary:
            yield GaugeMetricFamily("mailgate_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("mailgate_database_up", "Whether the database answers.", 1)
        yield from self._waiting(found)

    def troubles(self) -> list[str]:
        """What is wrong, a line each; empty when all is well. A database that is away is one: mail is still taken."""
        found = []
        try:
            if self._spool_age_s() > LATE_S:
                found.append("mail waits in the spool for more than five minutes")
        except Temporary:
            found.append("the spool cannot be read")
        try:
            if self._letters_late_s(waiting(self.store.rows)) > LATE_S:
                found.append("letters are due for more than five minutes")
        except Temporary:
            found.append("the database is away")
        return found

    def _counted(self) -> Iterator[Metric]:
        families = {
            name: CounterMetricFamily(f"mailgate_{name}", _HELP[name], labels=[label])
            for name, (label, _) in COUNTED.items()
        }
        for name, value, count in self.counters.read():
            families[name].add_metric([value], count)
        yield from families.values()

    def _waiting(self, found: Waiting) -> Iterator[Metric]:
        yield GaugeMetricFamily("mailgate_letters_waiting", "Letters that wait for the relay.", found.letters)
        yield GaugeMetricFamily(
            "mailgate_letters_late_seconds", "How long the oldest due letter has waited.", self._letters_late_s(found)
        )
        held = GaugeMetricFamily("mailgate_held", "Mails that wait for an admin.", labels=["cause"])
        for cause, count in found.held.items():
            held.add_metric([cause], count)
        tickets = GaugeMetricFamily("mailgate_tickets_open", "Tickets that are not closed.", labels=["team"])
        for team, count in found.tickets.items():
            tickets.add_metric([team], count)
        yield from (held, tickets)

    def _spool_age_s(self) -> float:
        oldest = next(iter(self.spool.pending(0, 1, 1)), None)
        return max(0.0, (self.clock.now_ms() - oldest.envelope.received_ms) / 1000) if oldest else 0.0

    def _letters_late_s(self, found: Waiting) -> float:
        return 0.0 if found.due_ms is None else max(0.0, (self.clock.now_ms() - found.due_ms) / 1000)
