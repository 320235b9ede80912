"""Access tokens: asked for over real HTTP on loopback and kept while good, and the rotated refresh token with them."""

from __future__ import annotations

import base64
import json
import os
import stat
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.imap_in.oauth import GrantRefused, TokenSource
from mailgate.edges.settings import OAuth, Secret
from mailgate.errors import Temporary
from tests.edges.imap_world import Kept, MemoryCursors, Told, account, fetch_once, mail
from tests.edges.scripted_imap import Conversation, ScriptedImap


class Clock(SystemClock):
    """A monotonic clock that a test moves."""

    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


class Provider(HTTPServer):
    """A token endpoint that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.forms: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, object] | bytes]] = []
        self.moved = ""
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"


class Answering(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.forms.append(dict(urllib.parse.parse_qsl(body)))
        code, answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(code)
        if code == 302:
            self.send_header("Location", self.server.moved)
        self.end_headers()
        self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.shutdown()
    provider.server_close()


@pytest.fixture
def refresh_file(tmp_path: Path) -> Path:
    path = tmp_path / "refresh"
    path.write_text("first\n")
    path.chmod(0o600)
    return path


def oauth(provider: Provider, refresh_file: Path, **more: str) -> OAuth:
    return OAuth(provider.url, "client", Secret(literal="s3"), Secret(file=str(refresh_file)), "mail.read", **more)


def test_the_refresh_grant_is_asked_for_as_rfc_6749_says(provider, refresh_file):
    provider.answers = [(200, {"access_token": "A1", "expires_in": 3600})]
    assert TokenSource(oauth(provider, refresh_file), Clock()).token() == "A1"
    assert provider.forms == [
        {
            "grant_type": "refresh_token",
            "client_id": "client",
            "client_secret": "s3",
            "refresh_token": "first",
            "scope": "mail.read",
        }
    ]


def test_a_token_is_kept_until_a_minute_before_its_end(provider, refresh_file):
    provider.answers = [(200, {"access_token": "A1", "expires_in": 3600}), (200, {"access_token": "A2"})]
    clock = Clock()
    tokens = TokenSource(oauth(provider, refresh_file), clock)
    assert tokens.token() == "A1"
    clock.seconds += 3539
    assert tokens.token() == "A1"
    clock.seconds += 2
    assert tokens.token() == "A2"


def test_a_rotated_refresh_token_is_written_back_for_us_only(provider, refresh_file):
    provider.answers = [(200, {"access_token": "A1", "refresh_token": "second", "expires_in": 0})]
    tokens = TokenSource(oauth(provider, refresh_file), Clock())
    tokens.token()
    assert refresh_file.read_text() == "second\n"
    assert stat.S_IMODE(refresh_file.stat().st_mode) == 0o600
    assert list(refresh_file.parent.iterdir()) == [refresh_file]
    tokens.token()
    assert provider.forms[-1]["refresh_token"] == "second"


def test_a_refresh_token_that_an_admin_replaced_counts_at_once(provider, refresh_file):
    provider.answers = [(200, {"access_token": "A1", "expires_in": 0})]
    tokens = TokenSource(oauth(provider, refresh_file), Clock())
    tokens.token()
    refresh_file.write_text("by hand\n")
    tokens.token()
    assert provider.forms[-1]["refresh_token"] == "by hand"


def test_a_rotated_token_that_cannot_be_written_is_said_and_used(provider, refresh_file):
    in_the_way = refresh_file.with_name(f".refresh.{os.getpid()}.new")
    in_the_way.mkdir()
    provider.answers = [(200, {"access_token": "A1", "refresh_token": "second"})]
    tokens = TokenSource(oauth(provider, refresh_file), Clock())
    with pytest.raises(Temporary, match="cannot be written"):
        tokens.token()
    assert refresh_file.read_text() == "first\n"
    in_the_way.rmdir()
    assert tokens.token() == "A1"
    assert provider.forms[-1]["refresh_token"] == "second"


@pytest.mark.parametrize("word", ["invalid_grant", "invalid_client", "unauthorized_client"])
def test_a_refused_grant_is_said_clearly_and_without_secrets(provider, refresh_file, word):
    provider.answers = [(400, {"error": word, "error_description": "token first of s3 expired"})]
    with pytest.raises(GrantRefused, match=word) as refused:
        TokenSource(oauth(provider, refresh_file), Clock()).token()
    assert "first" not in str(refused.value)
    assert "log in again" in str(refused.value)


@pytest.mark.parametrize(
    "answer",
    [(503, b"busy"), (200, b"<html>"), (200, {"expires_in": 5}), (400, {"error": "slow"}), (200, b"[" * 60_000)],
)
def test_any_other_trouble_is_temporary(provider, refresh_file, answer):
    provider.answers = [answer]
    with pytest.raises(Temporary) as trouble:
        TokenSource(oauth(provider, refresh_file), Clock()).token()
    assert not isinstance(trouble.value, GrantRefused)


def test_nobody_there_is_temporary(provider, refresh_file):
    settings = oauth(provider, refresh_file)
    provider.shutdown()
    provider.server_close()
    with pytest.raises(Temporary, match="does not answer"):
        TokenSource(settings, Clock()).token()


def test_secrets_follow_no_redirect(provider, refresh_file):
    provider.answers = [(302, b"")]
    provider.moved = f"{provider.url}/elsewhere"
    with pytest.raises(Temporary, match="302"):
        TokenSource(oauth(provider, refresh_file), Clock()).token()
    assert len(provider.forms) == 1


@pytest.mark.parametrize("url", ["http://login.example/token", "file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_secrets_go_over_https_or_stay_on_this_machine(url):
    with pytest.raises(Temporary, match="not https"):
        TokenSource(OAuth(url, "client", refresh_token=Secret(literal="x")), Clock()).token()


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    server = ScriptedImap()
    server.mails = {1: mail("no 1")}
    yield server
    server.close()


@pytest.mark.parametrize(
    ("mechanism", "words"),
    [
        ("XOAUTH2", b"user=support\x01auth=Bearer A1\x01\x01"),
        ("OAUTHBEARER", b"n,a=support,\x01host=127.0.0.1\x01port=%d\x01auth=Bearer A1\x01\x01"),
    ],
)
def test_imap_is_told_the_token_in_either_mechanism(provider, refresh_file, server, mechanism, words):
    provider.answers = [(200, {"access_token": "A1"})]
    box = account(server.port, password=None, oauth=oauth(provider, refresh_file, mechanism=mechanism))
    assert fetch_once(box, Kept(), MemoryCursors(), Told()) == 1
    assert server.credentials == [words % server.port if b"%d" in words else words]


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_that_the_server_does_not_take_is_replaced_once(provider, refresh_file, server, mechanism):
    provider.answers = [(200, {"access_token": "A1"}), (200, {"access_token": "A2"})]
    after_error: list[str] = []

    def take_a2(talk: Conversation, tag: str, line: str) -> None:
        talk.say("+ \r\n")
        words = base64.b64decode(talk.line())
        if b"Bearer A2" in words:
            return talk.say(f"{tag} OK in\r\n")
        talk.say("+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
        after_error.append(talk.line())
        return talk.say(f"{tag} NO [AUTHENTICATIONFAILED] no\r\n")

    server.on["AUTHENTICATE"] = take_a2
    box = account(server.port, password=None, oauth=oauth(provider, refresh_file, mechanism=mechanism))
    assert fetch_once(box, Kept(), MemoryCursors(), Told()) == 1
    assert after_error == ["" if mechanism == "XOAUTH2" else "AQ=="]
