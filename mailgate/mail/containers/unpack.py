"""Files inside of other files: winmail.dat, Outlook's .msg, opaque S/MIME, uuencode and yEnc in text, data: in HTML.

Each unpacker takes octets and gives ``Unpacked``, or None where the octets are not its kind or are broken; the
container itself always stays an attachment, so nothing is lost by an unpacker that fails. What comes out together is
limited by ``Limits.unpacked``; archives are never opened (catalogue C-21).
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.mail.attachments import filename
from mailgate.mail.attachments.attachment import File
from mailgate.mail.containers import protection, unpack_html
from mailgate.mail.containers.unpacked import Unpacked
from mailgate.mail.limits import Limits
from mailgate.mail.parts import Part

_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_MSG_TYPES = frozenset({"application/vnd.ms-outlook", "application/msoutlook"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TNEF = b"\x78\x9f\x3e\x22"


def container(part: Part, limits: Limits) -> Unpacked | None:
    """What is in an attached container, its files named uniquely; None for a part that is no container."""
    kind = part.content_type
    name = part.filename.lower()
    if kind in _TNEF_TYPES or name == "winmail.dat":
        content = part.payload()
        if content.startswith(_TNEF):
            from mailgate.mail.containers import unpack_tnef

            return _limited(unpack_tnef.unpack(content), limits)
    elif kind in _MSG_TYPES or name.endswith(".msg"):
        content = part.payload()
        if content.startswith(_OLE):
            from mailgate.mail.containers import unpack_msg

            return _limited(unpack_msg.unpack(content), limits)
    elif protection.is_opaque_signed(part):
        from mailgate.mail.containers import unpack_smime

        return _limited(unpack_smime.unpack(part.payload(), limits), limits)
    return None


def html_part(part: Part, limits: Limits) -> tuple[str, tuple[File, ...]]:
    """The HTML of a part without the pictures that stand in it as ``data:``, and those pictures."""
    html, files = unpack_html.take_out(part.text(), part.path)
    unpacked = _limited(Unpacked(files=files), limits)
    return html, unpacked.files if unpacked is not None else ()


def text_part(part: Part, limits: Limits) -> tuple[bytes, tuple[File, ...]]:
    """The octets of a text part without the uuencoded and yEnc files in it, and those files."""
    content = part.payload()
    if b"begin" not in content:
        return content, ()
    from mailgate.mail.containers import unpack_text

    rest, files = unpack_text.take_out(content)
    unpacked = _limited(Unpacked(files=files), limits)
    return rest, unpacked.files if unpacked is not None else ()


def contents(part: Part, limits: Limits) -> dict[str, bytes]:
    """What the files in the container ``part`` hold, by their names there."""
    unpacked = container(part, limits)
    if unpacked is not None:
        files = unpacked.files
    else:
        files = (html_part if part.content_type == "text/html" else text_part)(part, limits)[1]
    return {file.name: file.content for file in files}


def _limited(unpacked: Unpacked | None, limits: Limits) -> Unpacked | None:
    """Within the limits of size and number, the names safe and unique in the container."""
    if unpacked is None:
        return None
    names = filename.Names()
    files: list[File] = []
    room = limits.unpacked
    for file in unpacked.files[: limits.attachments]:
        room -= len(file.content)
        if room < 0:
            break
        files.append(replace(file, name=names.unique(filename.safe(file.name, file.content_type))))
    return replace(unpacked, files=tuple(files))
