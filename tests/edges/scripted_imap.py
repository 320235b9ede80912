"""An IMAP server on a real socket that does what a test tells it, right or wrong.

It speaks enough of RFC 9051 for our side. ``on[verb]`` replaces the answer to a command: it is called with the
connection, the tag and the command's line, and may send anything, hang up, or say nothing for ever.
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
from collections.abc import Callable

from tests.edges.imap_world import Changing

Answer = Callable[["Conversation", str, str], None]


class HangUp(Exception):
    """The server closes the connection here."""


class Conversation:
    """One client's connection."""

    def __init__(self, server: ScriptedImap, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.lines = sock.makefile("rb")

    def say(self, text: str | bytes) -> None:
        self.sock.sendall(text.encode() if isinstance(text, str) else text)

    def line(self) -> str:
        line = self.lines.readline()
        if not line:
            raise HangUp
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def silence(self) -> None:
        """Say nothing until the other side, or the test, hangs up."""
        while self.lines.readline():
            pass
        raise HangUp

    def drip(self, text: str) -> None:
        """One octet now and then, for ever: no socket timeout ever fires."""
        while not self.server.closed.wait(0.02):
            self.say(text)
        raise HangUp


class ScriptedImap(Changing):
    """The server, with one folder of ``mails`` by UID."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: dict[int, bytes] = {}
        self.uidvalidity: int | None = 7
        self.capabilities = "IMAP4rev1 AUTH=PLAIN IDLE UIDPLUS MOVE"
        self.greeting = "* OK ready"
        self.flags: dict[int, set[str]] = {}
        self.folders: dict[str, list[bytes]] = {"INBOX": []}
        self.credentials: list[bytes] = []
        self.said: list[str] = []
        self.connections = 0
        self.idling: list[Conversation] = []
        self.on: dict[str, Answer] = {}
        self.closed = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.closed.set()
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def count(self, start: str) -> int:
        """How many commands began like this."""
        return sum(line.startswith(start) for line in self.said)

    def deliver(self, uid: int, raw: bytes) -> None:
        """A mail arrives; whoever idles is told."""
        with self.changed:
            self.mails[uid] = raw
            for conversation in self.idling:
                conversation.say(f"* {len(self.mails)} EXISTS\r\n")

    def _serve(self) -> None:
        while not self.closed.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            threading.Thread(target=self._converse, args=(sock,), daemon=True).start()

    def _converse(self, sock: socket.socket) -> None:
        talk = Conversation(self, sock)
        with contextlib.suppress(HangUp, OSError, ValueError):
            with self.changed:
                self.connections += 1
                self.changed.notify_all()
            if "GREETING" in self.on:
                self.on["GREETING"](talk, "", "")
            talk.say(f"{self.greeting}\r\n")
            while True:
                self._answer(talk, talk.line())
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()

    def _answer(self, talk: Conversation, line: str) -> None:
        tag, _, rest = line.partition(" ")
        verb = rest.split(" ")[1] if rest.startswith("UID ") else rest.split(" ")[0]
        with self.changed:
            self.said.append(rest)
            self.changed.notify_all()
        (self.on.get(verb.upper()) or getattr(self, f"do_{verb.lower()}"))(talk, tag, rest)

    # --- the right answers ---

    def do_capability(self, talk: Conversation, tag: str, _line: str) -> None:
        talk.say(f"* CAPABILITY {self.capabilities}\r\n{tag} OK done\r\n")

    def do_authenticate(self, talk: Conversation, tag: str, _line: str) -> None:
        talk.say("+ \r\n")
        self.credentials.append(base64.b64decode(talk.line()))
        talk.say(f"{tag} OK in\r\n")

    def do_login(self, talk: Conversation, tag: str, _line: str) -> None:
        talk.say(f"{tag} OK in\r\n")

    def do_select(self, talk: Conversation, tag: str, _line: str) -> None:
        validity = f"* OK [UIDVALIDITY {self.uidvalidity}] valid\r\n" if self.uidvalidity else ""
        uidnext = max(self.mails, default=0) + 1
        talk.say(
            f"* {len(self.mails)} EXISTS\r\n{validity}* OK [UIDNEXT {uidnext}] next\r\n{tag} OK [READ-WRITE] done\r\n"
        )

    do_examine = do_select

    def do_search(self, talk: Conversation, tag: str, line: str) -> None:
        match = re.search(r"UID (\d+)(?::(\d+|\*))?$", line)
        last = max(self.mails, default=0)
        if match is None:
            found = sorted(self.mails)
        else:
            low = int(match[1])
            high = last if match[2] == "*" else int(match[2] or low)
            found = [uid for uid in sorted(self.mails) if min(low, high) <= uid <= max(low, high)]
        talk.say(f"* SEARCH {' '.join(map(str, found))}\r\n{tag} OK done\r\n")

    def do_fetch(self, talk: Conversation, tag: str, line: str) -> None:
        for uid in self.asked(line):
            if uid in self.mails:
                talk.say(self.fetched(uid, line))
        talk.say(f"{tag} OK done\r\n")

    @staticmethod
    def asked(line: str) -> list[int]:
        """The UIDs of a UID command."""
        return [int(uid) for uid in line.split(" ")[2].split(",")]

    def fetched(self, uid: int, line: str) -> bytes:
        """The right FETCH answer for one mail."""
        raw, number = self.mails[uid], sorted(self.mails).index(uid) + 1
        if "RFC822.SIZE" in line:
            return f"* {number} FETCH (UID {uid} RFC822.SIZE {len(raw)})\r\n".encode()
        name = b"BODY[]"
        if "HEADER" in line:
            raw, name = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", b"BODY[HEADER]<0>"
        return b"* %d FETCH (UID %d %s {%d}\r\n%s)\r\n" % (number, uid, name, len(raw), raw)

    def do_store(self, talk: Conversation, tag: str, line: str) -> None:
        for uid in self.asked(line):
            self.flags.setdefault(uid, set()).update(re.findall(r"\\\w+", line))
        talk.say(f"{tag} OK done\r\n")

    def do_copy(self, talk: Conversation, tag: str, line: str) -> None:
        folder = line.split(" ")[3].strip('"')
        if folder not in self.folders:
            talk.say(f"{tag} NO [TRYCREATE] no such folder\r\n")
            return
        self.folders[folder] += [self.mails[uid] for uid in self.asked(line)]
        talk.say(f"{tag} OK done\r\n")

    def do_move(self, talk: Conversation, tag: str, line: str) -> None:
        folder = line.split(" ")[3].strip('"')
        if folder not in self.folders:
            talk.say(f"{tag} NO [TRYCREATE] no such folder\r\n")
            return
        self.folders[folder] += [self.mails.pop(uid) for uid in self.asked(line)]
        talk.say(f"{tag} OK done\r\n")

    def do_expunge(self, talk: Conversation, tag: str, line: str) -> None:
        for uid in self.asked(line):
            if "\\Deleted" in self.flags.get(uid, ()):
                del self.mails[uid]
        talk.say(f"{tag} OK done\r\n")

    def do_create(self, talk: Conversation, tag: str, line: str) -> None:
        self.folders[line.split(" ")[1].strip('"')] = []
        talk.say(f"{tag} OK done\r\n")

    def do_list(self, talk: Conversation, tag: str, line: str) -> None:
        name = line.split(" ")[-1].strip('"')
        talk.say((f'* LIST () "/" {name}\r\n' if name in self.folders else "") + f"{tag} OK done\r\n")

    def do_idle(self, talk: Conversation, tag: str, _line: str) -> None:
        with self.changed:
            talk.say("+ idling\r\n")
            self.idling.append(talk)
            self.changed.notify_all()
        try:
            assert talk.line() == "DONE"
        finally:
            with self.changed:
                self.idling.remove(talk)
        talk.say(f"{tag} OK done\r\n")

    def do_logout(self, talk: Conversation, tag: str, _line: str) -> None:
        talk.say(f"* BYE\r\n{tag} OK done\r\n")
        raise HangUp
