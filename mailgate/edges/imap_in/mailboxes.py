"""Mail from IMAP folders: all mailboxes in one process, one thread each, so that one's trouble never stops another.

The order of things is the promise. A crash between any two lines costs a repetition, never a mail and never a double:

=====  ==========================================  ====================================================
step   done                                        a crash right after it
=====  ==========================================  ====================================================
lease  this daemon polls the folder, no other      the lease runs out, another daemon takes over
fetch  bodies read with PEEK, nothing changed      fetched again
spool  committed, each under its origin            fetched again; the spool knows the origin
mark   seen, moved or deleted on the server        moved: gone; seen: fetched again, known
save   the cursor, where all daemons see it, at    nothing
       the end and every two seconds before that
=====  ==========================================  ====================================================

While the spool or the database is away, IMAP waits and asks every few seconds. A wrong password, or a line on which it
would not be safe to say it, is told once clearly and then hourly, and tried every five minutes; all other trouble from
one second upwards. \\Seen is never read: people look at mail in their webmail before we do.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Sequence

from mailgate.clock import Clock
from mailgate.edges.imap_in.cursor import Cursors
from mailgate.edges.imap_in.leases import ASK_EVERY, RENEW_EVERY, Leases
from mailgate.edges.imap_in.mail import account_key
from mailgate.edges.imap_in.oauth import GrantRefused, TokenSource
from mailgate.edges.imap_in.pace import REFUSED_WAIT, Backoff, Hourly, subject
from mailgate.edges.imap_in.session import Session, open_session
from mailgate.edges.imap_in.take import Accept, Desk, Folder, Log, Ours, OursAway, our_side
from mailgate.edges.imap_in.watchdog import Watchdog
from mailgate.edges.imap_in.wire import CommandRefused, Insecure, LoginRefused
from mailgate.edges.settings import ImapAccount
from mailgate.errors import Temporary

_OURS_IS_AWAY = 3.0
_LONGEST_IDLE = 540.0  # RFC 2177 asks for a new IDLE at least every 29 minutes; home routers forget sooner
_IDLE_TRIES = 3
_GOODBYE_WITHIN = 2.0
_STOP_WITHIN = 4.5


def _nobody(_address: str) -> bool:
    return False


def run_imap(
    accounts: Sequence[ImapAccount],
    accept: Accept,
    cursors: Cursors,
    clock: Clock,
    stop: threading.Event,
    log: Log,
    *,
    ours: Ours = _nobody,
    holder: str = "",
) -> None:
    """Fetch from every folder until ``stop`` is set; returns within five seconds of that. Never raises.

    ``holder`` names this daemon on its leases, so that a process that takes the place of one that was killed need not
    wait for them to run out; without it nobody shares them.
    """
    watchdog = Watchdog(clock)
    leases = Leases(cursors, clock, holder or clock.token_hex(8))
    desk = Desk(accept, ours, cursors, clock, log, watchdog, leases)
    mailboxes = [Mailbox(account, desk, stop) for account in accounts]
    threads = [threading.Thread(target=box.run, name=f"imap-{box.key}", daemon=True) for box in mailboxes]
    for thread in threads:
        thread.start()
    while not stop.wait(RENEW_EVERY):
        leases.renew()
    stopped = clock.monotonic()
    for box in mailboxes:
        box.wake()
    for thread in threads:
        thread.join(timeout=max(0.0, stopped + _GOODBYE_WITHIN - clock.monotonic()))
    watchdog.close()
    for thread in threads:
        thread.join(timeout=max(0.0, stopped + _STOP_WITHIN - clock.monotonic()))


class Mailbox:
    """One folder's whole life: connect, catch up, wait for news, and again; ``run`` is its thread."""

    def __init__(self, account: ImapAccount, desk: Desk, stop: threading.Event) -> None:
        self.account = account
        self.key = account_key(account)
        self._desk = desk
        self._stop = stop
        self._bell, self._waker = socket.socketpair()
        self._tokens = TokenSource(account.oauth, desk.clock, account.connect_timeout) if account.oauth else None
        self._folder = Folder(account, desk)
        self._idle_refused = 0
        self._backoff = Backoff(desk.clock)
        self._told = Hourly()

    def run(self) -> None:
        """Until ``stop``: one session after the other, with a pause after each that fails."""
        while not self._stop.is_set():
            pause = self._one_session()
            self._stop.wait(pause)
        self.close()

    def wake(self) -> None:
        """End an IDLE that is being waited in, because ``stop`` was set."""
        with contextlib.suppress(OSError):  # the thread has ended already
            self._bell.send(b"!")

    def close(self) -> None:
        """Give the lease back and let go of everything; never raises."""
        self._release()
        self._bell.close()
        self._waker.close()

    def _one_session(self) -> float:
        """Connect and stay until something goes wrong; the seconds to wait before the next try."""
        try:
            if not self.lease():
                return ASK_EVERY
            session = self.connect()
            try:
                self._stay(session)
            finally:
                session.close()
        except OursAway as error:
            return self._trouble(str(error), _OURS_IS_AWAY * self._desk.clock.jitter(0.75, 1.0))
        except (LoginRefused, Insecure, GrantRefused) as error:
            return self._trouble(str(error), REFUSED_WAIT * self._desk.clock.jitter(1.0, 1.2))
        except Temporary as error:
            return self._trouble(str(error), self._backoff.failed())
        except Exception as error:  # the thread's one wide except: a bug of ours costs a pause, not the mailbox
            return self._trouble(f"unexpected {type(error).__name__}", self._backoff.failed())
        return 0.0

    def _trouble(self, what: str, pause: float) -> float:
        self._desk.leases.let_run_out(self.key)
        if not self._stop.is_set() and self._told.may_say(subject(what), self._desk.clock.now_ms()):
            self._desk.log.error("imap trouble", mailbox=self.account.mailbox, what=what, again_in=round(pause))
        return pause

    def connect(self) -> Session:
        """A logged-in session on the folder, and the cursor to go on from."""
        saved = our_side(lambda: self._desk.cursors.load(self.key))
        session = open_session(self.account, self._desk.watchdog, self._waker, self._tokens)
        try:
            self._folder.open(session, saved)
        except BaseException:
            session.close()
            raise
        return session

    def _stay(self, session: Session) -> None:
        """Catch up and wait for news, as long as the session lasts.

        A server tells of a new mail once, often in the answer to some other command, and not again in IDLE. So when it
        has told of any while we looked, we look again; but only once if nothing was there, since some always tell.
        """
        again = False
        while not self._stop.is_set():
            taken = self.catch_up(session)
            self._backoff.worked()
            if self._told.over() or taken:
                self._desk.log.info("imap mail taken", mailbox=self.account.mailbox, mails=taken)
            again = session.has_news() and (taken > 0 or not again)
            if not again:
                self._wait(session)

    def catch_up(self, session: Session) -> int:
        """Take what is there; the number of mails accepted."""
        return self._folder.catch_up(session, self._go_on)

    def _go_on(self) -> bool:
        self._beat()
        return not self._stop.is_set()

    def _wait(self, session: Session) -> None:
        if self.account.idle and self._idle_refused < _IDLE_TRIES and session.can_idle():
            try:
                session.idle(
                    self._folder.patience(min(_LONGEST_IDLE, 5 * self.account.poll_every)), RENEW_EVERY, self._beat
                )
                self._idle_refused = 0
            except CommandRefused:
                self._idle_refused += 1
                raise
            return
        left = self._folder.patience(self.account.poll_every)
        while left > 0 and not self._stop.wait(min(left, RENEW_EVERY)):
            left -= RENEW_EVERY
            self._beat()

    def lease(self) -> bool:
        """Whether this daemon is the one that polls the folder, until further notice; see ``leases``."""
        return our_side(lambda: self._desk.leases.take(self.key))

    def _release(self) -> None:
        try:
            self._desk.leases.release(self.key)
        except Exception:  # the lease runs out by itself
            self._desk.log.warning("imap lease not released", mailbox=self.account.mailbox)

    def _beat(self) -> None:
        if not self._desk.leases.held(self.key):
            raise OursAway("another daemon may have taken over this mailbox")
