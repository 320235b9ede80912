"""Which letter came back: the headers of the returned message, wherever the report keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailgate.mail.bounces.tree import walk
from mailgate.mail.text import encoded_word

if TYPE_CHECKING:
    from mailgate.mail.parts import Part

RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/rfc822-headers",
        "text/rfc822-headers",
        "text/rfc822",
        "message/global",
        "message/global-headers",
    }
)
MAX_HEADER_OCTETS = 65_536
MAX_IDS = 20

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_MESSAGE_ID = re.compile(r"<([^\s<>]{1,250})>")


@dataclass(frozen=True, slots=True)
class Letter:
    """The returned letter: its Message-ID first, then its References; its subject; the addresses that it named."""

    message_ids: tuple[str, ...] = ()
    subject: str = ""
    addresses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.message_ids or self.subject or self.addresses)


def letter(root: Part) -> Letter:
    """The returned letter, empty where the report holds none."""
    for part in walk(root):
        if part.content_type in RETURNED_TYPES:
            found = from_headers(part.payload()[:MAX_HEADER_OCTETS].decode("utf-8", "replace"))
            if found:
                return found
    return Letter()


def from_headers(text: str) -> Letter:
    """The letter whose header block opens ``text``."""
    fields = header_fields(text)
    ids = [
        found
        for name in ("message-id", "references", "in-reply-to")
        for found in _MESSAGE_ID.findall(fields.get(name, ""))[-MAX_IDS:]
    ]
    addresses = [
        found
        for name in ("return-path", "from", "sender", "reply-to")
        for found in _ADDRESS.findall(fields.get(name, "")[:2000])[:5]
    ]
    subject = encoded_word.decode(fields.get("subject", "")[:1000])
    return Letter(tuple(dict.fromkeys(ids)), subject[:500], tuple(dict.fromkeys(addresses)))


def header_fields(text: str) -> dict[str, str]:
    """The first value of each header up to the first blank line, names in lower case, folded lines joined."""
    fields: dict[str, str] = {}
    last = ""
    for line in text.lstrip("\r\n").splitlines():
        if not line.strip():
            break
        if line[0] in " \t":
            if last:
                fields[last] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        last = name.strip().lower() if colon and name.strip().lower() not in fields else ""
        if last:
            fields[last] = value.strip()
    return fields
