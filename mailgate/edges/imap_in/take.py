"""Taking what is new out of one folder: which mails, in what order, and what is remembered when something fails.

The table of steps stands in ``mailboxes``. A mark that the server refuses is told once an hour and tried again every
ten minutes; the mail counts as taken all the same. A mail whose fetch breaks the connection is fetched alone next
time, and becomes a gap if it does so again, so that what stands behind it gets through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from mailgate.clock import Clock
from mailgate.edges.imap_in import cursor as steps
from mailgate.edges.imap_in.cursor import Cursor, Cursors
from mailgate.edges.imap_in.leases import Leases
from mailgate.edges.imap_in.mail import account_key, envelope, origin, truncated, unfetchable
from mailgate.edges.imap_in.pace import Hourly, subject
from mailgate.edges.imap_in.session import Session
from mailgate.edges.imap_in.watchdog import Watchdog
from mailgate.edges.imap_in.wire import CommandRefused
from mailgate.edges.settings import ImapAccount
from mailgate.errors import Temporary
from mailgate.mail.model import Envelope

SIZES_AT_ONCE = 500  # UIDs in one command line, which servers take up to 8,000 octets (RFC 7162 section 4)
PARCEL = 8_388_608  # octets of mail in memory at once, unless one mail alone is larger
MARK_AGAIN_MS = 600_000
SAVE_EVERY = 2.0  # seconds between two saves of the cursor while there is a lot to take: a commit beside the applier's
_UNMARKED_AT_MOST = 10_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Accept = Callable[[Sequence[tuple[bytes, Envelope, str]]], list[str]]
Ours = Callable[[str], bool]
_T = TypeVar("_T")


class Log(Protocol):
    """The part of a structlog logger that is used here."""

    def info(self, event: str, **fields: object) -> object: ...
    def warning(self, event: str, **fields: object) -> object: ...
    def error(self, event: str, **fields: object) -> object: ...


class OursAway(Temporary):
    """Our own spool or database is away, or another daemon has the lease; the IMAP server is not to blame."""


def our_side(ask: Callable[[], _T]) -> _T:
    """Ask our own side; its failures are told apart from the IMAP server's."""
    try:
        return ask()
    except Temporary as error:
        raise OursAway(str(error)) from error


