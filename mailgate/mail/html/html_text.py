"""HTML to the text that an agent reads: links kept, lists and tables readable, quotes marked, hidden parts left out.

A walk over the tree that lexbor builds, without recursion, so the time is linear in the size. Blocks end lines; white
space collapses as a browser does it, ``<pre>`` keeps it; a link whose words are not its address is followed by the
address in angle brackets; rows of a data table are lines with their cells parted by `` | ``, a layout table flows; a
quoting ``<blockquote>`` is prefixed with ``> `` as in plain text; pictures give their description.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailgate.mail.html.html_cost import outrageous
from mailgate.mail.text.charset import storable
from mailgate.mail.text.wordlist import words

_CHEAP = 2_000_000

_SKIPPED = words(
    "head script style title noscript template textarea select svg math object embed applet iframe audio video canvas"
    " xmp noembed noframes plaintext -comment _comment !doctype -doctype"
)
_BLOCKS = words(
    "div section article header footer main nav aside address center form fieldset figure figcaption dl dt dd li ul ol"
    " tr td th caption body html details summary thead tbody tfoot"
)
_PARAGRAPHS = words("p h1 h2 h3 h4 h5 h6 pre blockquote table")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$|!)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"margin(?:-bottom)?\s*:\s*0(?:[a-z]{2}|%)?\s*(?:;|$|0)", re.IGNORECASE)
_QUOTING = re.compile(r"quote|cite|yahoo_quoted", re.IGNORECASE)
_BORDER_LEFT = re.compile(r"border-left\s*:(?!\s*(?:none|0))", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_FILLER = re.compile("(?:[\u200b-\u200d\u034f\u00ad\u2007\ufeff][\u00a0 ]?){4,}")
_MANY_LINES = re.compile(r"\n{3,}")
_LINE_END_BLANKS = re.compile(r"(?<![ \t])[ \t]+(?=\n|$)")
_WHOLE_ELEMENT = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_ANY_TAG = re.compile(r"<[/!a-zA-Z][^<>]*>?")
_BREAKING_TAG = re.compile(r"<(?:br|/?(?:p|div|tr|table|li|h[1-6]))\b[^<>]*>", re.IGNORECASE)
_RULE = "_" * 32
_MAX_SHEETS = {"blockquote": 10, "table": 40, "td": 40, "th": 40, "tr": 40}
"""Quotes and tables nested deeper than this are read as plain blocks, since each level is written out once more."""


def html_to_text(html: str) -> str:
    """The readable text of ``html``: no markup, lines ended by LF, at most one empty line in a row, stripped.

    HTML that is ``html_cost.outrageous`` is read by the cheap ``plain_text``.
    """
    if outrageous(html):
        return plain_text(html[:_CHEAP])
    root = LexborHTMLParser(html).root
    if root is None:
        return ""
    return _Renderer().run(root)


def plain_text(html: str) -> str:
    """The text of ``html`` by striking out tags: for markup that no parser should be bothered with."""
    text = _WHOLE_ELEMENT.sub(" ", html)
    text = _ANY_TAG.sub("", _BREAKING_TAG.sub("\n", text))
    return tidy(_LINE_END_BLANKS.sub("", entities.unescape(text)))


def tidy(text: str) -> str:
    """``text`` with plain spaces, no filler of preview lines, no blank line ends, at most one empty line in a row."""
    text = storable(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isascii():
        text = _FILLER.sub("", text).replace("\u00a0", " ")
    return _MANY_LINES.sub("\n\n", _LINE_END_BLANKS.sub("", text)).strip()


class _Sheet:
    """Text being written; knows how many line ends are due before the next word."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.due = 0
        self.space = False

    def words(self, text: str) -> None:
        """Running text: blanks collapse."""
        core = _BLANKS.sub(" ", text)
        if core in ("", " "):
            self.space = self.space or bool(core)
            return
        if self._start_line() and (self.space or core[0] == " "):
            self.parts.append(" ")
        self.parts.append(core.strip(" "))
        self.space = core[-1] == " "

    def kept(self, text: str) -> None:
        """Preformatted text."""
        self._start_line()
        self.parts.append(text)
        self.space = False

    def block(self, lines: int) -> None:
        """A block begins or ends here."""
        self.due = max(self.due, lines)
        self.space = False

    def line_end(self) -> None:
        """A ``<br>``."""
        self.due += 1
        self.space = False

    def text(self) -> str:
        """All of it, line ends due at its ends left out."""
        return "".join(self.parts)

    def _start_line(self) -> bool:
        """Write the line ends that are due; whether the next word continues a line."""
        if self.due and self.parts:
            self.parts.append("\n" * min(self.due, 3))
        continued = bool(self.parts) and not self.due
        self.due = 0
        return continued


