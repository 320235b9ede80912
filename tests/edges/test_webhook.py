"""Webhooks against a real HTTP server: what is sent, what comes of each answer, and where nothing is sent."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mailgate.edges.settings import Secret, Webhook
from mailgate.edges.webhook import call
from mailgate.errors import Refused, Temporary

NOW_MS = 1_795_600_000_000
BODY = b'{"event":"rated"}'


@dataclass
class Far:
    """What the other side got, and what it answers."""

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=1"


@pytest.fixture
def far() -> Iterator[Far]:
    """A server on loopback."""
    known = Far()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.got.append((self.path, dict(self.headers), body))
            self.send_response(known.status)
            for name, value in known.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.port = server.server_port
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    running.start()
    yield known
    server.shutdown()
    running.join()
    server.server_close()


def test_a_call_is_json_with_an_id_a_time_and_a_signature_over_all_three(far: Far) -> None:
    """Whoever has the key can prove that it came from us, and when."""
    assert call(Webhook(far.url, Secret(literal="s3cret"), private=True), 4711, BODY, NOW_MS) == 204
    ((path, headers, body),) = far.got
    assert (path, body, json.loads(body)) == ("/hook?key=1", BODY, {"event": "rated"})
    assert headers["Content-Type"] == "application/json"
    assert (headers["Mailgate-Id"], headers["Mailgate-Timestamp"]) == ("4711", "1795600000")
    expected = hmac.new(b"s3cret", b"4711.1795600000." + BODY, "sha256").hexdigest()
    assert headers["Mailgate-Signature"] == f"v1={expected}"
    assert not {name for name in headers if name.lower() in ("authorization", "cookie")}


def test_without_a_secret_there_is_no_signature(far: Far) -> None:
    """An empty key would look like one."""
    call(Webhook(far.url, private=True), 1, BODY, NOW_MS)
    assert "Mailgate-Signature" not in far.got[0][1]


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, Temporary), (503, Temporary), (429, Temporary), (408, Temporary), (400, Refused), (404, Refused)],
)
def test_what_comes_of_an_answer(far: Far, status: int, error: type[Exception]) -> None:
    """Trouble of theirs is tried again, words that they do not take are not."""
    far.status = status
    with pytest.raises(error, match=f"127.0.0.1 answers {status}"):
        call(Webhook(far.url, private=True), 1, BODY, NOW_MS)


def test_redirects_are_not_followed(far: Far) -> None:
    """Not to a private address, nor to anywhere else: the config names the URL."""
    far.status, far.headers = 302, {"Location": far.url}
    with pytest.raises(Refused, match="redirects are not followed"):
        call(Webhook(far.url, private=True), 1, BODY, NOW_MS)
    assert len(far.got) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0"])
def test_private_addresses_are_refused_unless_the_config_allows_them(far: Far, host: str) -> None:
    """A name may lead anywhere; nothing inside is called by it."""
    with pytest.raises(Refused, match="not public"):
        call(Webhook(f"http://{host}:{far.port}/hook"), 1, BODY, NOW_MS)
    assert far.got == []


def test_nobody_there_is_temporary_and_says_neither_path_nor_secret(far: Far) -> None:
    """What is said may stand in a log."""
    with pytest.raises(Temporary) as raised:
        call(Webhook("http://127.0.0.1:1/a-secret-path", Secret(literal="s3cret"), private=True), 1, BODY, NOW_MS)
    assert "secret" not in str(raised.value)


def test_an_untrusted_certificate_is_not_talked_to(far: Far) -> None:
    """Nor is a server that speaks no TLS at all."""
    with pytest.raises(Temporary):
        call(Webhook(far.url.replace("http:", "https:"), private=True, timeout=2.0), 1, BODY, NOW_MS)
    assert far.got == []


def test_a_server_that_is_silent_is_given_up(far: Far) -> None:
    """After the time that the config names."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Temporary, match="does not answer within"):
            call(Webhook(url, private=True, timeout=0.1), 1, BODY, NOW_MS)
