"""Our own SMTP, LMTP and submission servers (RFC 5321, 2033, 6409), up to the moment when the spool has the mail.

``250`` after the data means that the mail is on disk (promise 1). A failure of ours is always a 4xx, and no reply has
the text of an error in it (promise 4). Mail for addresses that are not the desk's own is refused at RCPT, so that no
bounce is ever ours to send and nothing is relayed. ``conversation`` is one connection; ``front`` says who may come in
how, ``limits`` how much of us one client may take, ``address`` and ``data`` what is read how strictly, ``reply`` what
is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from mailgate.clock import Clock
from mailgate.edges.settings import SmtpIn
from mailgate.edges.smtp_in.client import LANES
from mailgate.edges.smtp_in.conversation import Conversation
from mailgate.edges.smtp_in.front import Front, Recipients
from mailgate.edges.smtp_in.group_commit import GroupCommit

__all__ = ["Recipients", "serve_mail"]

DRAIN_S = 25.0


async def serve_mail(
    settings: SmtpIn,
    desk: Recipients,
    commits: GroupCommit,
    clock: Clock,
    stop: asyncio.Event,
    ready: Callable[[], None],
    listeners: Sequence[tuple[str, socket.socket]],
    leave: asyncio.Event | None = None,
) -> None:
    """Serve on the listening sockets (each with the name of its lane) until ``stop`` or ``leave`` is set.

    ``ready`` is called once when all of them accept. After ``stop`` idle connections are told 421 at once, a mail whose
    data has begun still gets its answer, and after 25 seconds whatever is left is cut off. After ``leave`` another
    process accepts on the same sockets: who is here already is served one mail still, and told 421 unless
    he says QUIT then. Raises ``Refused`` when the certificate cannot be used.
    """
    front = Front(settings, desk, commits, clock)
    talks: set[Conversation] = set()
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(partial(Conversation, front, LANES[name], talks, loop), sock=listener)
        for name, listener in listeners
    ]
    ready()
    await _first(stop.wait(), *((leave.wait(),) if leave else ()))
    for server in servers:
        server.close()
    if not stop.is_set():
        front.leaving = True
        for talk in list(talks):
            talk.part()
        await _first(stop.wait(), front.empty.wait(), asyncio.sleep(DRAIN_S))
    front.stopping = True
    for talk in list(talks):
        talk.farewell()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            await front.empty.wait()
    for talk in list(talks):
        talk.cut_off()
    await commits.close()


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Until one of these is over."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
