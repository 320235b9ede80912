"""One client's connection to the front: what it says, and what it is answered.

aiosmtpd brings the protocol: the connection, STARTTLS with its traps, the session. Its command loop and its MAIL, RCPT,
DATA and AUTH are replaced here, because they take what honest clients never send (bare newlines, commands before the
greeting, any recipient) and answer an exception with a permanent 500 and its text.
"""

# ruff: noqa: N802 -- aiosmtpd looks its commands up by these names

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable

from aiosmtpd.smtp import SMTP

from mailgate import logs
from mailgate.edges.smtp_in import reply as say
from mailgate.edges.smtp_in.address import read_recipient, read_sender
from mailgate.edges.smtp_in.client import Client, Lane, address_of
from mailgate.edges.smtp_in.data import READ_AHEAD, receive
from mailgate.edges.smtp_in.front import Front
from mailgate.edges.smtp_in.limits import Share, Watch
from mailgate.edges.smtp_in.login import log_in
from mailgate.edges.smtp_in.reply import Reply, answer_for
from mailgate.edges.spool.octets import after

log = logs.get("smtp")

COMMAND_LIMIT = 2048
LOGIN_LIMIT = 12_288
MAX_LOGIN_FAILURES = 3
GOODBYE_S = 1.0
HTTP_VERBS = frozenset((b"GET", b"POST", b"PUT", b"HEAD", b"CONNECT", b"OPTIONS", b"DELETE", b"PATCH", b"TRACE"))


