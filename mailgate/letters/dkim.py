"""DKIM signatures on our letters (RFC 6376), so that the other side can tell them from forgeries.

The headers that matter are signed once more than they occur ("oversigned", section 8.15): nobody on the way can put a
second From or Subject on top. Signing costs milliseconds of processor time a letter; a desk whose relay signs leaves
this off. A key that cannot be read stops the start, since unsigned letters would be refused later and elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import dkim

from mailgate.errors import ConfigError, Problem

_SIGNED = (b"From", b"Subject", b"To", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"Reply-To")
_MORE = (b"MIME-Version", b"Content-Type", b"Content-Transfer-Encoding", b"Auto-Submitted")


class Key(Protocol):
    """Where a signing key stands: the shape of ``edges.settings.Dkim``, which letters may not import."""

    @property
    def domain(self) -> str: ...
    @property
    def selector(self) -> str: ...
    @property
    def key_file(self) -> str: ...


class Signer:
    """Signs for one domain with one key."""

    def __init__(self, domain: str, selector: str, key_file: str) -> None:
        """Read the PEM private key; ``ConfigError`` in the admin's words when that cannot be done."""
        self._domain = domain.encode("idna")
        self._selector = selector.encode("ascii")
        try:
            self._key = Path(key_file).read_bytes()
            self.sign(b"From: <a@b.example>\r\n\r\n")
        except OSError as error:
            raise ConfigError((Problem(key_file, 0, "dkim.key_file", f"cannot be read: {error.strerror}"),)) from error
        except (dkim.DKIMException, ValueError) as error:
            wrong = f"is no RSA private key in PEM form: {error}"
            raise ConfigError((Problem(key_file, 0, "dkim.key_file", wrong),)) from error

    def sign(self, data: bytes) -> bytes:
        """``data`` (a whole mail with CRLF line ends) with the signature's header on top."""
        header = dkim.sign(
            data,
            self._selector,
            self._domain,
            self._key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[*_SIGNED, *_SIGNED, *_MORE],
        )
        return bytes(header) + data
