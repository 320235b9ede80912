"""Files in the middle of a text: uuencode (POSIX) and yEnc (the draft of 2002, ``=ybegin`` … ``=yend``)."""

from __future__ import annotations

import re

from mailgate.mail.attachments.attachment import File
from mailgate.mail.text import charset, transfer

_UU = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,300})\r?\n"
    rb"((?:[ -`][^\r\n]{0,120}\r?\n)*?)(?:[ `]?\r?\n)?end[ \t]*(?:\r?\n|\Z)",
    re.MULTILINE,
)
_Y = re.compile(rb"^=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,300})\r?\n(?:=ypart [^\r\n]{0,200}\r?\n)?", re.MULTILINE)
_Y_END = re.compile(rb"^=yend[^\r\n]{0,200}(?:\r?\n|\Z)", re.MULTILINE)
_UNSHIFT = bytes((octet - 42) % 256 for octet in range(256))
_MAX_FILES = 100


def take_out(octets: bytes) -> tuple[bytes, tuple[File, ...]]:
    """``octets`` with each file replaced by a line that names it, and the files."""
    files: list[File] = []

    def uu(match: re.Match[bytes]) -> bytes:
        content = transfer.uu_lines(match.group(2))
        if len(files) >= _MAX_FILES or not content:
            return match.group()
        return _note(files, match.group(1), content)

    if b"begin " in octets:
        octets = _UU.sub(uu, octets)
    if b"=ybegin " in octets:
        octets = _take_yenc(octets, files)
    return octets, tuple(files)


def _take_yenc(octets: bytes, files: list[File]) -> bytes:
    out: list[bytes] = []
    at = 0
    for _ in range(_MAX_FILES):
        begin = _Y.search(octets, at)
        end = _Y_END.search(octets, begin.end()) if begin else None
        if begin is None or end is None:
            break
        content = _yenc(octets[begin.end() : end.start()])
        out += [octets[at : begin.start()], _note(files, begin.group(1), content)]
        at = end.end()
    return b"".join([*out, octets[at:]])


def _yenc(octets: bytes) -> bytes:
    """Each octet less 42; after ``=`` less 64 more; line ends are no content."""
    pieces = octets.translate(None, b"\r\n").split(b"=")
    out = [pieces[0].translate(_UNSHIFT)]
    for piece in pieces[1:]:
        if piece:
            out.append(bytes([(piece[0] - 64 - 42) % 256]) + piece[1:].translate(_UNSHIFT))
    return b"".join(out)


def _note(files: list[File], raw_name: bytes, content: bytes) -> bytes:
    name = charset.decode(raw_name.strip(b' "\t\r'), "utf-8")[0]
    files.append(File(name, "application/octet-stream", content))
    return b"[" + raw_name.strip(b'"\r ') + b"]\n"
