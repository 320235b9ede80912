"""What an admin would look at when something is wrong, looked at live: one finding a line, with what to do.

Each check answers for itself and never stops the others; a check that cannot be made says why. Nothing is changed.
``roundtrip`` is apart, since it sends mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mailgate.clock import Clock, SystemClock
from mailgate.config.settings import Settings
from mailgate.doctor import desk, machine, mailboxes, sending
from mailgate.doctor.finding import Finding, Level
from mailgate.errors import MailgateError

__all__ = ["CHECKS", "Finding", "Level", "examine"]

Check = Callable[[Settings, Clock], Iterator[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("daemon", machine.daemon),
    ("machine", machine.machine),
    ("certificate", machine.certificate),
    ("keys", machine.keys),
    ("mailbox", mailboxes.mailboxes),
    ("spool", desk.spool),
    ("database", desk.database),
    ("relay", sending.relay),
    ("dns", sending.domains),
)


def examine(settings: Settings, clock: Clock | None = None) -> Iterator[Finding]:
    """Every finding, in the order of the mail's way, each as soon as it is known."""
    clock = clock or SystemClock()
    for topic, check in CHECKS:
        try:
            yield from check(settings, clock)
        except (MailgateError, OSError) as error:
            yield Finding(topic, Level.BAD, str(error), "see docs/operations.md")
