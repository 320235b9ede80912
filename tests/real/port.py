"""A port for a server of somebody else's, which has to be told where to listen."""

from __future__ import annotations

import socket


def reserve() -> int:
    """A port on loopback that nobody else is given for the next minute.

    A connection that our side has closed first leaves the port in TIME_WAIT (RFC 9293 section 3.6.1): the system hands
    it to nobody who asks for any port, and servers, which set SO_REUSEADDR, can still listen there.
    """
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        port = int(server.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
        return port
