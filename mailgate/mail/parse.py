"""One mail's octets, understood.

``parse`` reads any octets. It answers with a ``Parsed``; or, where nothing in them is a mail, raises
``Permanent("unparseable")``; or, where they go ten times beyond a limit, ``Permanent("too-complex")``. A mail beyond a
limit that is not so hopeless is ``minimal``: its headers were read, its text says so, and the raw mail is kept whole.
It never raises anything else.

The way of a mail, in the order of ``_whole``: look over the octets (``scan``), read the header block (``headers``),
grow the tree (``parts``), tell text from attachments (``body``), decode and tidy the text, make the HTML safe
(``clean``), mark what is not new (``quote``), describe the attachments. No step needs a socket, a clock or a database.
"""

from __future__ import annotations

from typing import TypedDict

from mailgate.errors import Permanent
from mailgate.mail import digest, parts, reading, scan
from mailgate.mail.contents import with_line_ends
from mailgate.mail.forwarded import enclosed
from mailgate.mail.head import address, dates, headers, threading_ids
from mailgate.mail.head.fields import Fields
from mailgate.mail.limits import DEFAULT_LIMITS, Limits
from mailgate.mail.model import Address, Mail
from mailgate.mail.parts import Parsed, Part, TooComplex
from mailgate.mail.quotes import quote
from mailgate.mail.text import language

_TOO_COMPLEX_TEXT = "[This mail was too complex to be read in full ({why}). It is kept whole as it came.]"
_HEADERS_CUT = frozenset({"header-block-too-large", "too-many-headers"})


def parse(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> Parsed:
    """Read one mail. Raises ``Permanent`` as the head of this module says, and nothing else, whatever the octets."""
    findings = scan.prescan(raw, limits)
    if "empty" in findings:
        raise Permanent("unparseable", "nothing but white space")
    if scan.hopeless(findings):
        raise Permanent("too-complex", scan.hopeless(findings).removesuffix("-hopeless"))
    raw = with_line_ends(raw)
    if scan.TOO_COMPLEX.intersection(findings):
        return _minimal(raw, findings, limits)
    block = headers.read(raw)
    if not block.fields and raw[:1] not in (b"\n", b"\r"):
        raise Permanent("unparseable", "no header line")
    try:
        return _whole(raw, block, findings, limits)
    except (TooComplex, RecursionError) as limit:
        return _minimal(raw, (*findings, str(limit) or "too-deep"), limits)


def minimal(raw: bytes, trouble: str, limits: Limits = DEFAULT_LIMITS) -> Mail:
    """The headers of a mail that no worker could read whole; ``trouble`` stands among its defects. Never raises."""
    return _minimal(raw, (trouble,), limits).mail


def _whole(raw: bytes, block: headers.Block, findings: tuple[str, ...], limits: Limits) -> Parsed:
    root = parts.tree(raw, block, limits)
    content = reading.read(root, limits)
    fields = Fields(block.fields, _charset_hint(root), limits)
    spans = quote.mark(content.text, content.html_raw, fields.show("subject"))
    new = quote.reply_text(content.text, spans)
    defects = [*findings, *fields.cut, *content.defects, *(defect for part in root.walk() for defect in part.defects)]
    mail = Mail(
        **_about(raw, block, fields, findings, limits),
        text=content.text,
        html=content.html,
        spans=spans,
        reply_text=new,
        reply_text_nosig=quote.reply_text_nosig(content.text, spans),
        language=language.detect(new or content.text),
        attachments=content.attachments,
        protection=content.protection,
        enclosed=enclosed(root, limits) if root.is_multipart else (),
        defects=tuple(dict.fromkeys(defects)),
    )
    return Parsed(mail=mail, root=root, html_raw=content.html_raw, raw_headers=block.fields)


def _charset_hint(root: Part) -> str:
    """The charset of the first text: raw 8-bit in the headers was likely written by the same hand."""
    return next((hint for part in root.leaves() if (hint := part.params.get("charset", ""))), "")


def _minimal(raw: bytes, findings: tuple[str, ...], limits: Limits) -> Parsed:
    """The headers of a mail that is too much to read; what else is in it stays in the raw mail."""
    block = headers.read(raw, 0, min(len(raw), limits.header_block))
    block = headers.Block(block.fields[: limits.headers], block.body_start, block.defects)
    why = next((name for name in findings if name in scan.TOO_COMPLEX or name.startswith("too-")), "too-complex")
    text = _TOO_COMPLEX_TEXT.format(why=why.replace("-", " "))
    fields = Fields(block.fields, "", limits)
    mail = Mail(
        **_about(raw, block, fields, findings, limits),
        text=text,
        html="",
        spans=(),
        reply_text=text,
        reply_text_nosig=text,
        language="und",
        attachments=(),
        defects=tuple(dict.fromkeys((*findings, *fields.cut, *block.defects))),
        minimal=True,
    )
    root = Part(raw, headers.Block(block.fields, len(raw)), len(raw), "1")
    return Parsed(mail=mail, root=root, html_raw="", raw_headers=block.fields)


class _About(TypedDict):
    """The fields of ``Mail`` that the headers alone decide."""

    subject: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date_ms: int | None
    author: Address | None
    author_unknown: str
    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    return_path: str | None
    headers: tuple[tuple[str, str], ...]
    content_hash: str
    size: int


def _about(raw: bytes, block: headers.Block, fields: Fields, findings: tuple[str, ...], limits: Limits) -> _About:
    author, unknown = _author(block, findings)
    return _About(
        subject=fields.show("subject"),
        message_id=threading_ids.message_id(fields.raw("message-id")),
        in_reply_to=threading_ids.last(threading_ids.identifiers(fields.raw("in-reply-to")), limits.references),
        references=threading_ids.last(threading_ids.identifiers(fields.raw("references")), limits.references),
        date_ms=dates.read(fields.raw("date")),
        author=author,
        author_unknown=unknown,
        from_=(author,) if author is not None else address.parse_addresses(fields.listed("from")),
        to=address.parse_addresses(fields.listed("to")),
        cc=address.parse_addresses(fields.listed("cc")),
        reply_to=address.parse_addresses(fields.listed("reply-to")),
        return_path=fields.raw("return-path").strip("<> ") if fields.has("return-path") else None,
        headers=fields.decoded,
        content_hash=digest.content_hash(block.fields, raw, block.body_start),
        size=len(raw),
    )


def _author(block: headers.Block, findings: tuple[str, ...]) -> tuple[Address | None, str]:
    """The one author; nobody where the header block was cut, since a second From may stand beyond the cut."""
    if _HEADERS_CUT.intersection(findings):
        return None, "the headers are too large to be sure"
    if "space-before-colon:from" in block.defects:
        return None, "a From with a space before its colon"
    return address.strict_author([value for name, value in block.fields if name.lower() == "from"])
