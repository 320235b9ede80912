"""A real IMAP mailbox for a desk: Dovecot's where it is installed, else pymap's."""

from __future__ import annotations

import imaplib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.real import dovecot, pymap_server

USER, PASSWORD = "support", "pass word"


@dataclass
class ImapMailbox:
    """One user's INBOX on a running server."""

    port: int
    append: Callable[[Sequence[bytes]], None]
    client: Callable[[], imaplib.IMAP4]

    def left(self, folder: str = "INBOX") -> list[str]:
        """The flags of every mail in a folder, as a person's mail client sees them; empty without such a folder."""
        with self.client() as client:
            status, (count,) = client.select(folder, readonly=True)
            if status != "OK" or count == b"0":
                return []
            _, found = client.fetch("1:*", "(FLAGS)")
            return [line.decode() for line in found if isinstance(line, bytes)]

    def config(self, after: str = "seen") -> str:
        """The lines of a desk's config that fetch it; they belong below a [[mailboxes]] entry."""
        return (
            f'[mailboxes.imap]\nhost = "127.0.0.1"\nport = {self.port}\nsecurity = "none"\nuser = "{USER}"\n'
            f'password = "{PASSWORD}"\nafter = "{after}"\npoll_every = "1 s"\n'
        )


@contextmanager
def mailbox() -> Iterator[ImapMailbox]:
    """A mailbox on whichever server this machine has."""
    if shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"):
        server = dovecot.start()
        server.add_user(USER, PASSWORD)
        try:
            yield ImapMailbox(server.port, lambda raws: server.append(USER, raws), lambda: server.client(USER))
        finally:
            server.stop()
    else:
        light = pymap_server.start(USER, PASSWORD)
        try:
            yield ImapMailbox(light.port, light.append, light.client)
        finally:
            light.stop()
