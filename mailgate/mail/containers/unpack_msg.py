"""Outlook's .msg, a mail in a compound file (MS-OXMSG): its heads and text as a readable file, and its attachments.

Read with olefile; a file that olefile refuses, or that is no message, stays closed.
"""

from __future__ import annotations

import io

import olefile

from mailgate.mail.attachments.attachment import File
from mailgate.mail.containers import rtf
from mailgate.mail.containers.unpacked import Unpacked
from mailgate.mail.html.html_text import html_to_text
from mailgate.mail.text import charset

_SUBJECT, _FROM, _FROM_ADDRESS, _FROM_SMTP = "0037", "0C1A", "0C1F", "5D01"
_TO, _CC, _BODY, _HTML, _RTF = "0E04", "0E03", "1000", "1013", "1009"
_DATA, _LONG_NAME, _SHORT_NAME, _TYPE = "3701", "3707", "3704", "370E"
"""Property tags of MS-OXPROPS, as they stand in the names of streams."""

_ATTACHMENT = "__attach_version1.0_"
_MAX_ATTACHMENTS = 200
_MAX_STREAM = 64 * 1024 * 1024


def unpack(content: bytes) -> Unpacked | None:
    """The message as ``message.txt`` and its files, or None where it cannot be read."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            if not ole.exists("__properties_version1.0"):
                return None
            return _Message(ole).unpack()
    except Exception:  # olefile lets index, struct and recursion errors out beside its own
        return None


class _Message:
    """The streams of one message by their property tags."""

    def __init__(self, ole: olefile.OleFileIO) -> None:
        self.ole = ole

    def unpack(self) -> Unpacked:
        """Its text first, then its attachments in their order."""
        folders = sorted({path[0] for path in self.ole.listdir(storages=True) if path[0].startswith(_ATTACHMENT)})
        files = [self._attachment(folder) for folder in folders[:_MAX_ATTACHMENTS]]
        text = self._readable()
        message = File("message.txt", "text/plain", text.encode())
        return Unpacked((message, *(file for file in files if file is not None)))

    def _readable(self) -> str:
        sender = self._text("", _FROM)
        address = self._text("", _FROM_SMTP) or self._text("", _FROM_ADDRESS)
        heads = (
            ("From", f"{sender} <{address}>" if "@" in address and address != sender else sender or address),
            ("To", self._text("", _TO)),
            ("Cc", self._text("", _CC)),
            ("Subject", self._text("", _SUBJECT)),
        )
        body = self._text("", _BODY) or html_to_text(self._html()) or self._rich_text()
        return "\n".join(f"{name}: {value}" for name, value in heads if value) + "\n\n" + body.strip() + "\n"

    def _attachment(self, folder: str) -> File | None:
        data = self._octets(folder, _DATA, "0102")
        if data is None:
            return None
        name = self._text(folder, _LONG_NAME) or self._text(folder, _SHORT_NAME) or "attachment"
        return File(name, self._text(folder, _TYPE) or "application/octet-stream", data)

    def _html(self) -> str:
        octets = self._octets("", _HTML, "0102")
        return charset.decode(octets)[0] if octets else self._text("", _HTML)

    def _rich_text(self) -> str:
        text, html = rtf.read(rtf.decompressed(self._octets("", _RTF, "0102") or b""))
        return text or html_to_text(html)

    def _text(self, folder: str, tag: str) -> str:
        """A string property: UTF-16 (001F), else 8-bit (001E)."""
        octets = self._octets(folder, tag, "001F")
        if octets is not None:
            text, _ = charset.decode(octets, "utf-16le")
        else:
            text, _ = charset.decode(self._octets(folder, tag, "001E") or b"")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _octets(self, folder: str, tag: str, kind: str) -> bytes | None:
        path = [folder, f"__substg1.0_{tag}{kind}"] if folder else [f"__substg1.0_{tag}{kind}"]
        if not self.ole.exists(path) or self.ole.get_size(path) > _MAX_STREAM:
            return None
        return bytes(self.ole.openstream(path).read())
