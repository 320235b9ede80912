"""The text of an RTF body, as Outlook packs it into winmail.dat and .msg files (MS-OXRTFCP, MS-OXRTFEX).

``decompressed`` undoes Outlook's compression; ``read`` gives the plain text, or the HTML that Outlook put into the RTF
(``\\fromhtml1``). Both read in one pass, never further than ``MAX_OCTETS``, and raise nothing: what cannot be read
gives empty text, and the file is kept beside it in any case.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field, replace

from mailgate.mail.text import charset

MAX_OCTETS = 2 * 1024 * 1024
MAX_DEPTH = 500
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_PREFILLED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the dictionary holds before the first octet (MS-OXRTFCP 2.1.2.1)."""

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z\r\n])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_SILENT = frozenset({"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "generator", "themedata"})
_BREAKS = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t"}
_SIGNS = {"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—"}


def decompressed(octets: bytes) -> bytes:
    """The RTF out of a PidTagRtfCompressed value; empty where it is none."""
    if len(octets) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<IIII", octets)
    if kind == _PLAIN:
        return octets[16 : 16 + min(size, MAX_OCTETS)]
    return _inflated(octets[16:], min(size, MAX_OCTETS)) if kind == _COMPRESSED else b""


def _inflated(octets: bytes, size: int) -> bytes:
    """Runs of eight, each a literal octet or a reference into the last 4,096 (MS-OXRTFCP 2.2.3)."""
    out = bytearray(_PREFILLED)
    end = len(_PREFILLED) + size
    at = 0
    while at < len(octets) and len(out) < end:
        flags, at = octets[at], at + 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += octets[at : at + 1]
                at += 1
                continue
            if at + 2 > len(octets):
                return bytes(out[len(_PREFILLED) : end])
            offset, length = octets[at] << 4 | octets[at + 1] >> 4, (octets[at + 1] & 15) + 2
            at += 2
            back = (len(out) - offset) % _WINDOW
            if not back or back > len(out):
                return bytes(out[len(_PREFILLED) : end])
            for _ in range(length):
                out.append(out[-back])
    return bytes(out[len(_PREFILLED) : end])


@dataclass(slots=True)
class _Group:
    """What holds inside one pair of braces."""

    silent: bool = False
    hidden: bool = False
    after_unicode: int = 1


@dataclass(slots=True)
class _Reader:
    """One walk over the tokens; ``pending`` are octets in the document's code page."""

    html: bool
    codepage: str = "cp1252"
    group: _Group = field(default_factory=_Group)
    stack: list[_Group] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    starred: bool = False
    to_skip: int = 0

    def say(self, text: str) -> None:
        self.flush()
        if self.shown():
            self.out.append(text)

    def shown(self) -> bool:
        return not self.group.silent and not self.group.hidden

    def octets(self, octets: bytes) -> None:
        skipped = min(self.to_skip, len(octets))
        self.to_skip -= skipped
        if self.shown():
            self.pending += octets[skipped:]

    def flush(self) -> None:
        if self.pending:
            self.out.append(charset.decode(bytes(self.pending), self.codepage)[0])
            self.pending.clear()

    def brace(self, brace: bytes) -> None:
        self.flush()
        self.to_skip = 0
        if brace == b"{":
            self.stack.append(self.group)
            self.group = replace(self.group)
        elif self.stack:
            self.group = self.stack.pop()

    def word(self, name: str, number: int | None) -> None:
        if self.starred and name != "htmltag":
            self.group.silent = True
        self.starred = False
        if name in _SILENT:
            self.group.silent = True
        elif name == "htmlrtf":
            self.flush()
            self.group.hidden = self.html and number != 0
        elif name == "ansicpg" and number:
            self.codepage = f"cp{number}" if number != 65001 else "utf-8"
        elif name == "uc":
            self.group.after_unicode = max(0, number if number is not None else 1)
        elif name == "u" and number is not None:
            self.say(chr(number % 65536))
            self.to_skip = self.group.after_unicode
        elif name in _BREAKS or name in _SIGNS:
            self.say(_BREAKS.get(name, "") or _SIGNS.get(name, ""))

    def sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.starred = True
        elif sign in b"{}\\":
            self.octets(sign)
        elif sign == b"~":
            self.say("\xa0")


def read(rtf: bytes) -> tuple[str, str]:
    """The plain text and the HTML of an RTF document, one of them empty."""
    if rtf.lstrip()[:5] != rb"{\rtf":
        return "", ""
    rtf = rtf[:MAX_OCTETS]
    reader = _Reader(html=rb"\fromhtml1" in rtf[:4096])
    for token in _TOKEN.finditer(rtf):
        word, number, code, sign, brace, text = token.groups()
        if word:
            reader.word(word.decode("ascii"), int(number) if number else None)
        elif code:
            reader.octets(bytes([int(code, 16)]))
        elif sign:
            reader.sign(sign)
        elif brace:
            reader.brace(brace)
            if len(reader.stack) > MAX_DEPTH:
                break
        elif text:
            reader.octets(text)
    reader.flush()
    pairs = "".join(reader.out).encode("utf-16", "surrogatepass")  # \\u gives the halves of a pair one by one
    content = charset.storable(pairs.decode("utf-16", "replace")).replace("\r\n", "\n").replace("\r", "\n").strip()
    return ("", content) if reader.html else (content, "")
