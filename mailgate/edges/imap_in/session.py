"""One connection to one IMAP folder: imapclient, with what it lacks.

What is added, and why: an overall deadline per command (a server that drips octets hangs imapclient for ever), no login
before the line is safe, no step into IDLE that loses news already read into a buffer, and words instead of exceptions
of six libraries. Every failure is one of the four in ``wire``.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Collection, Iterator, Sequence

import imapclient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError, LoginError

from mailgate.edges.imap_in.oauth import TokenSource, oauthbearer, xoauth2
from mailgate.edges.imap_in.watchdog import Line, Watchdog
from mailgate.edges.imap_in.wire import Client, CommandRefused, Insecure, LoginRefused, check, shown, tls_context, words
from mailgate.edges.settings import After, ImapAccount, Security
from mailgate.errors import Temporary

_GOODBYE = 2.0
# RFC 5530 section 3: the account is fine, the server is not; no reason to wait as after a wrong password.
_SERVER_TROUBLE = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")


class Session:
    """A logged-in connection with its folder selected. ``read_only`` where the server lets us change nothing."""

    def __init__(self, account: ImapAccount, client: Client, line: Line, watchdog: Watchdog) -> None:
        self.account = account
        self.uidvalidity = 0
        self.uidnext = 0
        self.read_only = False
        self._client = client
        self._line = line
        self._watchdog = watchdog

    def _enter(self, tokens: TokenSource | None) -> None:
        with self._asking("STARTTLS"):
            self._secure()
        self._log_in(tokens)
        with self._asking("SELECT"):
            self._select()

    def _secure(self) -> None:
        """No name and no password before this has returned."""
        if b"PREAUTH" in bytes(self._client.welcome or b"").upper()[:16]:
            raise Insecure(f"{self.account.host} greets with PREAUTH: whose mail that is nobody has proved")
        if self.account.security is not Security.STARTTLS:
            return
        if not self._client.has_capability("STARTTLS"):
            raise Insecure(f"{self.account.host} offers no STARTTLS, or somebody in between has taken it out")
        self._client.starttls(tls_context(self.account))

    def _log_in(self, tokens: TokenSource | None) -> None:
        """Log in; a token that the server does not take is replaced once, since it may have been revoked early."""
        if tokens is None:
            password = self.account.password.read() if self.account.password else ""
            self._try_login(lambda: self._with_password(password), (password,))
            return
        try:
            self._try_login(lambda: self._with_token(tokens.token()), tokens.secrets())
        except LoginRefused:
            tokens.forget()
            self._try_login(lambda: self._with_token(tokens.token()), tokens.secrets())

    def _try_login(self, log_in: Callable[[], None], secrets: Sequence[str]) -> None:
        with self._asking("LOGIN"):
            try:
                log_in()
            except LoginError as error:
                if isinstance(error.__context__, IMAPClientAbortError):
                    raise error.__context__ from None
                said = shown(str(error), secrets)
                refused = Temporary if said.upper().startswith(_SERVER_TROUBLE) else LoginRefused
                raise refused(
                    f"{self.account.host}:{self.account.port}: does not let {self.account.user} in: {said}"
                ) from None

    def _with_password(self, password: str) -> None:
        """AUTHENTICATE PLAIN where it is offered, since it takes any character; else LOGIN, quoted."""
        if self._client.has_capability("AUTH=PLAIN"):
            words = f"\0{self.account.user}\0{password}".encode()
            self._client.sasl_login("PLAIN", lambda _challenge: words)
        elif self._client.has_capability("LOGINDISABLED"):
            raise Insecure(f"{self.account.host} takes no password on this connection (LOGINDISABLED)")
        elif not (self.account.user + password).isascii() or any(ord(char) < 32 for char in password):
            raise Insecure(f"{self.account.host} offers LOGIN only, which takes plain ASCII names and passwords only")
        else:
            user = self.account.user.replace("\\", "\\\\").replace('"', '\\"')
            self._client.login(f'"{user}"', password)

    def _with_token(self, token: str) -> None:
        account = self.account
        mechanism = account.oauth.mechanism.upper() if account.oauth else "XOAUTH2"
        if mechanism == "OAUTHBEARER":
            self._client.sasl_login(mechanism, oauthbearer(account.user, token, account.host, account.port))
        else:
            self._client.sasl_login(mechanism, xoauth2(account.user, token))

    def _select(self) -> None:
        look_only = self.account.after is After.NOTHING
        try:
            state = self._client.select_folder(self.account.folder, readonly=look_only)
        except IMAPClientReadOnlyError:
            state = self._client.select_folder(self.account.folder, readonly=True)
            self.read_only = True
        self.uidvalidity = _number(state.get(b"UIDVALIDITY"))
        self.uidnext = _number(state.get(b"UIDNEXT"))
        self.has_news()  # how many there are is no news

    @property
    def greeting(self) -> str:
        """What the server said first."""
        return bytes(self._client.welcome or b"").decode("ascii", "replace")

    # --- looking ---

    def search(self, uids: str) -> list[int]:
        """Which UIDs of a range such as ``17:*`` are there; an open range may answer with one below it."""
        with self._asking("SEARCH"):
            return [int(uid) for uid in self._client.search(f"UID {uids}")]

    def search_since(self, day: str) -> list[int]:
        """The UIDs of mails that arrived on that day (``01-Jan-2026``) or later."""
        with self._asking("SEARCH"):
            return [int(uid) for uid in self._client.search(f"SINCE {day}")]

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Octets by UID, as the server states them; a UID that it does not answer for is missing."""
        with self._asking("FETCH"):
            answer = self._client.fetch(uids, ["RFC822.SIZE"])
            sizes = {uid: item.get(b"RFC822.SIZE") for uid, item in answer.items()}
        return {uid: size for uid, size in sizes.items() if isinstance(size, int)}

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The whole mails by UID, unseen left unseen; a body that is missing, NIL or empty is not in there."""
        with self._asking("FETCH"):
            answer = self._client.fetch(uids, ["BODY.PEEK[]"])
            found = {uid: item.get(b"BODY[]") for uid, item in answer.items()}
        return {uid: body for uid, body in found.items() if isinstance(body, bytes) and body}

    def header(self, uid: int) -> bytes:
        """The header block of a mail, at most 256 KiB of it; empty if the server gives none."""
        with self._asking("FETCH"):
            answer = self._client.fetch([uid], ["BODY.PEEK[HEADER]<0.262144>"]).get(uid, {})
            found = next((value for key, value in answer.items() if key.startswith(b"BODY[HEADER]")), None)
        return found if isinstance(found, bytes) else b""

    # --- marking ---

    def mark(self, uids: Collection[int]) -> None:
        """Do to these mails what the account says shall be done once the spool has them."""
        if not uids or self.account.after is After.NOTHING:
            return
        if self.read_only:
            raise CommandRefused(f"the folder {self.account.folder!r} is read-only, its mails stay as they are")
        with self._asking(self.account.after.value.upper()):
            if self.account.after is After.SEEN:
                self._client.add_flags(sorted(uids), [imapclient.SEEN], silent=True)
            elif self.account.after is After.DELETE:
                self._delete(sorted(uids))
            else:
                self._move(sorted(uids))

    def _move(self, uids: list[int]) -> None:
        move = self._client.move if self._client.has_capability("MOVE") else self._copy_and_delete
        try:
            move(uids, self.account.move_to)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            if self._client.folder_exists(self.account.move_to):
                raise
            self._client.create_folder(self.account.move_to)
            move(uids, self.account.move_to)

    def _copy_and_delete(self, uids: list[int], folder: str) -> None:
        self._client.copy(uids, folder)
        self._delete(uids)

    def _delete(self, uids: list[int]) -> None:
        """Only ours are expunged: a plain EXPUNGE would take what others have flagged (RFC 4315 section 2.1)."""
        self._client.add_flags(uids, [imapclient.DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)

    # --- waiting ---

    def can_idle(self) -> bool:
        """Whether the server offers IDLE (RFC 2177)."""
        with self._asking("CAPABILITY"):
            return bool(self._client.has_capability("IDLE"))

    def idle(self, seconds: float, every: float, beat: Callable[[], None]) -> None:
        """Wait until the server has news, the waker rings or the time is up; ``beat`` is called once in ``every``.

        ``CommandRefused`` where the server says no to IDLE, or answers with news instead of ``+``: then the caller
        looks for mail and may try again on a new connection.
        """
        with self._asking("IDLE"):
            self._client.idle()
        try:
            while seconds > 0 and not self._client.stirs(min(seconds, every)):
                seconds -= every
                beat()
        finally:
            with self._asking("DONE"):
                self._client.idle_done()
            self.has_news()  # what was told until now is found by the next look

    def has_news(self) -> bool:
        """Whether the server has told of new mail since this was asked last, in any answer (RFC 9051 section 7)."""
        return self._client.told_of_mail()

    def close(self) -> None:
        """LOGOUT, politely but not for long, and close; never raises."""
        with contextlib.suppress(Exception), self._watchdog.within(_GOODBYE, self._line):
            self._client.logout()
        with contextlib.suppress(Exception):
            self._client.shutdown()
        self._line.close()

    @contextlib.contextmanager
    def _asking(self, what: str, seconds: float = 0.0) -> Iterator[None]:
        with (
            words(self.account, what, self._line),
            self._watchdog.within(seconds or self.account.command_deadline, self._line),
        ):
            yield


def open_session(
    account: ImapAccount, watchdog: Watchdog, waker: socket.socket, tokens: TokenSource | None = None
) -> Session:
    """Connect, make the line safe, log in and select the folder; raises the four failures above.

    ``waker`` becoming readable ends an IDLE early. ``tokens`` gives the access tokens where the account uses OAuth2.
    """
    check(account)
    line = Line()
    try:
        with words(account, "connect", line), watchdog.within(account.connect_timeout, line):
            client = Client(account, tls_context(account), line, waker)
        session = Session(account, client, line, watchdog)
    except BaseException:
        line.close()
        raise
    try:
        session._enter(tokens)
    except BaseException:
        session.close()
        raise
    return session


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
