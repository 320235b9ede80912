"""Letters out by SMTP, over one connection that is kept (RFC 5321).

``SmtpCourier.send`` hands one letter for one recipient to the relay. What fails where, and what it is then:

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
"""

from __future__ import annotations

import re
import smtplib

from mailgate.clock import Clock, SystemClock
from mailgate.edges.settings import Relay
from mailgate.edges.smtp_out.courier import Courier, MaybeSent, RelayAway, Sent
from mailgate.edges.smtp_out.maildir import ConsoleCourier, MaildirCourier
from mailgate.edges.smtp_out.session import Session, opened
from mailgate.errors import Refused, Temporary

__all__ = ["Courier", "MaybeSent", "RelayAway", "Sent", "SmtpCourier", "open_relay"]

LARGE = 1_048_576
_LOCKED_OUT = range(530, 540)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0<>\u2028\u2029\ud800-\udfff]")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_SAID_ID = re.compile(r"<([^\s<>@]{1,200}@[^\s<>]{1,200})>")
_OWN_ID = re.compile(rb"^message-id:\s*<([^>\r\n]*)>", re.IGNORECASE | re.MULTILINE)
_RENAMED = (
    # Amazon SES puts its own Message-ID in place of ours and tells the local part in its answer.
    (re.compile(r"email-smtp\.us-east-1\.amazonaws\.com"), re.compile(r"Ok ([0-9a-f-]{40,80})"), "email.amazonses.com"),
    (
        re.compile(r"email-smtp\.([a-z0-9-]+)\.amazonaws\.com"),
        re.compile(r"Ok ([0-9a-f-]{40,80})"),
        r"\1.amazonses.com",
    ),
)


def open_relay(relay: Relay, clock: Clock | None = None) -> Courier:
    """The courier that the settings ask for. Nothing is connected before the first letter."""
    clock = clock or SystemClock()
    if relay.kind == "maildir":
        return MaildirCourier(relay.path, clock)
    if relay.kind == "console":
        return ConsoleCourier()
    return SmtpCourier(relay, clock)


class SmtpCourier:
    """Keeps one connection to one relay and makes a new one when that is gone."""

    def __init__(self, relay: Relay, clock: Clock) -> None:
        """Nothing is connected yet."""
        self._relay = relay
        self._clock = clock
        self._session: Session | None = None
        self._clean = True

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        """See the table above."""
        sender, recipient = _ascii_domain(mail_from), _ascii_domain(recipient)
        for address in (sender, recipient):
            # Checked here again, whoever made the letter: a line end would let it speak SMTP (J-02).
            if _UNSAFE.search(address):
                raise Refused("an address of the letter contains characters that no address has")
        session = self._ready(sender, recipient, data)
        return self._transfer(session, recipient, data)

    def check(self) -> str:
        """Connect, protect and log in, as for a letter; ``RelayAway`` where that fails. Returns the greeting."""
        if self._session is None:
            self._session = opened(self._relay, self._clock)
            self._clean = True
        return self._session.greeting

    def close(self) -> None:
        """Say goodbye to the relay; a later ``send`` connects anew."""
        if self._session:
            self._session.hang_up()
            self._session = None

    def _ready(self, sender: str, recipient: str, data: bytes) -> Session:
        """A connection on which MAIL has been accepted: the kept one if it still lives, else a new one."""
        if self._session:
            try:
                return self._mail(self._session, sender, recipient, data)
            except RelayAway:
                self._drop()
        self._session = opened(self._relay, self._clock)
        self._clean = True
        try:
            return self._mail(self._session, sender, recipient, data)
        except RelayAway:
            self._drop()
            raise

    def _mail(self, session: Session, sender: str, recipient: str, data: bytes) -> Session:
        options = _options(session, sender, recipient, data)
        try:
            if not self._clean:
                session.rset()
            self._clean = False
            if session.has_extn("pipelining"):
                code, text = session.begin(sender, recipient, options)
            else:
                code, text = session.mail(sender, options)
        except (smtplib.SMTPException, OSError) as error:
            raise RelayAway(f"the relay was lost: {_line(error)}") from error
        if code == 421 or code < 0:
            raise RelayAway(f"the relay is closing: {_reply(code, text)}")
        if code >= 300:
            self._hear_out(session)
        _accepted(code, text, "the sender")
        return session

    def _hear_out(self, session: Session) -> None:
        """Read what the relay still says to a group whose letter is refused, so that the next letter's answers are its
        own; a connection that breaks meanwhile is dropped."""
        try:
            session.abandon()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _transfer(self, session: Session, recipient: str, data: bytes) -> Sent:
        try:
            code, text = session.getreply() if session.begun else session.rcpt(recipient)
            if code >= 300:
                self._hear_out(session)
            _accepted(code, text, "the recipient")
            code, text = session.getreply() if session.begun else session.docmd("DATA")
            if code != 354:
                _accepted(code if code >= 400 else 451, text, "the letter")
            self._give(session, data)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Temporary(f"the relay was lost before the letter was whole: {_line(error)}") from error
        except RelayAway:
            self._drop()
            raise
        return self._answer(session, data)

    def _give(self, session: Session, data: bytes) -> None:
        """The letter and its final dot. When this raises, not all of it went out, so the dot did not."""
        whole = data if data.endswith(b"\r\n") else data + b"\r\n"
        if session.sock is not None:
            session.sock.settimeout(self._relay.data_timeout)
        stuffed = _LEADING_DOT.sub(b"..", whole)
        if len(stuffed) < LARGE:
            session.send(stuffed + b".\r\n")
        else:  # a packet more costs less than a copy of a large letter
            session.send(stuffed)
            session.send(b".\r\n")

    def _answer(self, session: Session, data: bytes) -> Sent:
        session.wait = self._relay.data_timeout
        try:
            code, text = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise MaybeSent(f"no answer to the whole letter: {_line(error)}") from error
        session.wait = self._relay.timeout
        if code < 200 or 300 <= code < 400:
            self._drop()
            raise MaybeSent(f"no understandable answer to the whole letter: {_reply(code, text)}")
        self._clean = code < 300
        _accepted(code, text, "the letter")
        said = _reply(code, text)
        return Sent(said, _given_id(said, self._relay.host, data))

    def _drop(self) -> None:
        if self._session:
            self._session.close()
            self._session = None


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


def _accepted(code: int, text: bytes, what: str) -> None:
    """Nothing for a 2xx; else the failure that the answer means."""
    if 200 <= code < 300:
        return
    said = _reply(code, text)
    if code in _LOCKED_OUT:
        raise RelayAway(f"the relay does not let us send: {said}")
    if 500 <= code < 600:
        raise Refused(f"{what} was refused: {said}")
    raise Temporary(f"{what} was not taken now: {said}")


def _given_id(said: str, host: str, data: bytes) -> str:
    """The Message-ID that the relay says it gave the letter, when that is not ours."""
    for server, answer, domain in _RENAMED:
        where, found = server.fullmatch(host), answer.search(said)
        if where and found:
            return f"{found[1]}@{where.expand(domain)}"
    own, named = _OWN_ID.search(data), _SAID_ID.search(said)
    if named and own and named[1] != own[1].decode("ascii", "replace"):
        return named[1]
    return ""


def _ascii_domain(address: str) -> str:
    """The address with its domain in A-labels (RFC 5891); the local part is the other side's own."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise Refused("the domain of an address cannot be written in ASCII") from error


def _reply(code: int, text: bytes) -> str:
    words = " ".join(text.decode("utf-8", "replace").split())
    return f"{code} {''.join(c if c.isprintable() else '?' for c in words)[:300]}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
