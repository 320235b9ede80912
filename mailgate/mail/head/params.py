"""Content-Type and Content-Disposition: the value and its parameters (RFC 2045 section 5.1, RFC 2183, RFC 2231).

Lenient: values without quotes that hold spaces, encoded words where RFC 2231 belongs, pieces out of order, doubled
parameters (the first counts). Linear in the length of the header; at most 100 parameters are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from mailgate.mail.text import charset, encoded_word

_PARAMETER = re.compile(r';[;\s]*([^\s=;"]{1,80})\s{0,20}=\s{0,20}("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?$")
_UNQUOTE = re.compile(r"\\(.)", re.DOTALL)
_MAX_PARAMETERS = 100
_NAMES = ("name", "filename")


@dataclass(frozen=True, slots=True)
class Parametered:
    """A header of the form ``value; name=value``: ``value`` in lower case, ``params`` by lower-case name, decoded.

    ``doubled`` names the parameters that were given twice.
    """

    value: str
    params: dict[str, str]
    doubled: tuple[str, ...] = ()


def parse(text: str) -> Parametered:
    """The value and the parameters of an unfolded header ``text``."""
    value = text.partition(";")[0].strip().lower()
    if "=" in value and "/" not in value:  # "Content-Type: charset=utf-8": a parameter without its type
        text, value = ";" + text, ""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    doubled: list[str] = []
    for count, match in enumerate(_PARAMETER.finditer(text)):
        if count >= _MAX_PARAMETERS:
            break
        name, content = match.group(1).lower(), _unquoted(match.group(2))
        piece = _PIECE.match(name) if "*" in name else None
        if piece is not None:
            pieces.setdefault(piece.group(1), {}).setdefault(int(piece.group(2) or 0), (bool(piece.group(3)), content))
        elif name in plain:
            doubled.append(name)
        else:
            plain[name] = encoded_word.decode(content) if name in _NAMES and "=?" in content else content
    for name, found in pieces.items():
        plain[name] = _joined(found)
    return Parametered(value, plain, tuple(doubled))


def _unquoted(content: str) -> str:
    content = content.strip()
    if not content.startswith('"'):
        return content
    content = content[1:-1] if content.endswith('"') and len(content) > 1 else content[1:]
    return _UNQUOTE.sub(r"\1", content) if "\\" in content else content


def _joined(found: dict[int, tuple[bool, str]]) -> str:
    """The pieces in the order of their numbers (RFC 2231 section 3), gaps closed; extended ones are percent-encoded."""
    label = ""
    octets = bytearray()
    for number in sorted(found):
        extended, content = found[number]
        if extended and number == min(found) and content.count("'") >= 2:
            label, _, content = content.split("'", 2)
        octets += unquote_to_bytes(content) if extended else content.encode("utf-8", "replace")
    return encoded_word.one_line(charset.decode(bytes(octets), label or "utf-8")[0])
