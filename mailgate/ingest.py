"""Mail from files and from an MTA's pipe, into the spool.

While a daemon runs, it alone owns the spool: the mails are handed to it over its LMTP socket, with its 250 as the proof
that they are kept. Only when none runs does this process open the spool itself; the next ``serve`` settles them.

============  =====================  ==========================================================
exit          for one mail on stdin  for files
============  =====================  ==========================================================
0             kept                   every mail is kept
65 / 1        refused                some were refused; each is named, the others are kept
75 / 1        try again later        stopped there; running the same again continues
============  =====================  ==========================================================
"""

from __future__ import annotations

import mailbox
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from mailgate.clock import Clock, SystemClock
from mailgate.config.settings import Settings
from mailgate.desk.identity.token import split_address
from mailgate.desk.policy import Policy
from mailgate.edges.lmtp import Lmtp
from mailgate.edges.smtp_in.address import can_receive, can_send
from mailgate.edges.smtp_in.listen import ingest_path
from mailgate.edges.spool.lock import SpoolLock
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Refused
from mailgate.mail.head import headers
from mailgate.mail.head.address import parse_addresses
from mailgate.mail.model import Envelope

DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
NOBODY = "MAILER-DAEMON"
"""How mboxes and pipes write the null sender."""


@dataclass(frozen=True, slots=True)
class FileMail:
    """One mail found in a file: its name for messages, its bytes, and the envelope sender where the file tells."""

    name: str
    raw: bytes
    sender: str | None = None


class Keeper(Protocol):
    """Where mails go. ``keep`` returns once the mail is safe; raises ``Temporary`` or ``Refused``."""

    def keep(self, mail: FileMail, recipients: tuple[str, ...]) -> None:
        """Keep one mail for these addresses of ours."""
        ...

    def close(self) -> None:
        """Let go of the spool or the connection."""
        ...


class IntoSpool:
    """No daemon runs: straight into the spool."""

    def __init__(self, spool: Spool, clock: Clock) -> None:
        """The caller holds the spool's lock."""
        self.spool, self.clock = spool, clock

    def keep(self, mail: FileMail, recipients: tuple[str, ...]) -> None:
        """See ``Keeper.keep``."""
        self.spool.accept(mail.raw, Envelope("ingest", recipients, mail.sender, self.clock.now_ms()))

    def close(self) -> None:
        """See ``Keeper.close``."""
        self.spool.close()


class IntoDaemon:
    """A daemon runs: over its LMTP socket, one connection for all mails."""

    def __init__(self, line: Lmtp) -> None:
        """``line`` is connected."""
        self.line = line

    def keep(self, mail: FileMail, recipients: tuple[str, ...]) -> None:
        """See ``Keeper.keep``."""
        self.line.hand_over(mail.sender or "", recipients, mail.raw)

    def close(self) -> None:
        """See ``Keeper.close``."""
        self.line.close()


def recipients_of(raw: bytes, policy: Policy, chosen: str) -> tuple[str, ...]:
    """Which addresses of ours a mail is for: the one chosen, else those in its headers, else the first mailbox."""
    if chosen:
        return (chosen,)
    for name in DELIVERED_TO:
        named = [address.email for value in _values(raw, name) for address in parse_addresses(value)]
        ours = [email for email in named if split_address(email, policy.mailboxes) and can_receive(email)]
        if ours:
            return tuple(dict.fromkeys(ours))
    return (policy.mailboxes[0].address,)


def sender_of(mail: FileMail) -> str | None:
    """The envelope sender: what the file names, else Return-Path, else what the MTA put into the environment, else the
    first From address; of these the first that an envelope can name. Empty: the null sender; None: nobody is named."""
    told = [mail.sender, *_values(mail.raw, "return-path"), os.environ.get("SENDER")]
    written = [each.strip().strip("<>") for each in told if each is not None]
    written += [address.email for value in _values(mail.raw, "from") for address in parse_addresses(value)]
    named = ("" if each == NOBODY else each for each in written)
    return next((each for each in named if can_send(each)), None)


def files(paths: list[Path]) -> Iterator[FileMail]:
    """Every mail of the paths: a Maildir's, an mbox's, the .eml files of a folder, one file."""
    for path in paths:
        if (path / "cur").is_dir() or (path / "new").is_dir():
            box: mailbox.Mailbox[mailbox.Message] = mailbox.Maildir(str(path), create=False)
            for key in sorted(box.keys()):
                yield FileMail(f"{path}/{key}", box.get_bytes(key))
        elif path.is_dir():
            yield from files(sorted(entry for entry in path.iterdir() if entry.is_file()))
        elif _is_mbox(path):
            yield from _mbox(path)
        else:
            yield FileMail(str(path), path.read_bytes())


def _values(raw: bytes, name: str) -> Iterator[str]:
    """The values of the headers of that name, top first, as far as they are text."""
    for field, value in headers.read(raw).fields:
        if field.lower() == name:
            yield value.decode("utf-8", "replace")


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as handle:
        return path.suffix != ".eml" and handle.read(5) == b"From "


def _mbox(path: Path) -> Iterator[FileMail]:
    """The mails of an mbox, in order; the ``From `` line of each names its envelope sender (RFC 4155)."""
    box = mailbox.mbox(str(path), create=False)
    for key in box.iterkeys():
        line = box.get_bytes(key, from_=True).partition(b"\n")[0].split()
        sender = line[1].decode("utf-8", "replace") if len(line) > 1 else None
        yield FileMail(f"{path}#{int(key) + 1}", box.get_bytes(key), sender)


def ingest_paths(settings: Settings, paths: list[Path], chosen: str, told: Callable[[str, str], None]) -> int:
    """Keep every mail of the paths; ``told(name, refusal)`` hears of each, with an empty refusal when it is kept.

    Returns how many were refused; raises ``Temporary`` at the first mail that must be tried again.
    """
    refused = 0
    with _keeper(settings) as keeper:
        for mail in files(paths):
            refusal = _keep(keeper, mail, settings, chosen)
            told(mail.name, refusal)
            refused += bool(refusal)
    return refused


def ingest_pipe(settings: Settings, raw: bytes, chosen: str) -> str:
    """Keep one mail from an MTA's pipe; returns why it was refused, or an empty string when it is kept.

    Raises ``Temporary`` when it must be tried again.
    """
    with _keeper(settings) as keeper:
        return _keep(keeper, FileMail("standard input", raw), settings, chosen)


def _keep(keeper: Keeper, mail: FileMail, settings: Settings, chosen: str) -> str:
    try:
        keeper.keep(replace(mail, sender=sender_of(mail)), recipients_of(mail.raw, settings.policy, chosen))
    except Refused as error:
        return str(error)
    return ""


@contextmanager
def _keeper(settings: Settings) -> Iterator[Keeper]:
    """The running daemon, else the spool under its lock."""
    clock, lock = SystemClock(), SpoolLock(settings.spool_path)
    keeper: Keeper
    with ExitStack() as held:
        try:
            lock.take()
        except Refused:
            keeper = IntoDaemon(Lmtp(ingest_path(settings.state_dir)))
        else:
            held.callback(lock.release)
            keeper = IntoSpool(Spool.open(settings.spool_path, clock, checkpoints=True), clock)
        yield held.enter_context(closing(keeper))