class Conversation(SMTP):
    """One connection. ``smtp_VERB`` methods are the commands; each answers by itself or raises a ``Reply``."""

    line_length_limit = READ_AHEAD

    def __init__(self, front: Front, lane: Lane, talks: set[Conversation], loop: asyncio.AbstractEventLoop) -> None:
        """Nothing is said before the connection is made."""
        self.front, self.lane, self.talks = front, lane, talks
        self.client = Client()
        self.sender: str | None = None
        self.utf8 = False
        self.recipients: list[str] = []
        self.listening = False
        self.commands = self.errors = self.mails = self.login_failures = 0
        self.arrived = self.taken = 0
        self.last_error = ""
        self.watch = Watch(front.settings, loop.time(), endless=lane.own)
        super().__init__(object(), hostname=front.settings.hostname, ident="mailgate", tls_context=front.tls, loop=loop)

    # --- the connection ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here; or, after STARTTLS, here again with everything forgotten that was said in clear."""
        ip = address_of(transport.get_extra_info("peername"))
        self.client = Client(ip, tls=self._tls_protocol is not None, spared=not ip or self.front.gate.trusts(ip))
        self.arrived = self.taken
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Octets from the client."""
        self.arrived += len(data)
        self.watch.octets(len(data), self.loop.time())
        super().data_received(data)

    def eof_received(self) -> bool:
        """The client sends no more; what it has sent is answered all the same, where the transport can (TLS cannot)."""
        self._reader.feed_eof()
        return not self._tls_protocol

    def _reset_timeout(self, duration: float | None = None) -> None:
        """One timer a connection instead of one a command: it looks when the next deadline may have passed."""
        if self._timeout_handle is None:
            self._timeout_cb()

    def _look_anew(self) -> None:
        """Another deadline holds from now on, which may pass before the timer looks."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
            self._timeout_cb()

    def _timeout_cb(self) -> None:
        now = self.loop.time()
        if farewell := self.watch.overdue(now):
            self._hang_up(farewell)
            return
        self._timeout_handle = self.loop.call_later(self.watch.next_look(now) + 0.01, self._timeout_cb)

    def farewell(self) -> None:
        """The daemon stops: a client that we wait for is told so; one that waits for us gets its answer first."""
        if self.listening:
            self._hang_up(say.CLOSING)

    def part(self) -> None:
        """Another process serves from here on: a client that has had a mail taken, and begun no other, goes to it,
        with a moment for its own goodbye, which may be on its way."""
        if self._over:
            self.loop.call_later(GOODBYE_S, self._part_now)

    def _part_now(self) -> None:
        if self._over:
            self.farewell()

    @property
    def _over(self) -> bool:
        """Whether nothing but a goodbye is to be heard here."""
        return self.front.stopping or (self.front.leaving and self.mails > 0 and self.sender is None)

    def cut_off(self) -> None:
        """No more time."""
        self._writer.transport.abort()

    def _hang_up(self, farewell: str) -> None:
        if not self._writer.is_closing():
            self._writer.write(farewell.encode("ascii") + b"\r\n")
        self._writer.close()

    async def push(self, status: str) -> None:  # type: ignore[override]
        """Say one reply (lines parted by CRLF)."""
        self._writer.write(status.encode("ascii", "replace") + b"\r\n")
        await self._writer.drain()

    # --- the loop ---

    async def _handle_client(self) -> None:
        """The whole conversation; ends with the connection."""
        refusal = say.CLOSING if self.front.stopping else self.front.gate.enter(self.client.ip)
        if refusal:
            self._hang_up(refusal)
            return
        self.talks.add(self)
        self.front.empty.clear()
        try:
            await self.push(f"220 {self.hostname} {'LMTP' if self.lane.lmtp else 'ESMTP'}")
            while not self._writer.is_closing():
                await self._answer_one()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client is gone; what was accepted stays accepted
        finally:
            if self.errors:
                log.info("refused", ip=self.client.ip, times=self.errors, last=self.last_error, kept=self.mails)
            self.talks.discard(self)
            self.front.gate.leave(self.client.ip)
            if not self.talks:
                self.front.empty.set()
            self._writer.close()

    async def _answer_one(self) -> None:
        """Read one command and answer it, whatever happens."""
        try:
            line = await self._line(COMMAND_LIMIT)
            await self._obey(line)
        except Reply as reply:
            await self._refuse(reply)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise
        except Exception as error:  # ours to mend, the client's to try again: never a 5xx, never a text of ours
            self.front.trouble.tell("a command failed", error)
            await self.push(answer_for(error))

    async def _line(self, limit: int) -> bytes:
        """The next line, without its CRLF; raises ``Reply`` for one that is too long or ends with a bare LF."""
        self.part()
        self.listening = True
        try:
            line: bytes = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            raise Reply(say.LONG_COMMAND, hang_up=True) from error
        finally:
            self.listening = False
        self.taken += len(line)
        self.watch.command(self.loop.time())
        if len(line) > limit:
            raise Reply(say.LONG_COMMAND)
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            raise Reply(say.BARE_NEWLINE, hang_up=True)
        return line[:-2]

    async def _obey(self, line: bytes) -> None:
        """One command; too many of them without a mail among them end the connection."""
        self.commands += 1
        if self.commands > self.front.settings.max_commands:
            raise Reply(say.ENOUGH_COMMANDS, hang_up=True)
        verb, _, argument = line.partition(b" ")
        if self._over and verb.upper() != b"QUIT":
            raise Reply(say.CLOSING, hang_up=True)
        if verb.upper() in HTTP_VERBS:
            raise Reply(say.NOT_SMTP, hang_up=True)
        method: Callable[[str], Awaitable[None]] | None = self._smtp_methods.get(
            verb.upper().decode("ascii", "replace")
        )
        if method is None:
            raise Reply(say.UNKNOWN_COMMAND if verb.isalpha() else say.BAD_COMMAND)
        await method(argument.strip().decode("utf-8", "surrogateescape"))

    async def _refuse(self, reply: Reply) -> None:
        """Say no; too many permanent ones end the connection."""
        await self.push(reply.text)
        self._note(reply.text)
        if self.errors > self.front.settings.max_errors and not reply.hang_up and not self.lane.own:
            await self.push(say.ENOUGH_ERRORS)
            reply.hang_up = True
        if reply.hang_up:
            self._writer.close()

    def _note(self, refusal: str) -> None:
        """Remember what was refused for good, for the limit and for the log."""
        if refusal.startswith("5"):
            self.errors += 1
            self.last_error = refusal

    # --- the greeting ---

    async def smtp_HELO(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.1."""
        await self._greet(arg, lmtp=False, extended=False)

    async def smtp_EHLO(self, arg: str) -> None:
        """The same, with extensions."""
        await self._greet(arg, lmtp=False, extended=True)

    async def smtp_LHLO(self, arg: str) -> None:
        """RFC 2033 section 4.1."""
        await self._greet(arg, lmtp=True, extended=True)

    async def _greet(self, name: str, *, lmtp: bool, extended: bool) -> None:
        if lmtp != self.lane.lmtp:
            raise Reply(say.UNKNOWN_COMMAND)
        if not name.isascii() or not name.isprintable() or not 0 < len(name) <= 255 or " " in name:
            raise Reply(say.BAD_GREETING)
        if not self.client.helo and self.arrived > self.taken:
            raise Reply(say.IMPATIENT, hang_up=True)
        self._set_rset_state()
        self.client.helo, self.client.extended = name, extended
        lines = [self.hostname, *self.front.extensions(self.lane, self.client)] if extended else [self.hostname]
        await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def _need_greeting(self) -> None:
        if not self.client.helo:
            raise Reply(say.GREET_FIRST)

    async def smtp_STARTTLS(self, arg: str) -> None:
        """RFC 3207; what the client had sent in clear behind the command is thrown away. A failed handshake ends it."""
        self._need_greeting()
        if arg or not self.tls_context or self._tls_protocol:
            raise Reply(say.WRONG_ORDER)
        try:
            await super().smtp_STARTTLS("")
        except Exception as error:
            raise ConnectionAbortedError("no TLS") from error

    # --- a mail ---

    def _set_rset_state(self) -> None:
        super()._set_rset_state()  # type: ignore[no-untyped-call]
        self.sender, self.utf8, self.recipients = None, False, []

    async def smtp_MAIL(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.2."""
        self._need_greeting()
        if self.lane.auth and not self.client.agent:
            raise Reply(say.LOGIN_FIRST)
        if self.sender is not None:
            raise Reply(say.WRONG_ORDER)
        path = read_sender(arg, extended=self.client.extended)
        if self.mails >= self.front.settings.max_messages_per_connection and not self.lane.own:
            raise Reply(say.ENOUGH_MAILS, hang_up=True)
        self.front.check_mail(path, self.lane, self.client)
        self.sender, self.utf8 = path.address, "SMTPUTF8" in path.parameters
        await self.push(say.OK)

    async def smtp_RCPT(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.3; only addresses of the desk."""
        if self.sender is None:
            raise Reply(say.WRONG_ORDER)
        address = read_recipient(arg, utf8=self.utf8)
        if len(self.recipients) >= self.front.settings.max_recipients:
            raise Reply(say.TOO_MANY_RECIPIENTS)
        self.front.check_recipient(address, self.client)
        self.recipients.append(address)
        await self.push(say.OK)

    async def smtp_DATA(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.4: the data, the spool, and only then the answer."""
        if arg:
            raise Reply(say.BAD_COMMAND)
        if self.sender is None:
            raise Reply(say.WRONG_ORDER)
        if not self.recipients:
            raise Reply(say.NO_RECIPIENTS)
        answers = len(self.recipients) if self.lane.lmtp else 1
        try:
            with self.front.budget.share() as share:
                answer = await self._take_mail(share)
        except Reply as reply:
            if reply.hang_up:
                raise
            answer = reply.text
            self._note(answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise
        except Exception as error:  # the mail is not kept, and the client keeps it
            self.front.trouble.tell("a mail could not be kept", error)
            answer = answer_for(error)
        self._set_rset_state()
        await self.push("\r\n".join([answer] * answers))

    async def _take_mail(self, share: Share) -> str:
        """Receive, check, keep; the answer that says so. ``share`` is held until the spool has it."""
        settings = self.front.settings
        await self.push(say.GO_AHEAD)
        self.watch.data_begins(self.loop.time())
        self._look_anew()
        try:
            content = await receive(self._reader, settings.max_size, settings.max_line, share, self.front.commits.aside)
        finally:
            self.watch.data_ends(self.loop.time())
        now_ms = self.front.clock.now_ms()
        if not self.lane.own:
            content = after(self.client.trace(self.lane, self.hostname, now_ms), content)
        envelope = self.client.envelope(self.lane, self.sender or "", self.recipients, now_ms)
        key = await self.front.commits.accept(content, envelope)
        self.mails += 1
        self.commands = 0
        return f"250 2.0.0 kept as {key[:12]}"

    # --- the agent's login ---

    async def smtp_AUTH(self, arg: str) -> None:
        """RFC 4954, PLAIN and LOGIN. Every failure waits a little; the third ends the connection."""
        self._need_greeting()
        if not self.lane.auth:
            raise Reply(say.UNKNOWN_COMMAND)
        if not self.client.private:
            raise Reply(say.ENCRYPT_FIRST)
        if self.client.agent or self.sender is not None or not self.client.extended:
            raise Reply(say.WRONG_ORDER)
        agent = await log_in(arg, self.client.ip, self.front, self._ask)
        if agent is None:
            self.login_failures += 1
            enough = self.login_failures >= MAX_LOGIN_FAILURES
            raise Reply(say.ENOUGH_LOGINS if enough else say.LOGIN_FAILED, hang_up=enough)
        self.client.agent = agent
        await self.push(say.LOGGED_IN)

    async def _ask(self, prompt: bytes) -> bytes:
        """One round of the login; the client's line, still in base64."""
        await self.push("334 " + base64.b64encode(prompt).decode("ascii"))
        return await self._line(LOGIN_LIMIT)

    # --- the rest ---

    async def smtp_RSET(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.5."""
        self._set_rset_state()
        await self.push(say.OK)

    async def smtp_NOOP(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.9."""
        await self.push(say.OK)

    async def smtp_VRFY(self, arg: str) -> None:
        """RFC 5321 section 3.5.3: we do not say who is here."""
        await self.push(say.CANNOT_VRFY)

    async def smtp_QUIT(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.10."""
        raise Reply(say.BYE, hang_up=True)