class _Renderer:
    """Walks a tree with a stack of its own; sheets are stacked where a part must be whole before it is placed."""

    def __init__(self) -> None:
        self.sheets = [_Sheet()]
        self.tables: list[list[list[str]]] = []
        self.nested: list[bool] = []
        self.lists: list[int] = []
        self.links: list[tuple[str, int]] = []
        self.pre = 0

    def run(self, root: LexborNode) -> str:
        """The text of the tree."""
        stack: list[LexborNode | Callable[[], None]] = [root]
        while stack:
            one = stack.pop()
            if callable(one):
                one()
                continue
            if one.tag == "-text":
                self._text(one)
                continue
            leave = self._enter(one)
            if leave is not None:
                stack.append(leave)
                self._push_children(one, stack)
        while len(self.sheets) > 1:
            self.sheets[-2].kept(self.sheets.pop().text())
        return tidy(self.sheets[0].text())

    @staticmethod
    def _push_children(node: LexborNode, stack: list[LexborNode | Callable[[], None]]) -> None:
        child = node.last_child
        while child is not None:
            stack.append(child)
            child = child.prev

    def _text(self, node: LexborNode) -> None:
        text = node.text_content or ""
        if self.pre:
            self.sheets[-1].kept(text)
        else:
            self.sheets[-1].words(text)

    def _enter(self, node: LexborNode) -> Callable[[], None] | None:
        """Begin an element; what to call at its end, or None where nothing in it is to be read."""
        tag = node.tag or ""
        if tag in _SKIPPED or tag[:1] in "-!_":
            return None
        attributes = node.attributes
        style = attributes.get("style") or ""
        if "hidden" in attributes or (style and _HIDDEN_STYLE.search(style)):
            return None
        sheet = self.sheets[-1]
        handler = _HANDLERS.get(tag)
        if handler is not None and len(self.sheets) < _MAX_SHEETS.get(tag, len(self.sheets) + 1):
            return handler(self, attributes)
        lines = 2 if tag in _PARAGRAPHS else 1 if tag in _BLOCKS else 0
        if tag == "p" and ("Mso" in (attributes.get("class") or "") or _TIGHT.search(style)):
            lines = 1
        if lines:
            sheet.block(lines)
            return lambda: sheet.block(lines)
        return _nothing

    # -------------------------------------------------------------- elements with a reading of their own

    def _br(self, _: dict[str, str | None]) -> None:
        if self.pre:
            self.sheets[-1].kept("\n")
        else:
            self.sheets[-1].line_end()

    def _hr(self, _: dict[str, str | None]) -> None:
        self.sheets[-1].block(1)
        self.sheets[-1].words(_RULE)
        self.sheets[-1].block(1)

    def _img(self, attributes: dict[str, str | None]) -> None:
        alt = " ".join((attributes.get("alt") or "").split())[:200]
        source = (attributes.get("src") or "").lower()
        if alt:
            self.sheets[-1].words(f"[{alt}]")
        elif source.startswith(("cid:", "data:")):
            self.sheets[-1].words("[image]")

    def _a(self, attributes: dict[str, str | None]) -> Callable[[], None]:
        sheet = self.sheets[-1]
        href = (attributes.get("href") or "").strip()
        start = len(sheet.parts)

        def leave() -> None:
            words = "".join(sheet.parts[start:]).strip()
            if words and href[:7].lower() in ("http://", "https:/", "mailto:") and not _same_link(words, href):
                sheet.parts.append(f" <{_BLANKS.sub('', href)}>")

        return leave

    def _pre(self, _: dict[str, str | None]) -> Callable[[], None]:
        self.sheets[-1].block(2)
        self.pre += 1

        def leave() -> None:
            self.pre -= 1
            self.sheets[-1].block(2)

        return leave

    def _blockquote(self, attributes: dict[str, str | None]) -> Callable[[], None]:
        told = f"{attributes.get('type') or ''} {attributes.get('class') or ''} {attributes.get('id') or ''}"
        quoting = bool(
            _QUOTING.search(told) or "cite" in attributes or _BORDER_LEFT.search(attributes.get("style") or "")
        )
        self.sheets.append(_Sheet())

        def leave() -> None:
            text = tidy(self.sheets.pop().text())
            if quoting:
                text = "\n".join(
                    f">{line}" if line.startswith(">") else f"> {line}" if line else ">" for line in text.split("\n")
                )
            self.sheets[-1].block(1 if quoting else 2)
            if text:
                self.sheets[-1].kept(text)
            self.sheets[-1].block(2)

        return leave

    def _list(self, attributes: dict[str, str | None]) -> Callable[[], None]:
        start = attributes.get("start") or "1"
        self.lists.append(int(start) if start.isdecimal() and len(start) < 6 else 1)
        self.sheets[-1].block(1)

        def leave() -> None:
            self.lists.pop()
            self.sheets[-1].block(1 if self.lists else 2)

        return leave

    def _bullets(self, attributes: dict[str, str | None]) -> Callable[[], None]:
        leave = self._list({})
        self.lists[-1] = -1
        return leave

    def _li(self, _: dict[str, str | None]) -> Callable[[], None]:
        sheet = self.sheets[-1]
        sheet.block(1)
        number = self.lists[-1] if self.lists else -1
        if number >= 0:
            self.lists[-1] += 1
        sheet.kept("  " * max(len(self.lists) - 1, 0) + (f"{number}. " if number >= 0 else "- "))
        return lambda: sheet.block(1)

    def _table(self, _: dict[str, str | None]) -> Callable[[], None]:
        if self.nested:
            self.nested[-1] = True
        self.nested.append(False)
        self.tables.append([])
        self.sheets.append(_Sheet())

        def leave() -> None:
            outside = self.sheets.pop().text().strip()
            rows, nested = self.tables.pop(), self.nested.pop()
            text = "\n".join(filter(None, [outside, _rows(rows, nested)]))
            self.sheets[-1].block(1)
            if text:
                self.sheets[-1].kept(text)
            self.sheets[-1].block(1)

        return leave

    def _tr(self, _: dict[str, str | None]) -> Callable[[], None]:
        if self.tables:
            self.tables[-1].append([])
        return _nothing

    def _td(self, _: dict[str, str | None]) -> Callable[[], None]:
        self.sheets.append(_Sheet())

        def leave() -> None:
            text = tidy(self.sheets.pop().text())
            if self.tables:
                if not self.tables[-1]:
                    self.tables[-1].append([])
                self.tables[-1][-1].append(text)
            else:
                self.sheets[-1].words(text)

        return leave