def _cut(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (uids[first : first + size] for first in range(0, len(uids), size))


@dataclass(frozen=True)
class Desk:
    """What every mailbox shares: where mail goes, which addresses are ours, where cursors and leases are kept."""

    accept: Accept
    ours: Ours
    cursors: Cursors
    clock: Clock
    log: Log
    watchdog: Watchdog
    leases: Leases


class Folder:
    """What is known of one folder from session to session: its cursor, and what went wrong with which mail."""

    def __init__(self, account: ImapAccount, desk: Desk) -> None:
        self.account = account
        self.key = account_key(account)
        self.cursor = Cursor(0)
        self._desk = desk
        self._suspects: set[int] = set()
        self._unmarked: list[int] = []
        self._mark_again_ms = 0
        self._saved = self.cursor
        self._save_at = 0.0
        self._told = Hourly()

    def open(self, session: Session, saved: Cursor | None) -> None:
        """Go on from the saved cursor, or from the very beginning where it speaks of other UIDs."""
        if session.uidvalidity != self.cursor.uidvalidity:  # numbers of mails that we do not know
            self._unmarked.clear()
            self._suspects.clear()
        self.cursor = self._saved = steps.start(saved, session.uidvalidity)
        if self.cursor is saved:
            return
        if saved is not None or not session.uidvalidity:
            self._desk.log.warning(
                "imap folder has new UIDs and is read from the start; what is known is recognised",
                mailbox=self.account.mailbox,
                uidvalidity=session.uidvalidity,
            )
        self.cursor = self._skip_old(session, self.cursor)

    def _skip_old(self, session: Session, cursor: Cursor) -> Cursor:
        """A first catch-up starts ``since_days`` ago, where that is set."""
        if not self.account.since_days:
            return cursor
        now = datetime.fromtimestamp(self._desk.clock.now_ms() / 1000, UTC)
        day = now - timedelta(days=self.account.since_days)
        recent = session.search_since(f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}")
        if recent:
            return replace(cursor, low=min(recent) - 1)
        return replace(cursor, low=max(session.search("*"), default=0))

    def catch_up(self, session: Session, go_on: Callable[[], bool]) -> int:
        """Take all that is new, oldest first, then the gaps that are due; the number of mails accepted.

        ``go_on`` is asked between batches: it renews the lease, and says False when it is time to stop.
        """
        try:
            return self._take_all(session, go_on)
        finally:
            if self.cursor is not self._saved:
                self._save(self.cursor)

    def _take_all(self, session: Session, go_on: Callable[[], bool]) -> int:
        taken = 0
        for batch in self._new(session):
            taken += sum(self._take(session, parcel) for parcel in self._parcels(batch))
            if not go_on():
                return taken
        for uid in self._due(session):
            taken += self._take(session, {uid: session.sizes([uid]).get(uid)})
        self._mark_late(session)
        return taken

    def _new(self, session: Session) -> Iterator[dict[int, int | None]]:
        """Batches of what is above the cursor, as {UID: size}; None where the server does not tell the size."""
        for window in steps.windows(self.cursor.low, session.uidnext):
            uids = steps.above(self.cursor.low, session.search(window))
            for some in _cut(uids, SIZES_AT_ONCE):
                sizes = session.sizes(some)
                yield from ({uid: sizes.get(uid) for uid in batch} for batch in _cut(some, self.account.batch))

    def _due(self, session: Session) -> list[int]:
        """The gaps to try now; those that the server no longer has are closed."""
        due = steps.due(self.cursor, self._desk.clock.now_ms())
        there = {uid for uid in due if uid in session.search(str(uid))}
        if len(there) < len(due):
            self._save(steps.forget(self.cursor, set(due) - there))
        return sorted(there)

    def _parcels(self, batch: dict[int, int | None]) -> Iterator[dict[int, int | None]]:
        """The batch in parts that fit into memory; a suspect travels alone."""
        parcel: dict[int, int | None] = {}
        load = 0
        for uid, size in batch.items():
            weight = size if size is not None and size <= self.account.max_size else 0
            if parcel and (uid in self._suspects or self._suspects & parcel.keys() or load + weight > PARCEL):
                yield parcel
                parcel, load = {}, 0
            parcel[uid] = size
            load += weight
        yield parcel

    def _take(self, session: Session, parcel: dict[int, int | None]) -> int:
        """Fetch a parcel, spool it, mark it, move the cursor; the number of mails accepted."""
        try:
            raws = self._fetch(session, parcel)
        except Temporary:
            self._suspect(parcel)
            raise
        now_ms = self._desk.clock.now_ms()
        mails = [
            (raw, envelope(raw, self.account.mailbox, self._desk.ours, now_ms), self._origin(session, uid))
            for uid, raw in raws.items()
        ]
        if mails:
            our_side(lambda: self._desk.accept(mails))
        self._suspects -= raws.keys()
        try:
            self._mark(session, raws.keys())
        finally:
            self._move(steps.advance(self.cursor, list(parcel), raws.keys(), now_ms))
        return len(mails)

    def _suspect(self, parcel: Collection[int]) -> None:
        """The connection broke over these: alone next time, and a gap if that was the case already."""
        if len(parcel) == 1:
            self._save(steps.advance(self.cursor, list(parcel), (), self._desk.clock.now_ms()))
        else:
            self._suspects |= set(parcel)

    def _fetch(self, session: Session, parcel: dict[int, int | None]) -> dict[int, bytes]:
        """The raw mail, or its stub, for every UID that can be had now."""
        wanted = [uid for uid, size in parcel.items() if size is None or size <= self.account.max_size]
        bodies = self._bodies(session, wanted)
        raws: dict[int, bytes] = {}
        for uid, size in parcel.items():
            if uid in bodies:
                raws[uid] = bodies[uid]
            elif size is not None and size > self.account.max_size:
                raws[uid] = truncated(self._header(session, uid), size)
            elif steps.given_up(self.cursor, uid):
                raws[uid] = unfetchable(self._header(session, uid), uid)
        return raws

    def _bodies(self, session: Session, uids: Sequence[int]) -> dict[int, bytes]:
        """The bodies of these; where the server refuses them together, one by one."""
        try:
            return session.bodies(uids) if uids else {}
        except CommandRefused:
            if len(uids) == 1:
                return {}
        return {uid: body for one in uids for uid, body in self._bodies(session, [one]).items()}

    @staticmethod
    def _header(session: Session, uid: int) -> bytes:
        try:
            return session.header(uid)
        except CommandRefused:
            return b""

    def _origin(self, session: Session, uid: int) -> str:
        return origin(self.account, session.uidvalidity, uid)

    def _mark(self, session: Session, uids: Collection[int]) -> None:
        """Mark what the spool has; what cannot be marked now is kept for later."""
        try:
            session.mark(uids)
        except Temporary as error:
            self._unmarked = [*self._unmarked, *uids][-_UNMARKED_AT_MOST:]
            self._mark_again_ms = self._desk.clock.now_ms() + MARK_AGAIN_MS
            if not isinstance(error, CommandRefused):
                raise
            if self._told.may_say(subject(str(error)), self._desk.clock.now_ms()):
                self._desk.log.warning("imap mails taken, not marked", mailbox=self.account.mailbox, what=str(error))

    def _mark_late(self, session: Session) -> None:
        if self._unmarked and self._desk.clock.now_ms() >= self._mark_again_ms:
            uids, self._unmarked = self._unmarked, []
            self._mark(session, uids)

    def patience(self, longest: float) -> float:
        """Seconds until something here is due again, ``longest`` at most."""
        due = [gap.next_ms for gap in self.cursor.gaps] + ([self._mark_again_ms] if self._unmarked else [])
        if not due:
            return longest
        return min(longest, max(1.0, (min(due) - self._desk.clock.now_ms()) / 1000))

    def _move(self, cursor: Cursor) -> None:
        """Go on from there; saved only now and then, since a cursor that is too low costs a fetch and no double."""
        self.cursor = cursor
        if self._desk.clock.monotonic() >= self._save_at:
            self._save(cursor)

    def _save(self, cursor: Cursor) -> None:
        self.cursor = self._saved = cursor
        self._save_at = self._desk.clock.monotonic() + SAVE_EVERY
        if cursor.uidvalidity:
            our_side(lambda: self._desk.cursors.save(self.key, cursor))
