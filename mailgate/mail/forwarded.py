"""The mail that a mail brings along: attached whole, or in the text below a block of its headers.

Agents forward what customers sent to them in person, so that it becomes those customers' ticket. An attached message is
read like any other (``enclosed``, while the tree is at hand); one in the text is found by the header block that mail
programs put above it, in all the languages that quotes are known in. What such a mail says of its author is a claim:
whoever uses it must know the one who brings it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailgate.mail import reading
from mailgate.mail.head import address
from mailgate.mail.limits import Limits
from mailgate.mail.model import Address, Forwarded, Mail
from mailgate.mail.parts import Part
from mailgate.mail.quotes import attribution, quote

MOST = 3
"""Attached messages that are read; the rest are attachments only."""

LONGEST = 100_000
"""Characters of a text in which a header block is looked for."""

_MESSAGES = ("message/rfc822", "message/global", "message/news")
_MAILTO = re.compile(r"[\[(]mailto:([^\])\s]+)[\])]", re.IGNORECASE)
_REPORT = "multipart/report"


def forwarded(mail: Mail) -> Forwarded | None:
    """The first mail that this one brings along and whose author can be read; the attached before those in the text."""
    return next(iter((*mail.enclosed, *_inline(mail))), None)


def enclosed(root: Part, limits: Limits) -> tuple[Forwarded, ...]:
    """The messages attached to a mail, as far as their authors can be read; those that a report returns are none."""
    if root.content_type == _REPORT:
        return ()
    inner = [part.children[0] for part in root.leaves() if part.content_type in _MESSAGES and part.children]
    return tuple(found for child in inner[:MOST] if (found := _read(child, limits)))


def _read(part: Part, limits: Limits) -> Forwarded | None:
    author = next(iter(address.parse_addresses(part.header("from"))), None)
    if author is None:
        return None
    content = reading.read(part, limits)
    new = quote.reply_text(content.text, quote.mark(content.text, content.html_raw, part.header("subject")))
    return Forwarded(author, part.header("subject"), new or content.text, part.path)


def _inline(mail: Mail) -> Iterator[Forwarded]:
    if mail.minimal or "@" not in mail.text:
        return
    lines = mail.text[:LONGEST].splitlines()
    for at, line in enumerate(lines):
        block = attribution.header_block(lines, at) if attribution.role(line) else None
        if block is None:
            continue
        author = _author(lines[at : block.end])
        if author is not None:
            body = "\n".join(lines[block.end :]).strip()
            text = quote.reply_text(body, quote.mark(body, "", "")) or body
            yield Forwarded(author, _value(lines[at : block.end], "subject"), text)
        return


def _author(block: Sequence[str]) -> Address | None:
    """Whom the block names as the writer, an address in ``[mailto:…]`` as Outlook writes it included."""
    value = _value(block, "from")
    linked = _MAILTO.search(value)
    if linked:
        name = value[: linked.start()].strip(" \"'")
        return next(iter(address.parse_addresses(f'"{name}" <{linked[1]}>' if name else linked[1])), None)
    return next(iter(address.parse_addresses(value)), None)


def _value(block: Sequence[str], wanted: str) -> str:
    """What stands behind a label, or below it where the label stands alone."""
    for at, line in enumerate(block):
        if attribution.role(line) == wanted:
            behind = re.split(r"[:：︰|]", line, maxsplit=1)[1]
            value = attribution.plain(behind) or (attribution.plain(block[at + 1]) if at + 1 < len(block) else "")
            return value.strip()
    return ""
