"""What the HTML knows of quotes and signatures, brought over to the text.

Mail programs put the old letter into elements with names of their own (``gmail_quote``, ``divRplyFwdMsg``,
``blockquote type=cite``). ``regions`` walks the tags once, notes which letters and digits stand inside such an element,
and finds the same letters and digits in the text again, whether that came as text/plain or was made of the HTML.
Where they are not found the HTML says nothing; the other voices still do. Linear in size; only the first
``MAX_HTML`` characters are read, and nothing at all where no known name occurs.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mailgate.mail.model import SpanKind

MAX_HTML = 1_000_000
MAX_PIECES = 24
_KEYS = (48, 24, 12)


class Container(NamedTuple):
    """An element that holds old text: known by ``needle`` among its attributes (lower case, spaces removed).

    ``open_ended`` ones only head the old letter, which then runs to the end of the mail.
    """

    evidence: str
    needle: str
    kind: SpanKind = SpanKind.QUOTE
    open_ended: bool = False


CONTAINERS: tuple[Container, ...] = (
    Container("gmail_quote", "gmail_quote"),
    Container("gmail_attr", "gmail_attr", SpanKind.ATTRIBUTION),
    Container("outlook web", "divrplyfwdmsg", open_ended=True),
    Container("outlook web", "appendonsend", open_ended=True),
    Container("outlook mobile", "mail-editor-reference-message-container", open_ended=True),
    Container("outlook mobile", "ms-outlook-mobile-reference-message", open_ended=True),
    Container("outlook", "outlookmessageheader", open_ended=True),
    Container("outlook border", "border-top:solid#e1e1e11.0pt", open_ended=True),
    Container("outlook border", "border-top:solid#b5c4df1.0pt", open_ended=True),
    Container("outlook border", "border-top:1ptsolid#e1e1e1", open_ended=True),
    Container("outlook border", "border-top:1ptsolid#b5c4df", open_ended=True),
    Container("blockquote cite", 'type="cite"'),
    Container("blockquote cite", "type=cite"),
    Container("blockquote cite", "type='cite'"),
    Container("thunderbird", "moz-cite-prefix", SpanKind.ATTRIBUTION),
    Container("thunderbird forward", "moz-forward-container", SpanKind.FORWARDED),
    Container("yahoo", "yahoo_quoted"),
    Container("yahoo", "yahooquoted"),
    Container("proton", "protonmail_quote"),
    Container("tutanota", "tutanota_quote"),
    Container("foxmail", "foxdiv", open_ended=True),
    Container("netease", "isreplycontent"),
    Container("netease", "ntes-mailmaster-quote"),
    Container("qq", "xm_mail_oringinal_describe", open_ended=True),
    Container("qq", "xmail_reply_original"),
    Container("alimail", "alimail-quote"),
    Container("zoho", "zmail_extra"),
    Container("gmx", 'name="quote"'),
    Container("gmx", 'class="quote"'),
    Container("lark", "history-quote-wrapper"),
    Container("spark", 'name="messagereplysection"'),
    Container("front", "front-blockquote"),
    Container("hubspot", "hs_reply"),
    Container("gmail_signature", "gmail_signature", SpanKind.SIGNATURE),
    Container("thunderbird signature", "moz-signature", SpanKind.SIGNATURE),
    Container("apple signature", "applemailsignature", SpanKind.SIGNATURE),
    Container("outlook signature", "ms-outlook-mobile-signature", SpanKind.SIGNATURE),
    Container("outlook signature", 'id="signature"', SpanKind.SIGNATURE),
    Container("proton signature", "protonmail_signature_block", SpanKind.SIGNATURE),
)

_HINTS = (
    "quote", "cite", "rplyfwd", "appendonsend", "reference-message", "messageheader", "border-top", "forward-container",
    "foxdiv", "isreply", "oringinal", "xmail_reply", "zmail_extra", "replysection", "hs_reply", "signature",
    "gmail_attr",
)  # fmt: skip
"""One of these is in every needle that is no ``name=``: looked for first, since most HTML and most tags hold none."""
_TAG = re.compile(r"<([^<>]*)>")
_SPACE = re.compile(r"\s+")
_SILENT = frozenset({"style", "script", "title", "head"})


class Region(NamedTuple):
    """Characters ``start`` to ``end`` of the text, at line borders."""

    start: int
    end: int
    kind: SpanKind
    evidence: str


@dataclass(slots=True)
class _Reader:
    """One walk over the tags: the visible letters so far, and where in them a container opened and closed."""

    pieces: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    length: int = 0
    found: list[tuple[int, int, Container]] = field(default_factory=list)
    inside: Container | None = None
    opened_at: int = 0
    tag: str = ""
    depth: int = 0
    silent: str = ""

    def see_text(self, text: str) -> None:
        if self.silent or not text or text.isspace():
            return
        letters = letters_of(html.unescape(text) if "&" in text else text)
        self.pieces.append(letters)
        self.starts.append(self.length)
        self.length += len(letters)

    def see_tag(self, content: str) -> None:
        closing = content.startswith("/")
        name = content[closing:].split(None, 1)[0].rstrip("/").lower() if content.strip("/ \t\r\n") else ""
        if name in _SILENT:
            self.silent = "" if closing else name
        elif closing:
            self._close(name)
        elif self.inside is None or self._gives_way(name):
            self._open(name, content)
        elif name == self.tag and not content.endswith("/"):
            self.depth += 1

    def _gives_way(self, name: str) -> bool:
        """Whether a container inside the open one takes over: a signature holds no old text; and Gmail's ``div`` only
        wraps its ``blockquote``, with answers between when its author splits that."""
        assert self.inside is not None
        if self.inside.kind is SpanKind.SIGNATURE:
            return name != self.tag
        return self.inside.evidence == "gmail_quote" and (self.tag, name, self.depth) == ("div", "blockquote", 1)

    def _open(self, name: str, content: str) -> None:
        container = container_of(content) if "=" in content else None
        if container is None:
            return
        if self.inside is not None:
            self.found.append((self.opened_at, self.length, self.inside))
        self.inside, self.opened_at, self.tag, self.depth = container, self.length, name, 1

    def _close(self, name: str) -> None:
        if self.inside is None or name != self.tag or self.inside.open_ended:
            return
        self.depth -= 1
        if self.depth == 0:
            self.found.append((self.opened_at, self.length, self.inside))
            self.inside = None

    def finish(self) -> str:
        if self.inside is not None:
            self.found.append((self.opened_at, self.length, self.inside))
        return "".join(self.pieces)


def regions(text: str, html_raw: str) -> list[Region]:
    """The stretches of ``text`` that the HTML holds in an element for old text or a signature, in order."""
    html_raw = html_raw[:MAX_HTML]
    if not _hinted(html_raw.lower()):
        return []
    reader = _Reader()
    at = 0
    for tag in _TAG.finditer(html_raw):
        reader.see_text(html_raw[at : tag.start()])
        reader.see_tag(tag[1][:2000])
        at = tag.end()
    reader.see_text(html_raw[at:])
    letters = reader.finish()
    return _in_text(text, letters, reader) if reader.found else []


def container_of(tag: str) -> Container | None:
    """The container that an opening tag (without its angle brackets) is, or None."""
    lowered = tag.lower()
    if not _hinted(lowered) and "name=" not in lowered:
        return None
    squeezed = _SPACE.sub("", lowered)
    return next((container for container in CONTAINERS if container.needle in squeezed), None)


def _hinted(lowered: str) -> bool:
    return any(hint in lowered for hint in _HINTS)


def letters_of(text: str) -> str:
    """Letters and digits only: what survives every way of making text out of HTML."""
    return "".join(filter(str.isalnum, text))


def _in_text(text: str, letters: str, reader: _Reader) -> list[Region]:
    """Where the letters inside each container stand in the text."""
    places = [at for at, character in enumerate(text) if character.isalnum()]
    there = "".join([text[at] for at in places])
    result: list[Region] = []
    here_done = there_done = 0
    for opened, closed, container in reader.found:
        start = _start(there, letters, reader.starts, (opened, closed), there_done, there_done - here_done)
        if start is None:
            continue
        end = _end(there, letters, start, opened, closed)
        here_done, there_done = closed, end
        first = text.rfind("\n", 0, places[start]) + 1
        last = text.rfind("\n", 0, places[end]) + 1 if end < len(places) else len(text)
        if last > first:
            result.append(Region(first, last, container.kind, container.evidence))
    return result


def _start(
    there: str, letters: str, starts: Sequence[int], region: tuple[int, int], low: int, shift: int
) -> int | None:
    """Where the region begins in the text: its first letters, or those of a later piece of it where the text lacks
    the first (an attribution that only the HTML has)."""
    opened, closed = region
    first = bisect_left(starts, opened)
    for piece in starts[first : first + MAX_PIECES] or [opened]:
        if piece >= closed:
            break
        found = _locate(there, letters[piece:closed], low, piece + shift)
        if found is not None:
            return found
    return None


def _locate(there: str, wanted: str, low: int, expected: int) -> int | None:
    """Where ``wanted`` begins in ``there`` from ``low`` on, nearest to where it is ``expected``."""
    for size in _KEYS:
        key = wanted[:size]
        if len(key) < min(size, 4):
            break
        hits: list[int] = []
        at = there.find(key, low)
        while at >= 0 and len(hits) < 8:
            hits.append(at)
            at = there.find(key, at + 1)
        if hits:
            return min(hits, key=lambda hit: abs(hit - expected))
    return None


def _end(there: str, letters: str, start: int, opened: int, closed: int) -> int:
    """Where the region that begins at ``start`` ends: where the letters that follow it are found again."""
    if closed >= len(letters):
        return len(there)
    expected = start + closed - opened
    after = _locate(there, letters[closed:], start + 1, expected)
    if after is not None:
        return after
    tail = letters[max(opened, closed - 24) : closed]
    at = there.find(tail, start)
    return at + len(tail) if at >= 0 else len(there)
