"""The parts that are not the mail's text, described: name, type, size, hash, place, danger.

Every leaf of the tree that is not shown as text is here (catalogue C-24), containers and what was unpacked out of them
too, up to ``Limits.attachments``. An attached message is one attachment, named after its subject. Logos and tracking
pixels are marked as noise: pictures that the HTML shows, small, or shown where a signature is.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mailgate.mail.attachments import filename, filetype
from mailgate.mail.model import Attachment
from mailgate.mail.parts import Part

_NAMES = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "text/rfc822-headers": "headers",
    "message/disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
    "text/calendar": "invite",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
    "application/pkcs7-mime": "smime",
    "application/x-pkcs7-mime": "smime",
    "application/pgp-signature": "signature",
    "application/pgp-encrypted": "pgp-version",
    "application/applefile": "resource-fork",
    "application/ms-tnef": "winmail",
}
_MESSAGES = ("message/rfc822", "message/global", "message/news")
_NOISE_TYPES = frozenset({"application/applefile", "text/x-amp-html", "application/ms-tnef-unpacked"})
_SMALL_PICTURE = 64
"""A picture no higher than this, in pixels, is a logo or an icon when the HTML shows it."""
_SMALL_FILE = 6 * 1024
"""Nor is a shown picture of fewer octets a photograph or a screenshot."""


@dataclass(frozen=True, slots=True)
class File:
    """A file unpacked out of a part: its name as given, the type as claimed, the content.

    ``content_id`` is set for a picture that the mail's HTML shows.
    """

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


class Describer:
    """Describes the attachments of one mail; knows the names already given and the pictures that the HTML shows."""

    def __init__(self, shown: frozenset[str]) -> None:
        """``shown`` are the Content-IDs that the HTML refers to."""
        self._names = filename.Names()
        self._shown = shown

    def part(self, part: Part, noise: bool = False) -> Attachment:
        """One leaf of the tree as an attachment."""
        content = part.payload()
        given = part.filename
        claimed = part.content_type
        name = filename.safe(given, claimed) if given else _made_up(part)
        content_id = part.content_id
        other = part.params.get("name", "")
        return self._describe(
            part.path,
            name,
            given,
            other if other != given else "",
            claimed,
            content,
            content_id,
            noise or claimed in _NOISE_TYPES,
        )

    def file(self, container: str, file: File) -> Attachment:
        """A file unpacked out of the part at ``container``; ``file.name``, safe and unique in there, ends its path."""
        path = f"{container}/{file.name}"
        return self._describe(
            path, file.name, file.name, "", file.content_type, file.content, file.content_id, noise=False
        )

    def _describe(
        self, path: str, name: str, given: str, other: str, claimed: str, content: bytes, content_id: str, noise: bool,
    ) -> Attachment:  # fmt: skip
        head = content[:4096]
        actual = claimed if claimed in _MESSAGES else filetype.sniff(head, claimed, name)
        name = self._names.unique(name)
        inline = bool(content_id) and content_id in self._shown
        return Attachment(
            path=path,
            filename=name,
            content_type=actual,
            claimed_type=claimed,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_id=content_id,
            inline=inline,
            noise=noise or (inline and is_decoration(content, actual)),
            risks=filetype.risks(head, claimed, actual, given or name, other, filename.has_hidden(given)),
        )


def with_duplicates_marked(attachments: Iterable[Attachment]) -> Iterator[Attachment]:
    """The same, but a shown picture that is in the mail twice is noise the second time (a logo in each quote)."""
    seen: set[str] = set()
    for one in attachments:
        if one.sha256 in seen and one.inline and not one.noise:
            one = replace(one, noise=True)
        seen.add(one.sha256)
        yield one


def is_decoration(content: bytes, content_type: str) -> bool:
    """Whether a picture that the HTML shows is too small, or too flat, to tell an agent anything."""
    if not content_type.startswith("image/"):
        return False
    size = picture_size(content)
    if size is None:
        return len(content) < _SMALL_FILE
    width, height = size
    return height <= _SMALL_PICTURE or (len(content) < _SMALL_FILE and width * height < 300 * 300)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF or JPEG, by its header; None for anything else."""
    if content.startswith(b"\x89PNG") and len(content) >= 24:
        return struct.unpack(">II", content[16:24])
    if content[:4] == b"GIF8" and len(content) >= 10:
        return struct.unpack("<HH", content[6:10])
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(200):  # segments before the frame header
        if at + 9 > len(content) or content[at] != 0xFF:
            return None
        if 0xC0 <= content[at + 1] <= 0xCF and content[at + 1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _made_up(part: Part) -> str:
    """A name for a part that has none: an attached message is called after its subject."""
    kind = part.content_type
    if kind in _MESSAGES:
        subject = part.children[0].header("subject") if part.children else ""
        return filename.shortened(filename.safe(subject, fallback="message").removesuffix(".bin") + ".eml")
    description = part.header("content-description")
    if description and "." in description[-6:]:
        return filename.safe(description, kind)
    return filename.safe(
        "", kind, _NAMES.get(kind, kind.partition("/")[0] if kind[:5] in ("image", "audio", "video") else "attachment")
    )
