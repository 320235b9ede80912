"""The header fields of one mail, looked up by name: decoded for show, unfolded but undecoded for address syntax."""

from __future__ import annotations

from mailgate.mail.head.headers import RawHeaders
from mailgate.mail.limits import Limits
from mailgate.mail.text import encoded_word

_ADDRESSES = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to", "return-path"})
_KEPT_RAW = frozenset({*_ADDRESSES, "message-id", "in-reply-to", "references", "date"})


class Fields:
    """Built once per mail, in one pass over its fields.

    ``decoded`` are (name, decoded value) in the order of the mail. Values beyond their limit are cut before they are
    read, and ``cut`` names them.
    """

    def __init__(self, raw_headers: RawHeaders, hint: str, limits: Limits) -> None:
        """``hint`` is the charset by which raw 8-bit values are read, if they are not UTF-8."""
        self.cut: list[str] = []
        self._raw: dict[str, list[str]] = {}
        self._shown: dict[str, str] = {}
        decoded: list[tuple[str, str]] = []
        for name, value in raw_headers:
            key = name.lower()
            if len(value) > limits.text_header:
                value = self._within(key, value, limits)
            text = shown = encoded_word.line(value, hint)
            if "=?" in text:
                shown = encoded_word.decode(text, quote=key in _ADDRESSES)
            if key in _KEPT_RAW:
                self._raw.setdefault(key, []).append(text)
            if key not in self._shown:
                self._shown[key] = shown
            decoded.append((name, shown))
        self.decoded = tuple(decoded)

    def _within(self, key: str, value: bytes, limits: Limits) -> bytes:
        limit = limits.text_header
        if key in _ADDRESSES:
            limit = limits.address_header
        elif key == "references":
            limit = limits.references_header
        if len(value) > limit:
            self.cut.append(f"header-cut:{key}")
        return value[-limit:] if key == "references" else value[:limit]

    def show(self, name: str) -> str:
        """The first field of that lower-case name, decoded; empty when there is none."""
        return self._shown.get(name, "")

    def raw(self, name: str) -> str:
        """The first field of that lower-case name, unfolded, its encoded words as they are."""
        return next(iter(self._raw.get(name, ())), "")

    def listed(self, name: str) -> str:
        """All fields of an address header of that name as one list."""
        return ", ".join(self._raw.get(name, ()))

    def has(self, name: str) -> bool:
        """Whether a field of that name, one of those kept undecoded, is there."""
        return name in self._raw
