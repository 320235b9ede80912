"""The machine under the desk: the daemon, the disk, Python, the certificate, the keys, the clock."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from mailgate.clock import Clock
from mailgate.config.keys import lines
from mailgate.config.settings import Settings
from mailgate.doctor.finding import Finding, Level, judged
from mailgate.edges.smtp_in.tls import certificate_end
from mailgate.edges.spool.lock import SpoolLock

SAFE_PYTHON = {(3, 11): 15, (3, 12): 13, (3, 13): 12}
DAY_S = 86_400
SOON_DAYS = 14
SKEW_S = 60
_DATE = re.compile(r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? [+-]\d{4}")


def daemon(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Whether it runs."""
    running = SpoolLock(settings.spool_path).held()
    yield judged("daemon", not running, "running" if running else "not running", "start it: mailgate serve")


def machine(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Room on the disk, and the Python that reads strangers' mail."""
    free = shutil.disk_usage(settings.state_dir if settings.state_dir.exists() else settings.path.parent).free
    room = f"{free // 2**20} MB free in {settings.state_dir}"
    if free < settings.smtp_in.min_free:
        yield Finding("disk", Level.BAD, room, "mail is put off with 452 until there is room again: free some")
    else:
        yield Finding("disk", Level.FINE, room)
    fixed = SAFE_PYTHON.get(sys.version_info[:2])
    if fixed is not None and sys.version_info[2] < fixed:
        wanted = f"{sys.version_info[0]}.{sys.version_info[1]}.{fixed}"
        yield Finding(
            "python", Level.LOOK, sys.version.split()[0], f"its mail library has known faults; {wanted} mends them"
        )


def certificate(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """How long the certificate of our SMTP server is good for."""
    if not settings.smtp_in.tls_cert:
        return
    ends_s = certificate_end(settings.smtp_in.tls_cert, settings.smtp_in.tls_key)
    left = int((ends_s - clock.now_ms() / 1000) // DAY_S)
    day = datetime.fromtimestamp(ends_s, UTC).date().isoformat()
    level = Level.BAD if left < 0 else Level.LOOK if left < SOON_DAYS else Level.FINE
    yield Finding(
        "certificate", level, f"good until {day}", "" if level is Level.FINE else "renew it; SIGHUP reads the new one"
    )


def keys(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Old token keys whose grace ends soon: answers to older letters will be known by their Message-ID only."""
    today = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()
    for line in lines(settings.secret_file.read_text("utf-8")):
        left = (date.fromisoformat(line.until) - today).days if line.until else SOON_DAYS
        if 0 <= left < SOON_DAYS:
            yield Finding(
                "keys", Level.LOOK, f"the grace of token key {line.id} ends on {line.until}",
                "letters signed with it prove nobody afterwards; give it longer with `until` in the secret file, if "
                "people still answer them",
            )  # fmt: skip


def skew(topic: str, greeting: str, clock: Clock) -> Iterator[Finding]:
    """How far our clock is from another machine's, where its greeting tells the time."""
    told = _DATE.search(greeting)
    if told:
        with contextlib.suppress(ValueError, OverflowError):  # it only looks like a date
            yield from apart(topic, parsedate_to_datetime(told[0]).timestamp(), clock)


def apart(topic: str, there_s: float, clock: Clock) -> Iterator[Finding]:
    """A finding where our clock and another machine's are more than a minute apart."""
    ahead = clock.now_ms() / 1000 - there_s
    if abs(ahead) > SKEW_S:
        which = "ahead of" if ahead > 0 else "behind"
        yield Finding(
            "clock", Level.LOOK, f"{abs(ahead):.0f} s {which} {topic}",
            "promises, reminders and signatures go by the clock: let NTP set it",
        )  # fmt: skip
