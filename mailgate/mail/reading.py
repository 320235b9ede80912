"""From the tree to what an agent reads: text, safe HTML, attachments.

Pieces of the body come in their order; each has a text (its own, or made from its HTML) and, where any piece has HTML,
an HTML form. Files hidden in the text (uuencode, yEnc) and in containers (winmail.dat, .msg) become attachments. A text
beyond the limit is cut for show and attached whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from mailgate.mail import body
from mailgate.mail.attachments import attachment
from mailgate.mail.attachments.attachment import File
from mailgate.mail.containers import calendar, protection, unpack
from mailgate.mail.html import clean
from mailgate.mail.limits import Limits
from mailgate.mail.model import Attachment
from mailgate.mail.parts import Part

_CID = re.compile(r"cid:([^\s\"'<>)]{1,500})", re.IGNORECASE)
_WORDS = re.compile(r"\w{3,}")
_TAGS = re.compile(r"<[^<>]*>")
_LOOKS_LIKE_HTML = ("<html", "<!doctype html")
_CUT = "\n\n[The text goes on. All of it is attached.]"


@dataclass(frozen=True, slots=True)
class Content:
    """What a mail holds, ready for ``Mail``; ``html_raw`` is the HTML as it came, never shown."""

    text: str
    html: str
    html_raw: str
    attachments: tuple[Attachment, ...]
    protection: tuple[str, ...]
    defects: tuple[str, ...]


def read(root: Part, limits: Limits) -> Content:
    """Everything that the tree at ``root`` has to say."""
    return _Reading(limits).run(root)


@dataclass(slots=True)
class _Reading:
    """What is gathered on the way through one mail."""

    limits: Limits
    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[tuple[str, File]] = field(default_factory=list)
    too_long: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    protection: list[str] = field(default_factory=list)

    def run(self, root: Part) -> Content:
        """Body first, since the pictures that its HTML shows decide how attachments are described."""
        found = body.read(root)
        if root.children or root.content_type not in ("text/plain", "text/html"):
            self.protection += protection.of_parts(root)
        for piece in found.pieces:
            self._piece(piece)
        self.defects += [f"unshown-alternative:{part.content_type}" for part in found.unshown]
        self._containers(found)
        self._calendars(found)
        html_raw = "\n".join(html for html in self.htmls if html)
        shown = frozenset(unquote(one) for one in _CID.findall(html_raw)) if "cid:" in html_raw.lower() else frozenset()
        attachments = self._attachments(found, shown)
        text = "\n\n".join(text for text in self.texts if text)
        if not text:
            text = next((protection.ENCRYPTED[name] for name in self.protection if name in protection.ENCRYPTED), "")
        html = self._html(frozenset(one.content_id for one in attachments if one.inline)) if html_raw else ""
        if html and any(piece.plain and piece.html for piece in found.pieces) and _differ(text, html):
            self.defects.append("text-and-html-differ")
        return Content(text, html, html_raw, attachments, tuple(dict.fromkeys(self.protection)), tuple(self.defects))

    def _piece(self, piece: body.Piece) -> None:
        html = self._markup(piece.html) if piece.html is not None else ""
        if len(html) > self.limits.html:
            self._attach_whole(piece.html, "html-too-large")
        text = self._plain(piece.plain) if piece.plain is not None else ""
        if text[:15].lower().startswith(_LOOKS_LIKE_HTML):
            html, text = html or text, ""
        if html and not text and not piece.told:
            text = clean.html_to_text(html)
        if len(text) > self.limits.text:
            text = text[: self.limits.text] + _CUT
            self._attach_whole(piece.plain or piece.html, "text-cut")
        self.texts.append(text)
        self.htmls.append(html)

    def _attach_whole(self, part: Part | None, defect: str) -> None:
        self.defects.append(defect)
        if part is not None and part not in self.too_long:
            self.too_long.append(part)

    def _plain(self, part: Part) -> str:
        octets, files = unpack.text_part(part, self.limits)
        self.files += [(part.path, file) for file in files]
        text, name = protection.unwrapped(body.plain_text(part, octets))
        if name:
            self.protection.append(name)
        return text

    def _markup(self, part: Part) -> str:
        html, files = unpack.html_part(part, self.limits)
        self.files += [(part.path, file) for file in files]
        return html

    def _containers(self, found: body.Body) -> None:
        """Open winmail.dat and .msg; the message in a winmail.dat is this mail's text where it has no other."""
        for part in found.attached:
            unpacked = unpack.container(part, self.limits)
            if unpacked is None:
                continue
            self.files += [(part.path, file) for file in unpacked.files]
            if not any(text.strip() for text in self.texts) and (unpacked.text or unpacked.html):
                self.texts.append(unpacked.text or clean.html_to_text(unpacked.html))
                self.htmls.append(unpacked.html)

    def _calendars(self, found: body.Body) -> None:
        for part in found.attached:
            if calendar.is_one(part.content_type, part.filename):
                summary = calendar.summary(part.text())
                if summary:
                    self.texts.append(summary)
                    self.htmls.append("")
                return

    def _html(self, keep_cids: frozenset[str]) -> str:
        """The pieces one after the other, each made safe by itself so that none swallows the next."""
        pieces = (
            clean.sanitise(html, keep_cids) if html else clean.as_pre(text)
            for text, html in zip(self.texts, self.htmls, strict=True)
        )
        return "\n".join(piece for piece in pieces if piece)

    def _attachments(self, found: body.Body, shown: frozenset[str]) -> tuple[Attachment, ...]:
        if not (found.attached or self.files or self.too_long):
            return ()
        described = list(attachment.with_duplicates_marked(self._described(found, shown)))
        if len(found.attached) + len(self.files) > self.limits.attachments:
            self.defects.append("too-many-attachments")
        return tuple(described)

    def _described(self, found: body.Body, shown: frozenset[str]) -> Iterator[Attachment]:
        describer = attachment.Describer(shown)
        room = self.limits.attachments
        whole = [part for part in self.too_long if not any(part is one for one in found.attached)]
        for part in [*found.attached, *whole][:room]:
            yield describer.part(part, noise=any(part is one for one in found.noise))
            room -= 1
        for path, file in self.files[:room]:
            yield describer.file(path, file)


def _differ(text: str, html: str) -> bool:
    """Whether the two alternatives tell different things: fewer than half of the words of the text are in the HTML."""
    words = set(_WORDS.findall(text[:20_000].casefold()))
    shown = set(_WORDS.findall(_TAGS.sub(" ", html[:200_000]).casefold()))
    return bool(words) and len(words & shown) * 2 < len(words) + (len(words) < 4)
