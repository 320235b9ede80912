"""What a file is by its content, and why it may be dangerous.

The sender's claim is kept beside it; where content and claim disagree the content counts. Nothing is ever unpacked or
run to find out: the first octets and the name decide.
"""

from __future__ import annotations

import mimetypes
import re

from mailgate.mail.text.wordlist import words

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (b"{\\rtf", "application/rtf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!", "text/x-shellscript"),
    (b"-----BEGIN PGP", "application/pgp"),
)
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,500}-->\s*)*<(!doctype html|html|script|svg)\b", re.I | re.S
)

_REFINED = frozenset(
    {"application/zip", "application/x-ole-storage", "application/gzip", "application/ogg", "audio/mpeg"}
)
"""Containers that many formats share; the name or the claim says which one."""

_RUNS = words(
    "exe com scr pif bat cmd msi msp cpl dll sys drv ocx jar hta vbs vbe js jse ws wsf wsh ps1 ps1xml psm1 psd1 reg lnk"
    " url scf inf application gadget appref-ms msc apk app dmg pkg deb rpm sh command action workflow elf run bin py pl"
    " chm hlp xll wll one settingcontent-ms appx msix website library-ms search-ms rdp"
)
_SAYS_NOTHING = frozenset({"application/octet-stream", "application/x-octet-stream", "application/binary"})
_DENIED_BY_CONTENT = ("image/", "text/", "application/pdf")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_BY_EXTENSION = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": f"{_OPEN_DOCUMENT}text",
    "ods": f"{_OPEN_DOCUMENT}spreadsheet",
    "odp": f"{_OPEN_DOCUMENT}presentation",
    "msg": "application/vnd.ms-outlook",
    "eml": "message/rfc822",
}
"""What Python's own table lacks; the same on every machine, whatever its ``mime.types`` says."""
_TYPES = mimetypes.MimeTypes()
_MACROS = words("docm dotm xlsm xltm xlam pptm potm ppam ppsm sldm xlsb")
_MARKUP_NAMES = words("html htm xhtml xht shtml mht mhtml svg svgz xml xsl")
_IMAGES_OF_DISKS = words("iso img vhd vhdx udf")
_ARCHIVES = words("zip rar 7z gz tgz bz2 xz tar cab arj lzh ace z zst")
_DOCUMENTS = words("pdf doc docx xls xlsx ppt pptx txt jpg jpeg png gif csv rtf odt ods mp3 mp4")
_RUNNABLE_TYPES = frozenset({
    "application/vnd.microsoft.portable-executable", "application/x-elf", "application/java-vm",
    "application/x-mach-binary", "application/x-ms-shortcut", "text/x-shellscript",
})  # fmt: skip


def sniff(head: bytes, claimed: str, name: str) -> str:
    """The media type of a file that begins with ``head``: by content, else as claimed, else by name.

    ``claimed`` counts for little where it is ``application/octet-stream``, what senders say who do not know.
    """
    found = by_magic(head)
    if found and found not in _REFINED:
        return found
    if claimed and claimed not in _SAYS_NOTHING and not (found and claimed.startswith(_DENIED_BY_CONTENT)):
        return claimed
    by_name = _BY_EXTENSION.get(name.lower().rpartition(".")[2]) or _TYPES.guess_type(name)[0] or ""
    if by_name.startswith(_DENIED_BY_CONTENT if found else "text/") and (found or b"\0" in head[:512]):
        by_name = ""
    return by_name or found or claimed or "application/octet-stream"


def by_magic(head: bytes) -> str:
    """The media type that the first octets prove, or an empty string."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:11] in (b"hei", b"mif") else "video/mp4"
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    markup = _MARKUP.match(head[:2048])
    if markup is not None:
        return "image/svg+xml" if markup.group(1).lower() == b"svg" else "text/html"
    return ""


def risks(head: bytes, claimed: str, actual: str, given: str, other_name: str, hidden: bool) -> tuple[str, ...]:
    """Why the file may be dangerous, by name; empty for a harmless one.

    ``given`` is the name as the sender wrote it, ``other_name`` the second one (``name`` beside ``filename``),
    ``hidden`` whether the name had characters that cannot be seen.
    """
    pieces = given.lower().rstrip(". ").split(".")
    extension = pieces[-1] if len(pieces) > 1 else ""
    other = other_name.lower().rpartition(".")[2]
    checks = (
        ("executable", extension in _RUNS - {"bin"} or by_magic(head) in _RUNNABLE_TYPES),
        ("macros", extension in _MACROS or (actual == "application/x-ole-storage" and b"_VBA_PROJECT" in head)),
        ("active-markup", extension in _MARKUP_NAMES or actual in ("text/html", "image/svg+xml")),
        ("disk-image", extension in _IMAGES_OF_DISKS),
        ("archive", extension in _ARCHIVES),
        ("double-extension", len(pieces) > 2 and extension in _RUNS and pieces[-2].strip() in _DOCUMENTS),
        ("type-mismatch", _disagree(claimed, by_magic(head))),
        ("two-names", bool(other_name) and other in _RUNS and other != extension),
        ("hidden-characters", hidden),
    )
    return tuple(name for name, holds in checks if holds)


def _disagree(claimed: str, proved: str) -> bool:
    """Whether a claim of picture, text or PDF is contradicted by the content."""
    if not proved or not claimed or proved in _REFINED:
        return False
    if claimed.startswith("image/"):
        return not proved.startswith("image/") or "svg" in proved
    return claimed in ("text/plain", "application/pdf") and proved in (*_RUNNABLE_TYPES, "text/html")
