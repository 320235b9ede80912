"""The octets of a mail's attachments, by the paths that ``parse`` gave them.

The mail's structure is read once however many attachments are asked for, and so is a container with files in it: a
letter may carry two hundred of them. What is kept for that is let go with the ``Contents`` itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.mail import parts
from mailgate.mail.containers import unpack
from mailgate.mail.head import headers
from mailgate.mail.limits import DEFAULT_LIMITS, Limits
from mailgate.mail.parts import Part
from mailgate.mail.text.transfer import Base64


class Contents:
    """Gives attachments' contents; made for one mail's letters, and thrown away after them."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        """``limits`` are those that the mail was parsed with."""
        self._limits = limits
        self._raw: bytes | None = None
        self._parts: Mapping[str, Part] = {}
        self._container = ""
        self._inside: Mapping[str, bytes] = {}

    def __call__(self, raw: bytes, path: str) -> bytes:
        """The content at ``path``, the same octets that were hashed. Raises ``KeyError`` if the mail has none there."""
        self._look_into(raw)
        outer, _, inner = path.partition("/")
        if not inner:
            return self._parts[outer].payload()
        if outer != self._container:
            self._inside, self._container = unpack.contents(self._parts[outer], self._limits), outer
        return self._inside[inner]

    def to_carry(self, raw: bytes, path: str) -> bytes | Base64:
        """The same, for a letter: what came in base64 just as the letter will have it is not decoded."""
        self._look_into(raw)
        part = self._parts.get(path)
        tidy = part.base64() if part else None
        return self(raw, path) if tidy is None else tidy

    def _look_into(self, raw: bytes) -> None:
        if raw is not self._raw:
            self._raw, self._container = raw, ""
            self._parts = _leaves(raw, self._limits)


def with_line_ends(raw: bytes) -> bytes:
    """``raw``, its CRs as line ends where it has no other (old Macintosh files)."""
    return raw.replace(b"\r", b"\n") if b"\n" not in raw else raw


def _leaves(raw: bytes, limits: Limits) -> Mapping[str, Part]:
    raw = with_line_ends(raw)
    root = parts.tree(raw, headers.read(raw), limits)
    return {part.path: part for part in root.walk() if not part.is_multipart}
