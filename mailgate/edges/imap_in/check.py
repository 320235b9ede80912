"""One look at a mailbox for ``doctor``: whether we get in, and what lies there. Nothing is marked."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from mailgate.clock import Clock
from mailgate.edges.imap_in.oauth import TokenSource
from mailgate.edges.imap_in.session import Session, open_session
from mailgate.edges.imap_in.watchdog import Watchdog
from mailgate.edges.settings import ImapAccount


@dataclass(frozen=True, slots=True)
class Looked:
    """What a folder holds: its UIDVALIDITY and UIDs, what the server greeted us with, and the header blocks of those
    mails that were asked for, by UID."""

    uidvalidity: int
    uids: tuple[int, ...]
    greeting: str
    headers: dict[int, bytes] = field(default_factory=dict)


def look(
    account: ImapAccount, clock: Clock, wanted: Callable[[int, Collection[int]], Collection[int]] = lambda _, __: ()
) -> Looked:
    """What is in the folder; ``Temporary`` in words when we do not get in. ``wanted`` gets UIDVALIDITY and UIDs, and
    says of which mails the headers are needed."""
    watchdog = Watchdog(clock)
    silent, waker = socket.socketpair()
    tokens = TokenSource(account.oauth, clock, account.connect_timeout) if account.oauth else None
    try:
        session = open_session(account, watchdog, waker, tokens)
        try:
            return _look(session, wanted)
        finally:
            session.close()
    finally:
        watchdog.close()
        silent.close()
        waker.close()


def _look(session: Session, wanted: Callable[[int, Collection[int]], Collection[int]]) -> Looked:
    uids = tuple(sorted(session.search("1:*")))
    headers = {uid: session.header(uid) for uid in wanted(session.uidvalidity, uids)}
    return Looked(session.uidvalidity, uids, session.greeting, headers)
