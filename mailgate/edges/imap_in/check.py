"""One look at a mailbox for ``doctor``: whether we get in, and how much lies there. Nothing is fetched or marked."""

from __future__ import annotations

import socket

from mailgate.clock import Clock
from mailgate.edges.imap_in.oauth import TokenSource
from mailgate.edges.imap_in.session import open_session
from mailgate.edges.imap_in.watchdog import Watchdog
from mailgate.edges.settings import ImapAccount


def check_account(account: ImapAccount, clock: Clock) -> int:
    """How many mails are in the folder; ``Temporary`` in words when we do not get in."""
    watchdog = Watchdog(clock)
    silent, waker = socket.socketpair()
    tokens = TokenSource(account.oauth, clock, account.connect_timeout) if account.oauth else None
    try:
        session = open_session(account, watchdog, waker, tokens)
        try:
            return len(session.search("1:*"))
        finally:
            session.close()
    finally:
        watchdog.close()
        silent.close()
        waker.close()
