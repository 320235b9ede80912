"""Header values to text: RFC 2047 encoded words, raw 8-bit, folding, and the tricks played with them.

Lenient where senders err (spaces within a word, missing padding, a multibyte character cut between two words,
raw octets), strict where text would act: line ends, controls, NUL and bidirectional overrides never survive, so that
a decoded value is always one line that is safe to show, to log and to put into a header of ours.
"""

from __future__ import annotations

import binascii
import re

from mailgate.mail.text import charset

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?((?:[^?]|\?(?!=))*)\?=")
_FOLD = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029]+")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NEEDS_QUOTES = re.compile(r'[()<>@,;:\\"\[\]]')
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


def raw_text(value: bytes, hint: str = "") -> str:
    """A raw header value as one unfolded line, its encoded words not yet read.

    Raw 8-bit is UTF-8 (RFC 6532) where it can be, else what ``hint``, the charset of the text, makes of it.
    """
    if value.isascii() and b"\x1b$" not in value:
        text = value.decode("ascii")
    else:
        try:
            text = charset.decode(value)[0] if b"\x1b$" in value else value.decode("utf-8")
        except UnicodeDecodeError:
            text, _ = charset.decode(value, hint)
    if "\n" in text or "\r" in text:
        text = _FOLD.sub(" ", text)
    return text.strip(" \t")


def line(value: bytes, hint: str = "") -> str:
    """``raw_text`` as one line; encoded words stay."""
    if value.isascii():
        text = value.decode("ascii").strip(" \t")
        if text.isprintable():  # as most are
            return text
    return one_line(raw_text(value, hint))


def decode(value: str, quote: bool = False) -> str:
    """``value`` as one safe line, its encoded words read; blanks between two are no text (RFC 2047 section 6.2).

    ``quote`` puts words that decode to special characters of RFC 5322 into quotes, so that an encoded comma or angle
    bracket never becomes one of the address syntax.
    """
    if "=?" in value:
        value = _words(value, quote)
    return one_line(value)


def one_line(text: str) -> str:
    """``text`` on one line, without controls, lone surrogates and bidirectional overrides."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub(" ", text)
    return _BIDI.sub("", _CONTROLS.sub("", text)).replace("\t", " ")


def _words(value: str, quote: bool) -> str:
    out: list[str] = []
    run: list[tuple[str, bytes]] = []
    at = 0
    for match in _WORD.finditer(value):
        octets = _octets(match.group(2), match.group(3))
        if octets is None:
            continue
        gap = value[at : match.start()]
        if not (run and not gap.strip(" \t\r\n")):
            out.append(_read(run, quote))
            out.append(gap)
            run = []
        label = match.group(1).partition("*")[0].lower()
        if run and run[-1][0] == label:
            run[-1] = (label, run[-1][1] + octets)
        else:
            run.append((label, octets))
        at = match.end()
    out.append(_read(run, quote))
    out.append(value[at:])
    return "".join(out)


def _read(run: list[tuple[str, bytes]], quote: bool) -> str:
    """One run of adjacent words; those of one charset were joined as octets, so that a cut character is whole again."""
    text = "".join(charset.decode(octets, label)[0] for label, octets in run)
    if quote and _NEEDS_QUOTES.search(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def _octets(encoding: str, text: str) -> bytes | None:
    """The octets of one word; None when nothing can be read out of it, and then it stays as it stands."""
    data = text.encode("utf-8", "replace")
    if encoding in "Qq":
        return binascii.a2b_qp(data.replace(b"\r", b"").replace(b"\n", b""), header=True)
    data = data.translate(None, _NOT_BASE64)
    if len(data) % 4 == 1:
        data = data[:-1]
    if not data:
        return None if text else b""
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def hides_line_ends(value: str) -> bool:
    """Whether an encoded word in ``value`` holds a NUL or a line end: nobody's name does (catalogue S-09)."""
    for match in _WORD.finditer(value):
        octets = _octets(match.group(2), match.group(3)) or b""
        wide = match.group(1).lower().startswith(("utf-16", "utf-32"))
        if b"\r" in octets or b"\n" in octets or (b"\0" in octets and not wide):
            return True
    return False
