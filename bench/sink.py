"""The relay at the far end: takes every letter, throws it away, counts. Run as a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
from ctypes import c_longlong
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from typing import cast


class Sink(asyncio.Protocol):
    """A relay of as few instructions as possible, so that it takes little of what is measured."""

    def __init__(self, count: Synchronized[int]) -> None:
        """``count`` goes up by one a letter."""
        self.count = count
        self.rest = b""
        self.data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Take lines or a mail's text."""
        self.rest += data
        while self.rest:
            if self.data:
                _text, dot, rest = self.rest.partition(b"\r\n.\r\n")
                if not dot:
                    self.rest = self.rest[-4:]  # enough to know the end by; a large letter is not looked through again
                    return
                self.rest, self.data = rest, False
                with self.count.get_lock():
                    self.count.value += 1
                self.transport.write(b"250 taken\r\n")
                continue
            line, end, rest = self.rest.partition(b"\r\n")
            if not end:
                return
            self.rest = rest
            self._command(line[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"DATA":
            self.data = True
            self.transport.write(b"354 go\r\n")
        elif verb == b"EHLO":
            self.transport.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 ok\r\n")


def start() -> tuple[multiprocessing.Process, int, Synchronized[int]]:
    """Start a sink in its own process; returns it, its port and its counter."""
    count: Synchronized[int] = multiprocessing.Value(c_longlong, 0)
    near, far = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(count, far), daemon=True)
    process.start()
    return process, int(near.recv()), count


def _serve(count: Synchronized[int], pipe: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Sink(count), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    import uvloop

    uvloop.run(main())
