"""A page for Prometheus and a health check, on a loopback port, for the admin's own monitoring.

``GET /metrics`` answers in Prometheus's text format, ``GET /health`` 200 or 503 with one line per trouble; anything
else is 404. It listens on loopback only (the config refuses other addresses): it tells how much mail there is. Each
request has five seconds and is answered one after the other; what fails while looking is a 503 without details.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

TIMEOUT_S = 5.0


class _Gathered(Collector):
    """What was gathered for one answer."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


class MetricsServer:
    """Serves in a thread until ``close``; ``port`` is where (of use where 0 was asked for)."""

    def __init__(
        self, address: str, families: Callable[[], Iterable[Metric]], troubles: Callable[[], Sequence[str]]
    ) -> None:
        """``address`` is HOST:PORT. Raises ``OSError`` when it is taken."""
        host, _, port = address.rpartition(":")
        self._server = _Server(host.strip("[]"), int(port), _handler(families, troubles))
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(HTTPServer):
    """On IPv6 too, which the library's own takes for a name."""

    def __init__(self, host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)


def _handler(
    families: Callable[[], Iterable[Metric]], troubles: Callable[[], Sequence[str]]
) -> type[BaseHTTPRequestHandler]:
    def metrics() -> tuple[int, str, bytes]:
        registry = CollectorRegistry()
        registry.register(_Gathered(tuple(families())))
        return 200, CONTENT_TYPE_LATEST, generate_latest(registry)

    def health() -> tuple[int, str, bytes]:
        found = troubles()
        return (503 if found else 200), "text/plain; charset=utf-8", ("\n".join(found or ["fine"]) + "\n").encode()

    pages = {"/metrics": metrics, "/health": health}

    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT_S
        server_version, sys_version = "mailgate", ""

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            try:
                code, kind, body = page() if page else (404, "text/plain", b"/metrics and /health\n")
            except Exception:  # the monitoring must see that something is wrong, and no stranger what
                code, kind, body = 503, "text/plain", b"the desk cannot be looked at\n"
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A scrape every few seconds is nothing to log."""

    return Handler
