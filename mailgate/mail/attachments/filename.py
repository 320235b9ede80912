"""File names that strangers give, made safe to show and to write.

A safe name has 1 to 200 characters and at most 255 octets of UTF-8, none of ``/ \\ : * ? " < > |``, no controls and no
bidirectional controls, is no device name of Windows, does not begin with a dot or end with one, and keeps its true
extension last (catalogue C-17). Names are unique within a mail whatever their case: ``a.txt``, ``a (2).txt``.
"""

from __future__ import annotations

import mimetypes
import re
import unicodedata

MAX_CHARACTERS = 200
MAX_OCTETS = 255
_LONGEST_READ = 4096

_HIDDEN = re.compile("[\0-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
_UNSAFE = re.compile(r'[/\\:*?"<>|]')
_BLANKS = re.compile(r"\s+")
_WINDOWS_PATH = re.compile(r"(?:[A-Za-z]:\\|\\\\)")
_LEADING_PATH = re.compile(r"^[./\\ ~]+")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?:\.|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[^.\s]{1,20}$")
_TYPES = mimetypes.MimeTypes()
"""Python's own table: the same on every machine, whatever its ``mime.types`` says."""
_BY_TYPE = {
    "text/plain": ".txt", "text/html": ".html", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
    "message/rfc822": ".eml", "application/pdf": ".pdf", "text/calendar": ".ics", "image/tiff": ".tif",
    "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc", "message/delivery-status": ".txt", "text/rfc822-headers": ".txt",
    "application/ms-tnef": ".dat", "application/octet-stream": ".bin", "application/zip": ".zip",
}  # fmt: skip


def has_hidden(name: str) -> bool:
    """Whether ``name`` holds characters that cannot be seen or that turn its order around."""
    return bool(_HIDDEN.search(name))


def safe(name: str, content_type: str = "", fallback: str = "attachment") -> str:
    """``name`` made safe; where nothing is left of it, ``fallback`` with the usual extension of ``content_type``."""
    if len(name) > _LONGEST_READ:
        name = name[: _LONGEST_READ // 2] + name[-_LONGEST_READ // 2 :]
    if _WINDOWS_PATH.match(name):
        name = name.rpartition("\\")[2]
    name = _BLANKS.sub(" ", unicodedata.normalize("NFC", _HIDDEN.sub("", _BLANKS.sub(" ", name))))
    name = _UNSAFE.sub("_", _LEADING_PATH.sub("", name)).rstrip(". ")
    if not name.strip("_"):
        return fallback + extension_of(content_type)
    if _DEVICES.match(name):
        name = "_" + name
    return shortened(name)


def extension_of(content_type: str) -> str:
    """The usual extension of a media type with its dot, ``.bin`` for one that is not known."""
    return _BY_TYPE.get(content_type) or _TYPES.guess_extension(content_type) or ".bin"


def shortened(name: str) -> str:
    """``name`` cut to the limits on a character's border, its extension kept."""
    if len(name) <= MAX_CHARACTERS and len(name.encode()) <= MAX_OCTETS:
        return name
    found = _EXTENSION.search(name)
    tail = found.group() if found else ""
    stem = name[: len(name) - len(tail)][: MAX_CHARACTERS - len(tail)]
    return stem.encode()[: MAX_OCTETS - len(tail.encode())].decode("utf-8", "ignore").rstrip(". ") + tail


class Names:
    """The names already given in one mail; the only memory that naming needs."""

    def __init__(self) -> None:
        """Nothing is taken yet."""
        self._taken: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """``name``, or ``name (2)``, … when one that differs by case at most is taken."""
        key = name.casefold()
        if key not in self._taken:
            self._taken[key] = 1
            return name
        found = _EXTENSION.search(name)
        tail = found.group() if found else ""
        stem = name[: len(name) - len(tail)]
        while True:
            self._taken[key] += 1
            numbered = f"{stem[: MAX_CHARACTERS - len(tail) - 8]} ({self._taken[key]}){tail}"
            if len(numbered.encode()) > MAX_OCTETS:
                numbered = f"{stem[:50]} ({self._taken[key]}){tail}"
            if numbered.casefold() not in self._taken:
                self._taken[numbered.casefold()] = 1
                return numbered
