"""Where each IMAP mailbox was read up to, and which daemon reads it: rows that every daemon of a desk sees.

Losing a cursor costs a rescan and no mail: what was fetched before is a duplicate by its hash. A lease ends by itself
when its holder stops renewing it. Everything here raises ``Temporary`` while the database is away, and IMAP waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from mailgate.store.database import Store
from mailgate.store.rows import from_json, to_json


class GapLike(Protocol):
    """A mail that could not be fetched yet: its UID, how often it was tried, and when it is tried again."""

    @property
    def uid(self) -> int: ...

    @property
    def tries(self) -> int: ...

    @property
    def next_ms(self) -> int: ...


class CursorLike(Protocol):
    """How far a folder was read, in the words of the IMAP edge."""

    @property
    def uidvalidity(self) -> int: ...

    @property
    def low(self) -> int: ...

    @property
    def gaps(self) -> Iterable[GapLike]: ...


C = TypeVar("C", bound=CursorLike)


class ImapCursors(Generic[C]):
    """Cursors and leases in the database.

    ``cursor`` and ``gap`` make the IMAP edge's own values (``cursor(uidvalidity, low, gaps)``, ``gap(uid, tries,
    next_ms)``): the store knows their fields, not their classes.
    """

    def __init__(
        self, store: Store, cursor: Callable[[int, int, tuple[object, ...]], C], gap: Callable[[int, int, int], object]
    ) -> None:
        self._store, self._cursor, self._gap = store, cursor, gap

    def load(self, account: str) -> C | None:
        """The cursor of an account's folder, or None when it was never read."""
        self._store.rows.connect()
        row = self._store.rows.one("SELECT uidvalidity, low, gaps FROM imap_cursors WHERE account = ?", (account,))
        if row is None:
            return None
        return self._cursor(row[0], row[1], tuple(self._gap(*gap) for gap in from_json(row[2])))

    def save(self, account: str, cursor: C) -> None:
        """Keep a cursor; committed when this returns."""
        gaps = to_json([[gap.uid, gap.tries, gap.next_ms] for gap in cursor.gaps])
        with self._store.rows.transaction():
            self._store.rows.insert(
                "imap_cursors",
                "account, uidvalidity, low, gaps",
                [(account, cursor.uidvalidity, cursor.low, gaps)],
                "ON CONFLICT (account) DO UPDATE SET uidvalidity = excluded.uidvalidity, low = excluded.low, "
                "gaps = excluded.gaps",
            )

    def lease(self, account: str, holder: str, seconds: float) -> bool:
        """Take or renew the right to read an account; False while another holder's lease runs."""
        now_ms = self._store.clock.now_ms()
        with self._store.rows.transaction():
            taken = self._store.rows.insert_returning(
                "leases",
                "name, holder, expires_ms",
                [(account, holder, now_ms + int(seconds * 1000))],
                "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_ms = excluded.expires_ms "
                f"WHERE leases.holder = excluded.holder OR leases.expires_ms <= {now_ms}",
                "name",
            )
        return bool(taken)

    def renew(self, holder: str, seconds: float) -> set[str]:
        """Renew all leases that ``holder`` has; returns what they are for."""
        expires_ms = self._store.clock.now_ms() + int(seconds * 1000)
        with self._store.rows.transaction():
            found = self._store.rows.all(
                "UPDATE leases SET expires_ms = ? WHERE holder = ? AND name <> 'daemon ' || holder RETURNING name",
                (expires_ms, holder),
            )
        return {name for (name,) in found}

    def release(self, account: str, holder: str) -> None:
        """Give the lease back; nothing happens if it is somebody else's by now."""
        with self._store.rows.transaction():
            self._store.rows.run("DELETE FROM leases WHERE name = ? AND holder = ?", (account, holder))
