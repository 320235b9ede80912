"""Where we are in a folder: a low-water mark over UIDs, and the gaps below it. Pure; no socket and no clock.

==================  ============================================  =================================================
a mail's UID is     because                                       what happens to it next
==================  ============================================  =================================================
above ``low``       it was never fetched                          the next pass fetches it
a gap               the server showed it but gave no body         fetched again when ``next_ms`` has come
given up            ``LAST_TRY`` tries gave no body               accepted as a stub that the desk holds
below, and no gap   the spool has it, or it is no longer there    nothing, ever
==================  ============================================  =================================================

A cursor is saved only after the spool has committed what lies below it, so it may be too low (mails are fetched again,
and the spool knows them by their origin) but never too high. A new UIDVALIDITY starts from nothing (RFC 9051 section
2.3.1.1). \\Seen plays no part: people read mail in their webmail before we do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

# How long a missing body waits for its next try, in milliseconds; after the last of them it is given up.
_WAITS_MS = (10_000, 60_000, 300_000, 1_800_000, 7_200_000)
LAST_TRY = len(_WAITS_MS)

# A search answer is one line, and imaplib refuses lines over 1,000,000 octets: 50,000 UIDs of ten digits stay below.
SEARCH_WINDOW = 50_000


@dataclass(frozen=True, slots=True)
class Gap:
    """A UID below the mark whose body is still missing after ``tries`` tries; the next is due at ``next_ms``."""

    uid: int
    tries: int
    next_ms: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """The state of one folder under one UIDVALIDITY (0: the server gives none, and the cursor is never saved)."""

    uidvalidity: int
    low: int = 0
    gaps: tuple[Gap, ...] = ()


class Cursors(Protocol):
    """Cursors and leases, kept where all daemons see them. Everything raises ``Temporary`` while that place is away."""

    def load(self, account: str) -> Cursor | None:
        """The cursor saved last for this account and folder, or None."""
        ...

    def save(self, account: str, cursor: Cursor) -> None:
        """Keep it, durably."""
        ...

    def lease(self, account: str, holder: str, seconds: float) -> bool:
        """Take or renew the right to poll this folder for so long; False while another holder has it."""
        ...

    def renew(self, holder: str, seconds: float) -> set[str]:
        """Renew all leases that ``holder`` has for so long; returns their accounts."""
        ...

    def release(self, account: str, holder: str) -> None:
        """Give the right back, if ``holder`` has it."""
        ...


def start(saved: Cursor | None, uidvalidity: int) -> Cursor:
    """The cursor to go on from: the saved one if it speaks of the same UIDs, else a new one at the very beginning."""
    if saved is not None and uidvalidity and saved.uidvalidity == uidvalidity:
        return saved
    return Cursor(uidvalidity)


def windows(low: int, uidnext: int) -> list[str]:
    """UID ranges to search for what is above ``low``, oldest first; the last is open, since UIDNEXT may have grown.

    The open range ``n:*`` always answers with the last mail, even below ``n`` (RFC 9051 section 6.4.4): see ``above``.
    """
    first = low + 1
    ranges = []
    while first + SEARCH_WINDOW < uidnext:
        ranges.append(f"{first}:{first + SEARCH_WINDOW - 1}")
        first += SEARCH_WINDOW
    return [*ranges, f"{first}:*"]


def above(low: int, found: Collection[int]) -> list[int]:
    """The UIDs that are new, in order of arrival."""
    return sorted({uid for uid in found if uid > low})


def due(cursor: Cursor, now_ms: int) -> list[int]:
    """The gaps whose next try has come."""
    return sorted(gap.uid for gap in cursor.gaps if gap.next_ms <= now_ms)


def given_up(cursor: Cursor, uid: int) -> bool:
    """Whether the try that just failed was the last for this UID."""
    return any(gap.uid == uid and gap.tries >= LAST_TRY for gap in cursor.gaps)


def advance(cursor: Cursor, batch: Sequence[int], kept: Collection[int], now_ms: int) -> Cursor:
    """The cursor after a batch: what the spool ``kept`` is done, the rest of the batch becomes, or stays, a gap."""
    tries = {gap.uid: gap.tries for gap in cursor.gaps}
    untouched = [gap for gap in cursor.gaps if gap.uid not in set(batch)]
    missing = [_next_try(uid, tries.get(uid, 0), now_ms) for uid in batch if uid not in kept]
    gaps = tuple(sorted((*untouched, *missing), key=lambda gap: gap.uid))
    return replace(cursor, low=max((cursor.low, *batch)), gaps=gaps)


def _next_try(uid: int, tries: int, now_ms: int) -> Gap:
    return Gap(uid, tries + 1, now_ms + _WAITS_MS[min(tries, LAST_TRY - 1)])


def forget(cursor: Cursor, uids: Collection[int]) -> Cursor:
    """The cursor without these gaps: the server no longer has them."""
    return replace(cursor, gaps=tuple(gap for gap in cursor.gaps if gap.uid not in uids))