def _nothing() -> None:
    """An element whose end changes nothing."""


_HANDLERS: dict[str, Callable[[_Renderer, dict[str, str | None]], Callable[[], None] | None]] = {
    "br": _Renderer._br,
    "hr": _Renderer._hr,
    "img": _Renderer._img,
    "a": _Renderer._a,
    "pre": _Renderer._pre,
    "blockquote": _Renderer._blockquote,
    "ol": _Renderer._list,
    "ul": _Renderer._bullets,
    "li": _Renderer._li,
    "table": _Renderer._table,
    "tr": _Renderer._tr,
    "td": _Renderer._td,
    "th": _Renderer._td,
}


def _rows(rows: list[list[str]], nested: bool) -> str:
    """A data table line by line; a layout table as its cells one below the other."""
    cells = [cell for row in rows for cell in row]
    data = (
        not nested
        and any(len(row) > 1 for row in rows)
        and all(len(cell) <= 200 and cell.count("\n") < 3 for cell in cells)
    )
    if data:
        lines = [" | ".join(cell.replace("\n", " ") for cell in row).strip(" |") for row in rows]
        return "\n".join(line for line in lines if line)
    return "\n".join(cell for cell in cells if cell)


def _same_link(words: str, href: str) -> bool:
    """Whether the words of a link already say its address."""
    plain = href.partition(":")[2].strip("/").partition("?")[0] if href[:7].lower() == "mailto:" else href
    return _bare(words) == _bare(plain) or href in words


def _bare(link: str) -> str:
    link = link.strip().lower().removeprefix("http://").removeprefix("https://").removeprefix("www.")
    return link.rstrip("/")
