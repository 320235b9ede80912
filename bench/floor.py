"""The bare floor: aiosmtpd that writes one file a mail, fsyncs it and says 250. No ticket, no letter."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session


class OneFile:
    """The handler: one file and one fsync a mail."""

    def __init__(self, folder: Path) -> None:
        """Files go into ``folder``."""
        self.folder, self.number = folder, 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Write, fsync, say yes."""
        self.number += 1
        handle = os.open(self.folder / f"{self.number}.eml", os.O_WRONLY | os.O_CREAT, 0o600)
        assert isinstance(envelope.content, bytes)
        os.write(handle, envelope.content)
        os.fsync(handle)
        os.close(handle)
        return "250 OK"


def start(folder: Path) -> tuple[multiprocessing.Process, int]:
    """Start the floor in its own process; returns it and its port."""
    near, far = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(folder, far), daemon=True)
    process.start()
    return process, int(near.recv())


def _serve(folder: Path, pipe: Connection) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        handler = OneFile(folder)
        server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(main())
