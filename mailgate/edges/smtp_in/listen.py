"""Listening sockets, bound by the parent before it forks: they stay open while the front process is replaced.

An address is ``host:port`` (``[::1]:25`` for IPv6; port 0 lets the kernel choose) or ``unix:PATH``, whose socket file
is readable and writable for the owner and the group, so that a mail server in the group may connect.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

from mailgate.edges.settings import SmtpIn
from mailgate.edges.unix_path import within_reach
from mailgate.errors import Refused

BACKLOG = 512
INGEST = "ingest"
"""The name of the LMTP socket over which ``mailgate ingest`` hands mail to the running daemon."""

Listeners = tuple[tuple[str, socket.socket], ...]


def bind_all(settings: SmtpIn, state_dir: Path) -> Listeners:
    """All sockets of the front, by name: ``smtp``, ``lmtp``, ``submission`` where they are set, and ``ingest`` always.

    Raises ``Refused`` with the address and the reason when one cannot be had.
    """
    wanted = (
        ("smtp", settings.listen),
        ("lmtp", settings.lmtp),
        ("submission", settings.submission),
        (INGEST, f"unix:{ingest_path(state_dir)}"),
    )
    return tuple((name, bind(address)) for name, address in wanted if address)


def ingest_path(state_dir: Path) -> Path:
    """Where ``ingest`` finds the running daemon."""
    return state_dir / "ingest.sock"


def bind(address: str) -> socket.socket:
    """One listening socket; raises ``Refused``."""
    try:
        return _bind_unix(address[5:]) if address.startswith("unix:") else _bind_tcp(address)
    except OSError as error:
        raise Refused(f"cannot listen on {address}: {error.strerror or error}") from error


def shown(listeners: Listeners) -> str:
    """``smtp 127.0.0.1:2525, lmtp unix:/run/…`` for the ready line; the private socket is left out."""
    return ", ".join(f"{name} {_name(each)}" for name, each in listeners if name != INGEST)


def _name(listener: socket.socket) -> str:
    place = listener.getsockname()
    if isinstance(place, str):
        return f"unix:{place}"
    host, port = place[0], place[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bind_tcp(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    family, kind, protocol, _, place = socket.getaddrinfo(
        host.strip("[]") or None, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(place)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _bind_unix(path: str) -> socket.socket:
    """A socket file left by a daemon that is gone is replaced: whoever binds holds the spool's lock. Any other file
    stays, and is a mistake in the config."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        with within_reach(Path(path)) as name:
            listener.bind(name)
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener
