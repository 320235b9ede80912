"""A real front on loopback for tests, and a client that says exactly the octets it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from pathlib import Path

import uvloop

from mailgate.clock import Clock
from mailgate.edges.settings import SmtpIn
from mailgate.edges.smtp_in.group_commit import GroupCommit
from mailgate.edges.smtp_in.server import serve_mail
from mailgate.edges.spool.spool import Entry, Spool

ADDRESSES = ("support@help.example", "billing@help.example", "hilfe@bücher.example", "support+t1-good@help.example")
AGENT = "ana@corp.example"
PATIENCE_S = 30.0
PASSWORD = b"correct horse"


class Desk:
    """A desk with a few addresses and one agent; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def knows(self, address: str, *, handed_on: bool = False) -> bool:
        """Only the addresses above, exactly."""
        self.asked.append(address)
        if self.failure:
            raise self.failure
        return address.lower() in ADDRESSES

    def agent_login(self, user: str, password: bytes) -> str | None:
        """Only Ana."""
        return AGENT if (user, password) == ("ana", PASSWORD) else None


class Front:
    """The servers, running in a thread of their own until ``stop``."""

    def __init__(self, spool: Spool, clock: Clock, settings: SmtpIn, folder: Path) -> None:
        self.spool, self.clock, self.settings = spool, clock, settings
        self.desk = Desk()
        self.rings = 0
        self.sockets = {name: _tcp() for name in ("smtp", "lmtp", "submission")}
        self.sockets["ingest"] = socket.socket(socket.AF_UNIX)
        self.sockets["ingest"].bind(str(folder / "ingest"))
        for listener in self.sockets.values():
            listener.listen(512)
        self.places = {name: listener.getsockname() for name, listener in self.sockets.items()}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: uvloop.run(self._main()), daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    async def _main(self) -> None:
        self._loop, self._stop, self._leave = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self.commits = GroupCommit(self.spool, self._ring)
        listeners = tuple(self.sockets.items())
        await serve_mail(
            self.settings, self.desk, self.commits, self.clock, self._stop, self._ready.set, listeners, self._leave
        )

    def _ring(self, _mails: int) -> None:
        self.rings += 1

    def ask_to_stop(self) -> None:
        """Begin to stop, and go on."""
        with contextlib.suppress(RuntimeError):  # its loop is closed: it was asked before, or has left by itself
            self._loop.call_soon_threadsafe(self._stop.set)

    def leave(self) -> None:
        """Let another process have whoever comes from here on; back when this one accepts no more."""

        async def left() -> None:
            self._leave.set()
            for _turn in range(10):  # of the loop: the wait ends in one, its waiter goes on in another
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(left(), self._loop).result(PATIENCE_S)

    def stop(self) -> None:
        """Stop, and wait for the end."""
        self.ask_to_stop()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        for listener in self.sockets.values():
            listener.close()

    def wire(self, lane: str = "smtp", *, greet: str = "client.example") -> Wire:
        """A new connection, greeted unless ``greet`` is empty."""
        wire = Wire(self.places[lane])
        if greet:
            assert wire.answer().startswith("220")
            assert wire.say(f"{'LHLO' if lane in ('lmtp', 'ingest') else 'EHLO'} {greet}").startswith("250")
        return wire

    def kept(self) -> list[Entry]:
        """What the spool has."""
        return self.spool.pending(0, 10_000, 1 << 40)

    def raws(self) -> list[bytes]:
        """The bytes of what the spool has, behind our trace line."""
        return [without_trace(self.spool.raw(entry.key)) for entry in self.kept()]


class Wire:
    """One connection."""

    def __init__(self, place: tuple[str, int] | str) -> None:
        self.socket = socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(place)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """These octets."""
        self.socket.sendall(data)

    def answer(self) -> str:
        """One reply, all its lines; empty when the server has hung up."""
        lines = []
        while True:
            try:
                line = self.file.readline().decode("ascii")
            except ConnectionResetError:
                line = ""
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    def say(self, command: str) -> str:
        """A command, and its reply."""
        self.send(command.encode("utf-8", "surrogateescape") + b"\r\n")
        return self.answer()

    def open_mail(self, *recipients: str, sender: str = "customer@client.example") -> None:
        """MAIL, RCPT and DATA, up to the 354."""
        assert self.say(f"MAIL FROM:<{sender}>").startswith("250")
        for recipient in recipients or ("support@help.example",):
            assert self.say(f"RCPT TO:<{recipient}>").startswith("250")
        assert self.say("DATA").startswith("354")

    def mail(self, content: bytes, *recipients: str) -> str:
        """A whole mail, and the answer to its end."""
        self.open_mail(*recipients)
        self.send(content + b"\r\n.\r\n")
        return self.answer()

    def last_words(self) -> str:
        """What the server says last, before it hangs up."""
        said, last = self.answer(), ""
        while said:
            said, last = self.answer(), said
        return last

    def ended(self) -> bool:
        """Whether the server has hung up."""
        try:
            return self.file.readline() == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        """Hang up."""
        self.file.close()
        self.socket.close()


def without_trace(raw: bytes) -> bytes:
    """The mail behind our own Received header."""
    assert raw.startswith(b"Received: from ")
    first, _, rest = raw.partition(b"; ")
    assert first.count(b"\r\n") == 1
    return rest.partition(b"\r\n")[2]


def _tcp() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener
