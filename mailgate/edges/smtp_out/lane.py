"""One kept connection to the relay, and the way of a letter over it (RFC 5321).

What fails where, and what it is then (``courier`` has what each means):

=============================== ================= =========================== ======================
at                              4xx               5xx                         connection lost, late
=============================== ================= =========================== ======================
connect, EHLO, STARTTLS, AUTH   ``RelayAway``     ``RelayAway``               ``RelayAway``
MAIL, on a connection kept      ``Temporary``     ``Refused``                 connect anew, once
MAIL, on a new one              ``Temporary``     ``Refused``                 ``RelayAway``
RCPT, DATA                      ``Temporary``     ``Refused``                 ``Temporary``
the letter itself               –                 –                           ``Temporary``
after the final dot             ``Temporary``     ``Refused``                 ``MaybeSent``
=============================== ================= =========================== ======================

421 at MAIL is a lost connection, and 530 to 539 (not logged in, not protected) mean ``RelayAway`` anywhere: they say
something about us and the relay, nothing about the letter. A connection that breaks while the letter is under way
counts against that letter alone, or one letter that a relay chokes on would stop all others for ever. For the answer to
the final dot we wait ``data_timeout`` (RFC 5321 section 4.5.3.2.6: ten minutes), since giving up early sends twice.

A letter's way is a generator: it ``yield``s when it has said something and will listen next. Whoever runs several lanes
lets all of them speak first, so that their waits are one (``relay.together``).
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Generator, Sequence

from mailgate.clock import Clock
from mailgate.edges.settings import Relay
from mailgate.edges.smtp_out.courier import Answer, MaybeSent, Post, RelayAway, Sent
from mailgate.edges.smtp_out.replies import accepted, given_id, line, reply
from mailgate.edges.smtp_out.session import Session, opened
from mailgate.errors import MailgateError, Refused, Temporary

LARGE = 1_048_576
_DOT = re.compile(rb"\n\.")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0<>\u2028\u2029\ud800-\udfff]")


class Lane:
    """Keeps one connection, and makes a new one when that is gone. One letter is under way at a time."""

    def __init__(self, relay: Relay, clock: Clock, *, reconnects: bool = True) -> None:
        """Nothing is connected yet. One that does not reconnect is away for letters until somebody opens it."""
        self._relay, self._clock, self._reconnects = relay, clock, reconnects
        self._session: Session | None = None
        self._clean = True

    @property
    def connected(self) -> bool:
        """Whether a connection is kept, as far as we know."""
        return self._session is not None

    def open(self) -> str:
        """Connect, protect and log in, unless that is done; returns the greeting. ``RelayAway`` where it fails."""
        return (self._session or self._connect()).greeting

    def close(self) -> None:
        """Say goodbye to the relay; the next letter connects anew."""
        if self._session:
            self._session.hang_up()
            self._session = None

    def send_each(self, letters: Sequence[Post]) -> Generator[None, None, list[Answer]]:
        """One letter after the other; returns what became of each. Once the relay is away, nothing more is tried."""
        answers: list[Answer] = []
        for letter in letters:
            try:
                answers.append((yield from self._send(letter)))
            except RelayAway as error:
                return answers + [error] * (len(letters) - len(answers))
            except Exception as error:  # costs this letter only, whatever it is
                if not isinstance(error, MailgateError):
                    self.drop()
                answers.append(error)
        return answers

    def _send(self, letter: Post) -> Generator[None, None, Sent]:
        sender, recipient = _ascii_domain(letter.mail_from), _ascii_domain(letter.recipient)
        for address in (sender, recipient):
            # Checked here again, whoever made the letter: a line end would let it speak SMTP (J-02).
            if _UNSAFE.search(address):
                raise Refused("an address of the letter contains characters that no address has")
        session = yield from self._begun(sender, recipient, letter.data)
        yield from self._admitted(session)
        self._give(session, letter.data)
        yield
        return self._answer(session, letter.data)

    def _begun(self, sender: str, recipient: str, data: bytes) -> Generator[None, None, Session]:
        """A connection on which MAIL has been accepted: the kept one if it still lives, else a new one."""
        if self._session:
            try:
                return (yield from self._mail(self._session, sender, recipient, data))
            except RelayAway:
                self.drop()
                if not self._reconnects:
                    raise
        elif not self._reconnects:
            raise RelayAway("the connection to the relay is gone")
        session = self._connect()
        try:
            return (yield from self._mail(session, sender, recipient, data))
        except RelayAway:
            self.drop()
            raise

    def _connect(self) -> Session:
        self._clean = True
        self._session = opened(self._relay, self._clock)
        return self._session

    def _mail(self, session: Session, sender: str, recipient: str, data: bytes) -> Generator[None, None, Session]:
        options = _options(session, sender, recipient, data)
        try:
            if not self._clean:
                session.rset()
            self._clean = False
            session.begin(sender, recipient, options)
            yield
            code, text = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise RelayAway(f"the relay was lost: {line(error)}") from error
        if code == 421 or code < 0:
            raise RelayAway(f"the relay is closing: {reply(code, text)}")
        if code >= 300:
            self._hear_out(session)
        accepted(code, text, "the sender")
        return session

    def _hear_out(self, session: Session) -> None:
        """Read what the relay still says to a group whose letter is refused, so that the next letter's answers are its
        own; a connection that breaks meanwhile is dropped."""
        try:
            session.abandon()
        except (smtplib.SMTPException, OSError):
            self.drop()

    def _admitted(self, session: Session) -> Generator[None, None, None]:
        """RCPT and DATA: returns once the relay is ready for the letter."""
        try:
            if session.go_on():
                yield
            code, text = session.getreply()
            if code >= 300:
                self._hear_out(session)
            accepted(code, text, "the recipient")
            if session.go_on():
                yield
            code, text = session.getreply()
            if code != 354:
                accepted(code if code >= 400 else 451, text, "the letter")
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost_before(error) from error
        except RelayAway:
            self.drop()
            raise

    def _give(self, session: Session, data: bytes) -> None:
        """The letter and its final dot. When this raises, not all of it went out, so the dot did not."""
        end = b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            session.wait = self._relay.data_timeout
            if len(data) < LARGE:
                session.write(_stuffed(data) + end)
                return
            start = 0
            while start < len(data):  # whole lines, about a megabyte at a time: no second copy of a large letter
                stop = data.find(b"\n", start + LARGE) + 1 or len(data)
                session.write(_stuffed(data[start:stop]))
                start = stop
            session.write(end)
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost_before(error) from error

    def _answer(self, session: Session, data: bytes) -> Sent:
        try:
            code, text = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            raise MaybeSent(f"no answer to the whole letter: {line(error)}") from error
        session.wait = self._relay.timeout
        if code < 200 or 300 <= code < 400:
            self.drop()
            raise MaybeSent(f"no understandable answer to the whole letter: {reply(code, text)}")
        self._clean = code < 300
        accepted(code, text, "the letter")
        said = reply(code, text)
        return Sent(said, given_id(said, self._relay.host, data))

    def _lost_before(self, error: Exception) -> Temporary:
        self.drop()
        return Temporary(f"the relay was lost before the letter was whole: {line(error)}")

    def drop(self) -> None:
        """Let go of the connection without a word."""
        if self._session:
            self._session.close()
            self._session = None


def _stuffed(lines: bytes) -> bytes:
    """With a second dot before each that a line begins with (RFC 5321 section 4.5.2)."""
    stuffed = _DOT.sub(b"\n..", lines)
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _options(session: Session, sender: str, recipient: str, data: bytes) -> list[str]:
    """What MAIL must say; ``Refused`` where the relay cannot carry this letter at all."""
    options = []
    limit = session.esmtp_features.get("size", "")
    if session.has_extn("size"):
        options.append(f"size={len(data)}")
        if limit.isdigit() and 0 < int(limit) < len(data):
            raise Refused(f"the letter has {len(data)} octets, and the relay takes {limit}")
    if not data.isascii():
        if not session.has_extn("8bitmime"):
            raise Refused("the letter has 8-bit text, which the relay cannot carry")
        options.append("body=8bitmime")
    if not (sender + recipient).isascii():
        # RFC 6531: such an address cannot be written in ASCII, and only its own host may say how else it is called.
        if not session.has_extn("smtputf8"):
            raise Refused("the address is not in ASCII, and the relay cannot carry such addresses (SMTPUTF8)")
        options.append("smtputf8")
    return options


def _ascii_domain(address: str) -> str:
    """The address with its domain in A-labels (RFC 5891); the local part is the other side's own."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise Refused("the domain of an address cannot be written in ASCII") from error
