"""What people wrote, shown in our letters: quoted, cut, and as HTML that can do nothing.

The text is escaped first and only then are plain web addresses in it made into links, by bleach's linkifier, which so
never sees markup of a stranger. Nothing is fetched, no image is shown, and a link always reads what it leads to.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from bleach.linkifier import Linker
from markupsafe import Markup, escape

from mailgate.letters.mime import clean_text

_ADDRESS = re.compile(
    r"https?://[^\s<>\"'`，。；：！？、（）《》【】「」“”‘’]*[^\s<>\"'`，。；：！？、（）《》【】「」“”‘’.,;:!?)\]]",
    re.IGNORECASE,
)
_LINKED = 32_768
"""Characters up to which web addresses become links; a longer text is shown as it is."""

_STYLE = "margin:0 0 1em;overflow-wrap:anywhere"
_INDENTS = (" ", "\t")
_STOPS = frozenset(".!?:…。！？：")
_CHINESE = re.compile("[，：；（）、]|[^\\x00-\u2e7f]$")
_PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n)+")


def _as_shown(attrs: Any, new: bool = False) -> Any:
    """No hint to search engines, no opener: the link is for the reader alone."""
    del new
    attrs[(None, "rel")] = "noopener noreferrer nofollow"
    return attrs


_linker = Linker(callbacks=[_as_shown], url_re=_ADDRESS, parse_email=False)


def to_html(text: object) -> Markup:
    """Paragraphs of ``text`` as inert HTML: line breaks and indents kept, long words broken where the window ends."""
    words = str(text)
    return _cached_html(words) if len(words) <= _LINKED else _html(words)


def quoted(text: object, most: int = 8_000) -> str:
    """``text`` with ``> `` before each line (RFC 3676 section 4.5), at most ``most`` characters of it."""
    lines = clean_text(cut(text, most)).strip("\n").split("\n")
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)


def escaped(value: object) -> str:
    """``value`` as HTML text or attribute, to the letter what ``markupsafe.escape`` makes of it."""
    if type(value) is not str:
        return escape(value)
    found = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return found.replace('"', "&#34;").replace("'", "&#39;")


def cut(text: object, most: int) -> str:
    """The first ``most`` characters, at a word's or line's end if one is near, with ``[…]`` where more followed."""
    words = str(text)
    if len(words) <= most:
        return words
    kept = words[:most]
    edge = max(kept.rfind(" ", most - 80), kept.rfind("\n", most - 80))
    return (kept[:edge] if edge > 0 else kept).rstrip() + " […]"


def sentence(text: object) -> str:
    """``text`` as a sentence of its own: a capital in front, unless an address stands there, and a full stop (of its
    script) at the end if it has none."""
    words = str(text).strip()
    if not words:
        return ""
    stop = "" if words[-1] in _STOPS else "。" if _CHINESE.search(words) else "."
    first = words.partition(" ")[0]
    return f"{words if '@' in first else words[0].upper() + words[1:]}{stop}"


def mailto(address: str, subject: str, body: str) -> str:
    """A link that opens a ready mail (RFC 6068 section 2): every part percent-encoded, line breaks as CRLF."""
    return _to(address, subject) + _saying(body)


@lru_cache(maxsize=16)
def _to(address: str, subject: str) -> str:
    """Remembered, since the buttons of a letter share it."""
    return f"mailto:{quote(address, safe='@+')}?subject={quote(subject, safe='')}"


@lru_cache(maxsize=128)
def _saying(body: str) -> str:
    """Remembered, since the buttons of all letters say the same."""
    lines = body.replace("\n", "\r\n")
    return f"&body={quote(lines, safe='')}"


@lru_cache(maxsize=128)
def _cached_html(text: str) -> Markup:
    return _html(text)


def _html(text: str) -> Markup:
    paragraphs = _PARAGRAPHS.split(clean_text(text).strip("\n"))
    # Each paragraph is escaped by ``_inline``.
    return Markup("".join([f'<p dir="auto" style="{_STYLE}">{_inline(one)}</p>' for one in paragraphs]))  # noqa: S704


def _inline(paragraph: str) -> str:
    escaped = str(escape(paragraph))
    if len(paragraph) <= _LINKED and "://" in paragraph:
        escaped = _linker.linkify(escaped)
    lines = escaped.split("\n")
    return "<br>\n".join([_indented(line) if line[:1] in _INDENTS else line for line in lines])


def _indented(line: str) -> str:
    """Leading blanks kept, since that is how people draw lists and code."""
    rest = line.lstrip(" \t")
    depth = len(line[: len(line) - len(rest)].expandtabs(4))
    return "&nbsp;" * min(depth, 40) + rest
