"""Header lines, built from clean values: nothing that a stranger wrote can end a line or begin another.

Every function takes text from anywhere and returns bytes of whole header lines, each ended by CRLF, at most 78 octets
long where a fold is possible and never above 998 (RFC 5322 section 2.1.1). Control characters, line and paragraph
separators and bidirectional controls are blanked first (CVE-2024-6923, CVE-2025-11468: the stdlib let some through).
Comments are never written. Outside an address that needs SMTPUTF8 all of it is ASCII: RFC 2047 encoded words for
text and RFC 2231 for file names.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from mailgate.mail.model import Address

LIMIT = 76
"""Octets in a line that we write, CRLF not counted."""

MAX_REFERENCES = 20

_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+"
)
_BLANKS = re.compile(r"\s{2,}")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x1f\x7f-\x9f]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_QUOTED_LOCAL = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])*"@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?')
_WORD_OCTETS = 39  # base64 makes 52 of them, so an encoded word (64 octets) fits behind any name of ours
_LONG_WORD = 64


def clean_line(text: str) -> str:
    """``text`` as one line that is safe to show and to send: what could break or disguise a line becomes a blank."""
    if _plain(text) and "  " not in text:
        return text.strip()
    return _BLANKS.sub(" ", _HARMFUL.sub(" ", text)).strip()


def _plain(text: str) -> bool:
    """Whether there is nothing in it but blanks and the visible characters of ASCII."""
    return text.isascii() and text.isprintable()


def shorten(text: str, most: int) -> str:
    """``text``, or its first ``most - 1`` characters and an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def is_address(email: str) -> bool:
    """Whether ``email`` is an addr-spec (RFC 5321 section 4.1.2, RFC 6531) that may stand in a header and in RCPT."""
    if len(email) > 320 or not (_ADDRESS.fullmatch(email) or _QUOTED_LOCAL.fullmatch(email)):
        return False
    return ".." not in email.rpartition("@")[2]


def unstructured(name: str, text: str) -> bytes:
    """One header of free text, such as Subject."""
    text = clean_line(text)
    short = len(text) < _LONG_WORD or max(map(len, text.split(" "))) < _LONG_WORD
    plain = short and _plain(text) and "=?" not in text
    return _folded(name, text if plain else " ".join(_mixed_words(text)))


def addresses(name: str, people: Iterable[Address]) -> bytes:
    """One header of mailboxes. Each must satisfy ``is_address``; the names may be anything."""
    return _folded(name, ", ".join([mailbox(person) for person in people]))


@lru_cache(maxsize=1024)
def mailbox(person: Address) -> str:
    """``name <address>`` (RFC 5322 section 3.4): the name bare, quoted or as encoded words, whatever it needs."""
    name = shorten(clean_line(person.name), 100)
    if not name:
        return f"<{person.email}>"
    if not _plain(name) or "=?" in name:
        return " ".join([*_encoded_words(name), f"<{person.email}>"])
    if not _ATOMS.fullmatch(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{person.email}>"


def message_ids(name: str, ids: Iterable[str]) -> bytes:
    """A header of Message-IDs given without brackets; empty when none of them is one."""
    shown = " ".join([f"<{one}>" for one in ids if is_message_id(one)])
    return _folded(name, shown) if shown else b""


def is_message_id(text: str) -> bool:
    """Whether ``text`` may stand between angle brackets: printable ASCII, at most 250 octets."""
    return _MESSAGE_ID.fullmatch(text) is not None


def thread(ids: Iterable[str]) -> list[str]:
    """The ids of a conversation, each once, oldest first: past twenty the middle goes, first and newest stay."""
    unique = list(dict.fromkeys(one for one in ids if is_message_id(one)))
    return unique if len(unique) <= MAX_REFERENCES else [unique[0], *unique[1 - MAX_REFERENCES :]]


def disposition(filename: str) -> bytes:
    """Content-Disposition of an attachment (RFC 2183), the name by RFC 2231 where it is not plain ASCII."""
    name = shorten(clean_line(filename).replace("/", "_").replace("\\", "_"), 120) or "attachment"
    if _plain(name):
        escaped = name.replace('"', "'")
        return f'Content-Disposition: attachment;\r\n filename="{escaped}"\r\n'.encode("ascii")
    coded = quote(name, safe="", encoding="utf-8", errors="replace")
    pieces = _percent_pieces(coded, 60)
    if len(pieces) == 1:
        return f"Content-Disposition: attachment;\r\n filename*=utf-8''{coded}\r\n".encode("ascii")
    lines = [f" filename*{at}*={'utf-8' + 2 * chr(39) if at == 0 else ''}{piece}" for at, piece in enumerate(pieces)]
    return ("Content-Disposition: attachment;\r\n" + ";\r\n".join(lines) + "\r\n").encode("ascii")


def _percent_pieces(coded: str, most: int) -> list[str]:
    """``coded`` in pieces of at most ``most`` characters, none tearing a ``%XX`` apart (RFC 2231 section 4.1)."""
    return re.findall(rf"(?:%[0-9A-F]{{2}}|[^%]){{1,{most // 3}}}", coded)


def _mixed_words(text: str) -> list[str]:
    """Plain words as they are, and each run of the others as encoded words (the blanks inside a run go in with it)."""
    words: list[str] = []
    run: list[str] = []
    for word in text.split(" "):
        if _plain(word) and len(word) < _LONG_WORD and "=?" not in word:
            words += _encoded_words(" ".join(run)) if run else []
            words.append(word)
            run = []
        else:
            run.append(word)
    return words + (_encoded_words(" ".join(run)) if run else [])


def _encoded_words(text: str) -> list[str]:
    """RFC 2047 section 2: each word whole in itself, so characters are never torn apart."""
    words = []
    chunk = b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if len(chunk) + len(octets) > _WORD_OCTETS:
            words.append(chunk)
            chunk = b""
        chunk += octets
    words.append(chunk)
    return [f"=?utf-8?B?{b2a_base64(word, newline=False).decode('ascii')}?=" for word in words]


def _folded(name: str, text: str) -> bytes:
    """The header with a fold before each word that would pass ``LIMIT`` (RFC 5322 section 2.2.3)."""
    if len(name) + 2 + len(text) <= LIMIT:  # nearly always, at a fifth of the price
        return f"{name}: {text}\r\n".encode("utf-8", "replace")
    line = f"{name}:"
    lines = []
    for word in text.split(" "):
        if len(line) + 1 + len(word) > LIMIT and line.strip() and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    lines.append(line)
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "replace")
