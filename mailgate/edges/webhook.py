"""Calls of webhooks: one POST of JSON, signed, to a URL that the admin named.

==============================  ===================================================================
what comes back                 what is raised
==============================  ===================================================================
2xx                             nothing: it is taken
408, 425, 429, 5xx              ``Temporary``
any other status                ``Refused``: asking again with the same words cannot help
a redirect                      ``Refused``: the config names the URL, not the other side
a private address of a name     ``Refused``, unless the webhook says ``private`` (SSRF, CWE-918)
no connection, no answer        ``Temporary``
==============================  ===================================================================

The name is looked up once, and the connection goes to the very address that was looked at, so that a name cannot turn
into another address between look and call. The signature covers the time too::

    Mailgate-Id: 4711
    Mailgate-Timestamp: 1795600000
    Mailgate-Signature: v1=HMAC-SHA256(secret, "4711.1795600000." + body), in hexadecimal
"""

from __future__ import annotations

import hmac
import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from mailgate.edges.settings import Webhook
from mailgate.errors import Refused, Temporary

ANSWER_AT_MOST = 65_536
LATER = frozenset({408, 425, 429})


def call(hook: Webhook, call_id: int, body: bytes, now_ms: int) -> int:
    """POST ``body``; returns the status. Raises ``Temporary`` or ``Refused`` as the table says; what they say names
    neither secret nor path of the URL."""
    url = urlsplit(hook.url)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    target = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
    try:
        status = _post(hook, host, port, target, _headers(hook, call_id, body, now_ms), body)
    except ssl.SSLCertVerificationError as error:
        raise Temporary(f"the certificate of {host} is not to be trusted: {error.verify_message}") from error
    except TimeoutError as error:
        raise Temporary(f"{host} does not answer within {hook.timeout:g} s") from error
    except (OSError, http.client.HTTPException) as error:
        raise Temporary(f"{host} cannot be reached: {type(error).__name__}") from error
    if 200 <= status < 300:
        return status
    said = f"{host} answers {status} {http.client.responses.get(status, '')}".strip()
    if status in LATER or status >= 500:
        raise Temporary(said)
    raise Refused(f"{said}: redirects are not followed" if 300 <= status < 400 else said)


def signature(secret: str, call_id: int, timestamp: int, body: bytes) -> str:
    """What stands in ``Mailgate-Signature``."""
    signed = f"{call_id}.{timestamp}.".encode() + body
    return f"v1={hmac.new(secret.encode(), signed, 'sha256').hexdigest()}"


def _headers(hook: Webhook, call_id: int, body: bytes, now_ms: int) -> dict[str, str]:
    timestamp = now_ms // 1000
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "mailgate",
        "Mailgate-Id": str(call_id),
        "Mailgate-Timestamp": str(timestamp),
        "Connection": "close",
    }
    if hook.secret is not None:
        headers["Mailgate-Signature"] = signature(hook.secret.read().strip(), call_id, timestamp, body)
    return headers


def _post(hook: Webhook, host: str, port: int, target: str, headers: dict[str, str], body: bytes) -> int:
    address = _address(host, port, private=hook.private)
    if hook.url.startswith("https:"):
        context = ssl.create_default_context(cafile=hook.tls_ca or None)
        connection: http.client.HTTPConnection = _Https(host, port, address, hook.timeout, context)
    else:
        connection = _Http(host, port, address, hook.timeout)
    try:
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read(ANSWER_AT_MOST)
        return answer.status
    finally:
        connection.close()


def _address(host: str, port: int, *, private: bool) -> str:
    """The address to connect to: the first of the name's, all of which must be public unless private ones are
    allowed."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private:
        for one in found:
            if not ipaddress.ip_address(one.partition("%")[0]).is_global:
                raise Refused(f"{host} is {one}, an address that is not public; allow it with private = true")
    return found[0]


class _Http(http.client.HTTPConnection):
    """To one address, whatever the name says by now."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._to = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._to, self.port), self.timeout)


class _Https(_Http):
    """The same with TLS, for the name."""

    default_port = 443

    def __init__(self, host: str, port: int, address: str, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, address, timeout)
        self._context = context

    def connect(self) -> None:
        super().connect()
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
