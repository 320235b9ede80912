"""An SMTP relay on a real socket that answers by a script: a word per verb, and stranger things when told to.

``answers`` maps a verb (``CONNECT``, ``EHLO``, ``MAIL``, ``RCPT``, ``DATA``, ``DOT``, ``RSET``, …) to what it says. A
list is worked off, its last member stays. An answer may also be one of the acts below.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from types import TracebackType

RESET = "act: reset"
CLOSE = "act: close"
SILENCE = "act: silence"
DRIP = "act: drip"
HANG = "act: hang"

PLAIN = {
    "CONNECT": "220 relay.example ESMTP",
    "EHLO": "250-relay.example\r\n250-8BITMIME\r\n250 SIZE 1000000",
    "MAIL": "250 fine",
    "RCPT": "250 fine",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 queued as 4711",
    "RSET": "250 fine",
    "STARTTLS": "220 go on",
    "AUTH": "235 welcome",
    "QUIT": "221 bye",
}


class ScriptedRelay:
    """Serves one connection after the other in a thread; ``letters`` and ``verbs`` are what it was given. With ``pace``
    each octet of an answer takes so many seconds; what hangs does so until it is ``back``."""

    def __init__(
        self, context: ssl.SSLContext | None = None, *, tls_first: bool = False, **answers: str | list[str]
    ) -> None:
        self.answers = {
            verb: [answer] if isinstance(answer, str) else list(answer) for verb, answer in {**PLAIN, **answers}.items()
        }
        self.context = context
        self.tls_first = tls_first
        self.letters: list[bytes] = []
        self.verbs: list[str] = []
        self.lines: list[str] = []
        self.connections = 0
        self._current: socket.socket | None = None
        self.pace = 0.0
        self.ended, self.back = threading.Event(), threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ScriptedRelay:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self.back.set()
        if self._current:
            with contextlib.suppress(OSError):
                self._current.shutdown(socket.SHUT_RDWR)
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            self._current = connection
            try:
                self._talk(connection)
            except OSError:
                pass
            finally:
                connection.close()

    def _talk(self, connection: socket.socket) -> None:
        if self.tls_first and self.context:
            self._current = connection = self.context.wrap_socket(connection, server_side=True)
        file = connection.makefile("rb")
        if not self._say(connection, "CONNECT"):
            return
        while line := file.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            verb = text.split(" ")[0].upper()
            self.verbs.append(verb)
            self.lines.append(text)
            if not self._say(connection, verb):
                return
            if verb == "STARTTLS" and self.context:
                self._current = connection = self.context.wrap_socket(connection, server_side=True)
                file = connection.makefile("rb")
            if verb == "DATA" and self.said.startswith("354") and not self._take(connection, file):
                return

    def _take(self, connection: socket.socket, file) -> bool:
        letter = b""
        while (line := file.readline()) not in (b".\r\n", b""):
            letter += line[1:] if line.startswith(b".") else line
        self.letters.append(letter)
        self.verbs.append("DOT")
        return self._say(connection, "DOT")

    def _say(self, connection: socket.socket, verb: str) -> bool:
        """Answer; False when the connection is over."""
        script = self.answers.get(verb, ["502 what?"])
        self.said = script.pop(0) if len(script) > 1 else script[0]
        if self.said == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return False
        if self.said == CLOSE:
            return False
        if self.said == SILENCE:
            self.ended.wait(10)
            return False
        if self.said == HANG:
            self.back.wait()
            return False
        if self.said == DRIP:
            while not self.ended.wait(0.02):
                connection.sendall(b"2")
            return False
        rest = self.said.encode() + b"\r\n"
        while self.pace and len(rest) > 1:
            connection.sendall(rest[:1])
            rest = rest[1:]
            self.ended.wait(self.pace)
        connection.sendall(rest)
        return not (self.said.startswith(("421", "221")))
