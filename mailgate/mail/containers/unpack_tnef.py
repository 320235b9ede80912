"""winmail.dat: what Outlook wraps mails in when it takes the reader for another Outlook (MS-OXTNEF), by tnefparse.

tnefparse copies the rest of the file at each object, so the objects are counted first; a file for which that would cost
more than ``_MAX_COPIED`` octets stays closed, and so does one on which it fails in any way. A body in RTF only,
as Outlook writes it most, is read by ``rtf``.
"""

from __future__ import annotations

import struct
from typing import Any

from tnefparse import TNEF

from mailgate.mail.attachments.attachment import File
from mailgate.mail.containers import rtf
from mailgate.mail.containers.unpacked import Unpacked
from mailgate.mail.text import charset

_MAX_COPIED = 2 * 1024**3
_MAX_OBJECTS = 20_000


def unpack(content: bytes) -> Unpacked | None:
    """The files and the body of a winmail.dat, or None where it cannot be read."""
    if _objects(content) * len(content) > _MAX_COPIED:
        return None
    try:
        read = TNEF(content, do_checksum=False)
        files = tuple(_file(one) for one in read.attachments if one.data)
    except Exception:  # tnefparse lets struct, index, assertion and decoding errors out
        return None
    text, html = _text(read.body).strip(), _text(read.htmlbody)
    if not (text or html):
        text, html = rtf.read(rtf.decompressed(_octets(getattr(read, "_rtfbody", None))))
    return Unpacked(files, text=text, html=html)


def _objects(content: bytes) -> int:
    """How many objects the file has; each is level, name, type, length, data and checksum (MS-OXTNEF 2.1.3.2)."""
    at, count = 6, 0
    while at + 9 <= len(content) and count < _MAX_OBJECTS:
        at += struct.unpack_from("<I", content, at + 5)[0] + 11
        count += 1
    return count


def _file(one: Any) -> File:
    name = _text(one.long_filename()).strip("\0") or "attachment"
    return File(name, "application/octet-stream", bytes(one.data))


def _octets(value: Any) -> bytes:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else b""
    return value if isinstance(value, bytes) else b""


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value, _ = charset.decode(value.rstrip(b"\0"))
    elif isinstance(value, (list, tuple)):
        value = _text(value[0]) if value else ""
    text = charset.storable(str(value or "").rstrip("\0"))
    return text.replace("\r\n", "\n").replace("\r", "\n")
