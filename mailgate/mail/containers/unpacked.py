"""What an unpacker gives: files, and the text of a message where the container held one."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.mail.attachments.attachment import File


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The ``files`` of a container; ``text`` and ``html`` are the message's own, empty where it had none."""

    files: tuple[File, ...] = ()
    text: str = ""
    html: str = ""
