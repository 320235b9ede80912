"""Which parts are the mail's text, which are attachments.

The walk follows the meaning of each multipart (RFC 2046 section 5.1, RFC 2387, RFC 1847, RFC 6522):

============ ==========================================================================================
multipart    reading
============ ==========================================================================================
alternative  the best text and the best HTML of it are one piece; what cannot be shown is attached
related      the root (the first, or ``start``) is read, the others are attached
signed       the first is read, the signature is attached
encrypted    all attached: there is nothing to read
report       the first is read, the report and the returned mail are attached
mixed, …     in order: each text a piece, everything else attached
============ ==========================================================================================

A text with a file name or with ``Content-Disposition: attachment`` is a file, but where the mail has no other text, it
is shown as well. An attached message is a file, and its text is never mixed into this one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailgate.mail.parts import Part
from mailgate.mail.text import flowed

_SHOWN = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"})
_UNSHOWN_ALTERNATIVES = frozenset({"text/x-amp-html", "text/watch-html"})


@dataclass(slots=True)
class Piece:
    """One stretch of the body: its plain text, its HTML, or the same in both.

    ``told`` says that the words of this HTML already stand in the plain text of the piece before.
    """

    plain: Part | None = None
    html: Part | None = None
    told: bool = False


@dataclass(slots=True)
class Body:
    """The pieces in their order, the parts to attach, and those of them that no agent wants to see.

    ``unshown`` are alternatives of the text that another one stands for (enriched beside plain): in the raw mail only.
    """

    pieces: list[Piece] = field(default_factory=list)
    attached: list[Part] = field(default_factory=list)
    noise: list[Part] = field(default_factory=list)
    unshown: list[Part] = field(default_factory=list)

    def add(self, other: Body) -> None:
        """Append all that another holds."""
        self.pieces += other.pieces
        self.attached += other.attached
        self.noise += other.noise
        self.unshown += other.unshown


def read(root: Part) -> Body:
    """The body of the mail at ``root``; every leaf is in it once, or twice where a named text is shown too."""
    body = _read(root)
    if not any(piece.plain or piece.html for piece in body.pieces):
        _show_named_text(root, body)
    return body


def _show_named_text(root: Part, body: Body) -> None:
    for part in body.attached:
        if part.content_type in ("text/plain", "text/html") and (part is root or part.disposition != "attachment"):
            body.pieces.append(Piece(html=part) if part.content_type == "text/html" else Piece(plain=part))
            return


def _read(part: Part) -> Body:
    if not part.is_multipart:
        return _leaf(part)
    reader = _READERS.get(part.content_type, _in_order)
    return reader(part)


def _leaf(part: Part) -> Body:
    kind = part.content_type
    if kind.startswith("multipart/"):
        return Body(pieces=[Piece(plain=part)])  # one without parts: its text is all there is
    if kind not in _SHOWN or part.disposition not in ("", "inline") or part.filename:
        return Body(attached=[part])
    return Body(pieces=[Piece(html=part) if kind == "text/html" else Piece(plain=part)])


def _in_order(part: Part) -> Body:
    body = Body()
    for child in part.children:
        body.add(_read(child))
    return body


def _alternative(part: Part) -> Body:
    choices = [_read(child) for child in part.children]
    html = next((choice for choice in reversed(choices) if any(piece.html for piece in choice.pieces)), None)
    plain = _plain_choices(choices)
    body = Body(pieces=_merged([piece for choice in plain for piece in choice.pieces], html))
    for choice in choices:
        if choice is not html and not any(choice is one for one in plain):
            body.unshown += [one for piece in choice.pieces for one in (piece.plain, piece.html) if one is not None]
        body.attached += choice.attached
        body.noise += [one for one in choice.attached if one.content_type in _UNSHOWN_ALTERNATIVES]
        body.noise += choice.noise
        body.unshown += choice.unshown
    return body


def _plain_choices(choices: list[Body]) -> list[Body]:
    """The alternatives that are plain text: one as a rule, and all of them where a sender took this for ``mixed``.

    Where there is none, the last that is text of another kind.
    """
    texts = [choice for choice in choices if choice.pieces and not any(piece.html for piece in choice.pieces)]
    plain = [
        choice
        for choice in texts
        if all(piece.plain is not None and piece.plain.content_type == "text/plain" for piece in choice.pieces)
    ]
    if len(plain) > 1:
        contents = [b"".join(piece.plain.payload() for piece in one.pieces if piece.plain).strip() for one in plain]
        plain = [one for at, one in enumerate(plain) if contents[at] and contents[at] not in contents[:at]]
    return plain or texts[-1:]


def _merged(plain: list[Piece], html: Body | None) -> list[Piece]:
    """The texts beside the HTMLs, in their orders: Apple Mail has one plain text for several stretches of HTML."""
    if html is None or not plain:
        return html.pieces if html is not None else plain
    texts = [piece.plain for piece in plain]
    markups = [piece.html for piece in html.pieces if piece.html is not None]
    both = [Piece(text, markup) for text, markup in zip(texts, markups, strict=False)]
    more_text = [Piece(plain=text) for text in texts[len(markups) :]]
    return both + more_text + [Piece(html=markup, told=True) for markup in markups[len(texts) :]]


def _related(part: Part) -> Body:
    start = part.params.get("start", "").strip().strip("<>")
    root = next((child for child in part.children if start and child.content_id == start), part.children[0])
    if not _readable(root):
        root = next((child for child in part.children if _readable(child)), root)
    body = _read(root)
    for child in part.children:
        if child is not root:
            body.add(
                _read(child) if child.is_multipart or child.content_type == "text/html" else Body(attached=[child])
            )
    return body


def _readable(part: Part) -> bool:
    return part.is_multipart or part.content_type in _SHOWN


def _first_read(part: Part) -> Body:
    body = _read(part.children[0])
    for child in part.children[1:]:
        body.attached += child.leaves()
    return body


def _all_attached(part: Part) -> Body:
    return Body(attached=list(part.leaves()))


_READERS = {
    "multipart/alternative": _alternative,
    "multipart/related": _related,
    "multipart/signed": _first_read,
    "multipart/report": _first_read,
    "multipart/encrypted": _all_attached,
    "multipart/appledouble": _all_attached,
}


def plain_text(part: Part, octets: bytes | None = None) -> str:
    """The text of a plain part, or of ``octets`` of it, tidy: flowed lines joined, enriched text without commands."""
    text = part.text(octets)
    if part.params.get("format", "").lower() == "flowed":
        text = flowed.unflow(text, part.params.get("delsp", "").lower() == "yes")
    elif part.content_type in ("text/enriched", "text/richtext"):
        text = _without_commands(text)
    return flowed.tidy(text)


def _without_commands(text: str) -> str:
    """Text of RFC 1896 without its commands; a single line end is a blank there."""
    text = re.sub(r"<param>[^<]*</param>", "", text, flags=re.IGNORECASE)
    text = re.sub(r"<[a-zA-Z/-]{1,60}>", "", text).replace("<<", "<")
    return re.sub(r"\n(\n*)", lambda ends: ends.group(1) or " ", text)
