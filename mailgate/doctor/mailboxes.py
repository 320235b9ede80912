"""The IMAP mailboxes against the journal: what lies on the server, and what of it the desk has.

The journal is the cursor and its gaps, the origins in the spool, and the Message-IDs in the database. Nothing is
fetched but the headers of mails that none of them seems to know, and nothing is marked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from mailgate.assembly import cursors_of, open_store
from mailgate.clock import Clock
from mailgate.config.settings import Settings
from mailgate.doctor.finding import Finding, Level, judged
from mailgate.doctor.machine import skew
from mailgate.edges.imap_in.check import Looked, look
from mailgate.edges.imap_in.mail import account_key, origin
from mailgate.edges.settings import ImapAccount
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Temporary
from mailgate.store.checks import known_ids
from mailgate.store.database import Store

LOOKED_AT = 200
"""Mails whose headers are fetched at most."""

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^>\r\n]+)>", re.IGNORECASE | re.MULTILINE)


def mailboxes(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Each mailbox: whether we get in, what waits there, and what of it nobody here knows."""
    if not settings.imap:
        return
    try:
        store: Store | None = open_store(settings, clock)
    except Temporary:  # the check of the database says so
        store = None
    spool = Spool.open(settings.spool_path, clock)
    try:
        for account in settings.imap:
            yield from _mailbox(account, Journal(account, spool, store), clock)
    finally:
        spool.close()
        if store is not None:
            store.close()


class Journal:
    """What the desk knows of one folder. ``store`` is None while the database is away."""

    def __init__(self, account: ImapAccount, spool: Spool, store: Store | None) -> None:
        self.account, self.spool, self.store = account, spool, store
        self.cursor = cursors_of(store).load(account_key(account)) if store else None

    def strange(self, uidvalidity: int, uids: Collection[int]) -> list[int]:
        """What was read up to the cursor, as far as it says, and the spool never took: at most some hundreds."""
        cursor = self.cursor
        if cursor is None or cursor.uidvalidity != uidvalidity:
            return []
        gaps = {gap.uid for gap in cursor.gaps}
        read = {origin(self.account, uidvalidity, uid): uid for uid in uids if uid <= cursor.low and uid not in gaps}
        known = self.spool.known_origins(list(read))
        if self.account.since_days and known:  # what is older was left out on purpose
            first = min(read[each] for each in known)
            read = {each: uid for each, uid in read.items() if uid > first}
        return sorted(uid for each, uid in read.items() if each not in known)[-LOOKED_AT:]

    def unknown(self, looked: Looked) -> int:
        """How many of these mails the database does not know either, by their Message-ID."""
        found = [_MESSAGE_ID.search(header) for header in looked.headers.values()]
        ids = [each[1].decode("utf-8", "replace") for each in found if each]
        known = known_ids(self.store.rows, ids) if self.store else set()
        return len(looked.headers) - sum(each in known for each in ids)


def _mailbox(account: ImapAccount, journal: Journal, clock: Clock) -> Iterator[Finding]:
    place = f"{account.user} at {account.host}, folder {account.folder}"
    try:
        looked = look(account, clock, journal.strange)
    except Temporary as error:
        yield Finding(
            "mailbox", Level.BAD, f"{place}: {error}", "mend [mailboxes.imap]; the daemon tries again by itself"
        )
        return
    yield Finding("mailbox", Level.FINE, f"{place}: {len(looked.uids)} mails")
    yield from skew(account.host, looked.greeting, clock)
    if journal.store is not None:
        yield from _against(place, looked, journal, clock)


def _against(place: str, looked: Looked, journal: Journal, clock: Clock) -> Iterator[Finding]:
    cursor = journal.cursor
    if cursor is None or cursor.uidvalidity != looked.uidvalidity:
        yield judged(
            "mailbox", bool(looked.uids), f"{place}: not read yet under its present UIDs",
            "the daemon reads it from the start and recognises what it has; is it running?",
        )  # fmt: skip
        return
    waiting = sum(uid > cursor.low for uid in looked.uids)
    if waiting:
        yield Finding(
            "mailbox", Level.LOOK, f"{place}: {waiting} mails are not fetched yet",
            "a moment later there should be none: else look at the log for the mailbox's name",
        )  # fmt: skip
    missing = [gap for gap in cursor.gaps if gap.uid in set(looked.uids)]
    if missing:
        minutes = max(0, min(gap.next_ms for gap in missing) - clock.now_ms()) // 60_000
        yield Finding(
            "mailbox", Level.LOOK, f"{place}: the server shows {len(missing)} mails and gives no body",
            f"tried again in {minutes} minutes; in the end they are held as unfetchable",
        )  # fmt: skip
    lost = journal.unknown(looked)
    if lost:
        yield Finding(
            "mailbox", Level.LOOK, f"{place}: {lost} mails that neither spool nor database knows",
            "put there below what was read, or taken by a desk that is gone: save them as files and `mailgate ingest` "
            "them, which recognises what it has",
        )  # fmt: skip
