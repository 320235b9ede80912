"""Access tokens for mailboxes that take no password: the refresh grant of RFC 6749 section 6, and the SASL words.

A token is asked for when there is none or the last one is about to end, and kept in memory only. Providers may hand
out a new refresh token with it and void the old one; it is then written back into its file (mode 0600, written aside,
synced, renamed) before the access token is used, so that a crash never leaves us with a void one.

================================  ==========================================================
what the token endpoint says      what comes of it
================================  ==========================================================
200 with an access token          the token
400/401, ``invalid_grant`` …      ``GrantRefused``: a person has to log in again; told hourly
anything else, or nothing         ``Temporary``: asked again with back-off
================================  ==========================================================
"""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any

from mailgate.clock import Clock
from mailgate.durable import replace_private
from mailgate.edges.settings import OAuth, Secret
from mailgate.errors import Temporary

_ANSWER_AT_MOST = 65_536
_EARLY = 60.0  # a token that ends within a minute is as good as ended
_USUAL_LIFE = 3600.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# RFC 6749 section 5.2: asking again with the same words cannot help.
_FINAL = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"}
)


class GrantRefused(Temporary):
    """The provider no longer honours the refresh token or the client; a person must grant access again."""


class TokenSource:
    """The access token of one account, refreshed when it is due."""

    def __init__(self, oauth: OAuth, clock: Clock, timeout: float = 20.0) -> None:
        self._oauth = oauth
        self._clock = clock
        self._timeout = timeout
        self._token = ""
        self._good_until = 0.0
        self._rotated = ""

    def token(self) -> str:
        """A token that is good for a minute at least; raises ``GrantRefused`` or ``Temporary``."""
        if not self._token or self._clock.monotonic() >= self._good_until:
            self._refresh()
        return self._token

    def forget(self) -> None:
        """The server did not take the token: the next ``token()`` asks for another."""
        self._token = ""

    def secrets(self) -> tuple[str, ...]:
        """What must not show in any message, as far as it is known now."""
        return (self._token,)

    def _refresh(self) -> None:
        asked = self._clock.monotonic()
        answer = _post(self._oauth.token_url, self._form(), self._timeout)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token or not token.isprintable():
            raise Temporary(f"{self._oauth.token_url} answered without an access token")
        rotated = answer.get("refresh_token")
        if isinstance(rotated, str) and rotated.isprintable() and rotated not in ("", self._refresh_token()):
            self._keep(rotated)
        self._token = token
        self._good_until = asked + max(0.0, _seconds(answer.get("expires_in")) - _EARLY)

    def _form(self) -> dict[str, str]:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._oauth.client_id,
            "refresh_token": self._refresh_token(),
        }
        if self._oauth.client_secret is not None:
            form["client_secret"] = self._oauth.client_secret.read()
        if self._oauth.scope:
            form["scope"] = self._oauth.scope
        return form

    def _refresh_token(self) -> str:
        return self._rotated or self._oauth.refresh_token.read()

    def _keep(self, rotated: str) -> None:
        """Write the new refresh token where the old one stood; only a file can be written, else memory keeps it."""
        where: Secret = self._oauth.refresh_token
        if not where.file:
            self._rotated = rotated
            return
        try:
            replace_private(Path(where.file), f"{rotated}\n")
            self._rotated = ""
        except OSError as error:
            self._rotated = rotated  # it works until we end; whoever reads the log can mend the folder before that
            raise Temporary(
                f"the new refresh token cannot be written to {where.file}: {error.strerror}; "
                "the old one may be void by now, so make the file writable before the next restart"
            ) from error


def _seconds(life: object) -> float:
    try:
        return min(max(float(str(life)), 0.0), 86_400.0)
    except ValueError:
        return _USUAL_LIFE


class _StayHere(urllib.request.HTTPRedirectHandler):
    """No redirect is followed: the form carries secrets, and only ``token_url`` may see them."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _post(url: str, form: dict[str, str], timeout: float) -> dict[str, Any]:
    """POST the form and return the JSON object that comes back; secrets go over TLS only, or to this machine."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise Temporary(f"the token address {url} is not https")
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at above
        url, urllib.parse.urlencode(form).encode(), {"Accept": "application/json"}
    )
    try:
        with urllib.request.build_opener(_StayHere).open(request, timeout=timeout) as response:
            return _object(response.read(_ANSWER_AT_MOST))
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(url, error.code, error) from None
    except (OSError, HTTPException) as error:
        raise Temporary(f"{url} does not answer: {getattr(error, 'reason', None) or type(error).__name__}") from error


def _refusal(url: str, code: int, answer: IO[bytes]) -> Temporary:
    """The failure that an error answer stands for; its ``error`` word is shown, never its other text."""
    word = ""
    with contextlib.suppress(OSError, HTTPException):
        word = str(_object(answer.read(_ANSWER_AT_MOST)).get("error", ""))
    if word in _FINAL:
        return GrantRefused(f"{url} refuses the grant ({word}): log in again and store a new refresh token")
    return Temporary(f"{url} answered {code}")


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def xoauth2(user: str, token: str) -> Callable[[bytes], bytes]:
    """The answers to the challenges of XOAUTH2 (Google's and Microsoft's); to the error challenge, the empty one."""
    return _once(f"user={user}\x01auth=Bearer {token}\x01\x01".encode(), b"")


def oauthbearer(user: str, token: str, host: str, port: int) -> Callable[[bytes], bytes]:
    """The same for OAUTHBEARER (RFC 7628 section 3.1; after an error, 3.2.3 asks for one octet 0x01)."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    words = f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
    return _once(words.encode(), b"\x01")


def _once(first: bytes, then: bytes) -> Callable[[bytes], bytes]:
    answers = iter((first,))
    return lambda _challenge: next(answers, then)
