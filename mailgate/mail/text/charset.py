"""Octets to text, whatever the mail calls them.

Labels lie: ``gb2312`` holds GBK, ``shift_jis`` holds cp932, ``iso-8859-1`` holds cp1252, ``us-ascii`` holds anything.
So each label is read as the superset that mail programs mean by it (the table of the WHATWG Encoding Standard, section
4.2, where it has one), only codecs that turn octets into text are allowed at all (never ``idna``, ``punycode``,
``unicode_escape``, ``zlib`` …), and where the label fails, the octets decide: UTF-8 if they are UTF-8, else a guess by
charset-normalizer, else cp1252. Decoding never fails, and its text has no NUL and no lone surrogate.
"""

from __future__ import annotations

import re

_SUPERSETS: dict[str, str] = {
    "utf8": "utf-8", "utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8", "utf-8-sig": "utf-8",
    "us-ascii": "ascii", "ascii": "ascii", "ansi_x3.4-1968": "ascii", "7bit": "ascii", "8bit": "ascii", "646": "ascii",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "utf-32": "utf-32", "unicode": "utf-16",
    "utf-32le": "utf-32-le", "utf-32be": "utf-32-be", "utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "l1": "cp1252", "windows-1252": "cp1252", "cp1252": "cp1252", "ansi": "cp1252", "iso-8859-1-i": "cp1252",
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "ms936": "gb18030", "windows-936": "gb18030", "chinese": "gb18030", "euc-cn": "gb18030",
    "hz-gb-2312": "hz", "hz": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "big-5": "big5hkscs",
    "cn-big5": "big5hkscs", "x-x-big5": "big5hkscs", "cp950": "cp950", "euc-tw": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932", "cp932": "cp932", "euc-jp": "euc_jis_2004", "x-euc-jp": "euc_jis_2004",
    "eucjp": "euc_jis_2004", "iso-2022-jp": "iso2022_jp_ext", "iso-2022-jp-1": "iso2022_jp_ext",
    "iso-2022-jp-2": "iso2022_jp_2", "iso-2022-jp-3": "iso2022_jp_3", "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "euc-kr": "cp949", "cp949": "cp949",
    "korean": "cp949", "windows-949": "cp949", "uhc": "cp949", "iso-2022-kr": "iso2022_kr", "johab": "johab",
    "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "iso-8859-8-i": "iso8859_8", "iso-8859-6-i": "iso8859_6", "koi8-r": "koi8_r", "koi8": "koi8_r",
    "koi8-u": "koi8_u", "koi8-ru": "koi8_u", "macintosh": "mac_roman", "mac": "mac_roman", "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-ce": "mac_latin2", "viscii": "cp1258", "x-user-defined": "cp1252",
    "ibm437": "cp437", "ibm850": "cp850", "ibm852": "cp852", "ibm866": "cp866", "cp437": "cp437", "cp850": "cp850",
    "cp852": "cp852", "cp866": "cp866",
}  # fmt: skip
_SUPERSETS |= {f"iso-8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
_SUPERSETS |= {f"iso8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
_SUPERSETS |= {f"{name}125{n}": f"cp125{n}" for name in ("windows-", "cp", "x-cp", "windows") for n in range(9)}
_SUPERSETS |= {"latin2": "iso8859_2", "latin9": "iso8859_15", "latin-9": "iso8859_15", "cyrillic": "iso8859_5",
               "greek": "iso8859_7", "hebrew": "iso8859_8", "arabic": "iso8859_6"}  # fmt: skip

UNSTORABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Characters that no text of ours keeps: controls but tab and line ends, and lone surrogates (neither database takes
the latter two, and a terminal obeys the former)."""

_STATEFUL = frozenset({"iso2022_jp_ext", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr", "hz", "utf-7", "ascii"})
_CHINESE = rb"(?:[\xb0-\xd7\xa1-\xa3][\xa1-\xfe]){2,}"
_SHORT_CHINESE = re.compile(rb"[\x00-\x7f]*%b(?:[\x00-\x7f]+%b)*[\x00-\x7f]*" % (_CHINESE, _CHINESE))
"""GB 2312: punctuation in the rows A1 to A3, the common characters in B0 to D7, never one of them alone."""
_TAKEN_FOR = {
    "iso2022_jp_ext": ("euc_jis_2004", "cp932"),
    "euc_jis_2004": ("cp932",),
    "cp932": ("euc_jis_2004",),
    "iso2022_kr": ("cp949",),
    "hz": ("gb18030",),
    "gb18030": ("big5hkscs",),
    "big5hkscs": ("gb18030",),
}
"""What the octets are where the label's own codec refuses them: the other codecs of the same language."""
_HARMLESS = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_GUESS_SAMPLE = 8 * 1024


def codec(label: str) -> str | None:
    """The Python codec for a charset label, or None for a label that is not on the list."""
    label = label.strip().strip("\"'").lower()
    return _SUPERSETS.get(label) or _SUPERSETS.get(label.replace("cp-", "cp"))


def decode(octets: bytes, label: str = "") -> tuple[str, str]:
    """The text of ``octets`` labelled ``label``, and the name of what had to be mended (empty when nothing had).

    Line ends stay as they are. See the head of this module for the order in which readings are tried.
    """
    name = codec(label) if label else "ascii"
    if name in ("ascii", "utf-8"):
        if octets.isascii() and not octets.translate(None, _HARMLESS):
            return octets.decode("ascii"), ""
        if b"\x1b$" in octets and octets.isascii():
            return storable(octets.decode("iso2022_jp_ext", "replace")), "unlabelled-iso-2022-jp"
        try:
            return storable(octets.decode("utf-8")).removeprefix("\ufeff"), "" if name else "unknown-charset"
        except UnicodeDecodeError:
            return _mended(octets, name), "not-utf-8" if name == "utf-8" else "8bit-without-charset"
    if name is None:
        return _unlabelled(octets), "unknown-charset"
    if (
        name not in _STATEFUL
        and not name.startswith("utf-")
        and _is_utf_8(octets, 1 if name.startswith("cp125") else 8)
    ):
        return storable(octets.decode("utf-8")).removeprefix("\ufeff"), "mislabelled-utf-8"
    try:
        return storable(octets.decode(name)).removeprefix("\ufeff"), ""
    except (UnicodeDecodeError, ValueError):
        return _against_label(octets, name)


def _is_utf_8(octets: bytes, chance: int) -> bool:
    """Whether ``octets`` are UTF-8 and not by chance: valid, with more than ``chance`` characters beyond ASCII."""
    if octets.isascii():
        return False
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(octets) - len(text) > chance and sum(char > "\x7f" for char in text[:4096]) > chance


def storable(text: str) -> str:
    """``text`` without controls and lone surrogates; NEL becomes a line end."""
    if text.isascii() and text.isprintable():
        return text
    if "\x85" in text:
        text = text.replace("\x85", "\n")
    return UNSTORABLE.sub("", text) if UNSTORABLE.search(text) else text


def _mended(octets: bytes, name: str) -> str:
    """Octets that are nearly UTF-8 keep what is good; others are guessed."""
    text = octets.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    rest = sum(1 for char in text[:4096] if char > "\x7f" and char != "\ufffd")
    if name == "utf-8" and broken <= max(2, rest // 4) and rest:
        return storable(text)
    return guess(octets)


def _unlabelled(octets: bytes) -> str:
    try:
        return storable(octets.decode("utf-8"))
    except UnicodeDecodeError:
        return guess(octets)


def _against_label(octets: bytes, name: str) -> tuple[str, str]:
    """The label's codec fails on these octets: UTF-8 if they are that, else the label with its holes marked."""
    for other in (*("utf-8",) * _is_utf_8(octets, 0), *_TAKEN_FOR.get(name, ())):
        try:
            return storable(octets.decode(other)), "mislabelled-" + other.replace("_", "-")
        except UnicodeDecodeError:
            continue
    try:
        return storable(octets.decode(name, "replace")), "broken-charset"
    except (UnicodeDecodeError, ValueError):
        return guess(octets), "broken-charset"


def guess(octets: bytes) -> str:
    """Text of octets without any usable label, by charset-normalizer; cp1252 when it has no opinion.

    A short sample has too little to judge by: under 24 octets above 127 it is Chinese where they all come in the pairs
    of common characters, else Western European.
    """
    high = octets[:_GUESS_SAMPLE].translate(None, bytes(range(128)))
    if len(high) >= 24:
        name = _normalizer(octets[:_GUESS_SAMPLE])
        if name is not None:
            return storable(octets.decode(name, "replace"))
    name = "gb18030" if _SHORT_CHINESE.fullmatch(octets[:_GUESS_SAMPLE]) else "cp1252"
    return storable(octets.decode(name, "replace"))


def _normalizer(sample: bytes) -> str | None:
    import charset_normalizer  # slow to import, and rarely needed

    best = charset_normalizer.from_bytes(sample, steps=3, chunk_size=512).best()
    return codec(best.encoding.replace("_", "-")) if best is not None else None
