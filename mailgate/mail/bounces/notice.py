"""Reports in prose: the dialects of Exim, qmail, Gmail, Exchange, Yahoo, AOL, GroupWise, QQ, NetEase and the rest.

They differ in words and agree in shape: a notice, in it the recipients, most often each at the beginning of a line with
the reason below, then the copy of the letter. So the notice is cut off above the copy (``wording.RETURNED_BELOW``) and
its lines are asked in turn, by the shapes of ``SHAPES``; the first shape that finds anybody decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from mailgate.mail.bounces import dsn, wording
from mailgate.mail.model import Action, ReportedRecipient

MAX_NOTICE = 100_000
MAX_LINES = 3_000
MAX_LINE = 1_000
MAX_REASON_LINES = 8

_FIRST = r"[A-Za-z0-9!#$%&'+/=?^_`{}~.]"
_ADDRESS = rf"{_FIRST}[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-]{{0,63}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{0,8}}"
_AT_START = re.compile(
    rf"[\s>*|-]{{0,20}}[<\"'(\[]{{0,3}}(?:mailto:|smtp:|SMTP:|rfc822;)?({_ADDRESS})[>\"')\]]{{0,3}}(?P<rest>.*)"
)
_ANSWER = re.compile(r"\b[45]\d\d[ -]\S")
_X400 = re.compile(rf"SMTP=({_ADDRESS})")
_ANYWHERE = re.compile(_ADDRESS)
_HEADER = re.compile(
    r"(?:received|return-path|message-id|x-[\w-]{1,40}|mime-version|dkim-signature|from|date|subject): ?\S",
    re.IGNORECASE,
)


class Notice(NamedTuple):
    """A report's notice, as lines, and the text of the letter's copy below it."""

    lines: tuple[str, ...]
    copy: str


def split(text: str) -> Notice:
    """``text`` parted where the copy of the letter begins: at a line that says so, once somebody was named above it, or
    at a block of headers."""
    lines = text[:MAX_NOTICE].split("\n")[:MAX_LINES]
    named = False
    for at, line in enumerate(lines):
        if at and ((named and _says_copy(line)) or _begins_headers(lines, at)):
            start = at + 1 if _says_copy(line) else at
            return Notice(tuple(lines[:at]), "\n".join(lines[start:]))
        named = named or "@" in line
    return Notice(tuple(lines), "")


def _says_copy(line: str) -> bool:
    """Whether the line announces the copy: one of the phrases, set off by dashes or a colon."""
    line = line.strip()[:200]
    if len(line) > 120 or not (line[:1] in tuple("-=*|_") or line.endswith((":", "：", "-", "."))):
        return False
    lowered = line.lower()
    return any(phrase in lowered for phrase in wording.RETURNED_BELOW)


def _begins_headers(lines: Sequence[str], at: int) -> bool:
    """Whether three header lines of a letter follow one another here, below a blank line."""
    if lines[at - 1].strip() or not _HEADER.match(lines[at]):
        return False
    return sum(1 for line in lines[at : at + 6] if _HEADER.match(line)) >= 3


def recipients(notice: Notice, not_these: frozenset[str], subject: str) -> tuple[ReportedRecipient, ...]:
    """Whom the notice names, each once; ``not_these`` (lower case) are the addresses of the letter's sender."""
    embedded = _embedded(notice)
    if embedded:
        return embedded
    fate = fate_of("\n".join(notice.lines), subject)
    introduced = _introduced(notice.lines)
    return (introduced and _by_shapes(introduced, fate, not_these)) or _by_shapes(notice.lines, fate, not_these)


def named(emails: Sequence[str], notice: Notice, subject: str) -> tuple[ReportedRecipient, ...]:
    """The recipients that a header names, each with the reason that the notice gives for it."""
    fate = fate_of("\n".join(notice.lines), subject)
    reasons = {email.lower(): reason for email, reason in listed(notice.lines)}
    found = [_reported(email, fate, reasons.get(email.lower(), "")) for email in dict.fromkeys(emails) if "@" in email]
    return (_with_the_rest(found[0], notice.lines),) if len(found) == 1 else tuple(found)


def _reported(email: str, fate: Action, reason: str) -> ReportedRecipient:
    return ReportedRecipient(email, fate, dsn.status_code("", reason), reason)


def _with_the_rest(only: ReportedRecipient, lines: Sequence[str]) -> ReportedRecipient:
    """The only recipient of a notice: all of the notice is about it, so a status or an SMTP answer anywhere in it is
    its own."""
    if only.status:
        return only
    said = next((line for line in lines if dsn.STATUS.search(line[:MAX_LINE])), "")
    said = said or next((line for line in lines if _ANSWER.search(line[:MAX_LINE])), "")
    reason = " ".join(said.split())[:500] or only.reason
    return replace(only, status=dsn.status_code("", said[:MAX_LINE]), reason=reason)


def _introduced(lines: Sequence[str]) -> Sequence[str]:
    """What stands below "The following addresses failed:"; nothing where no such line is."""
    for at, line in enumerate(lines):
        if line.rstrip().endswith((":", "：", "-")) and any(word in line.lower() for word in wording.INTRODUCTIONS):
            return lines[at + 1 :]
    return ()


def _by_shapes(lines: Sequence[str], fate: Action, not_these: frozenset[str]) -> tuple[ReportedRecipient, ...]:
    for shape in SHAPES:
        found: dict[str, ReportedRecipient] = {}
        for email, reason in shape(lines):
            email = email.strip(".'")
            if _may_be_recipient(email, not_these) and email.lower() not in found:
                found[email.lower()] = _reported(email, fate, reason)
            if len(found) >= dsn.MAX_RECIPIENTS:
                break
        if len(found) == 1:
            return (_with_the_rest(next(iter(found.values())), lines),)
        if found:
            return tuple(found.values())
    return ()


def _may_be_recipient(email: str, not_these: frozenset[str]) -> bool:
    lowered = email.lower()
    return lowered not in not_these and not lowered.startswith(tuple(f"{word}@" for word in wording.NOT_RECIPIENTS))


def _embedded(notice: Notice) -> tuple[ReportedRecipient, ...]:
    """RFC 3464 fields within the prose, as Amazon SES and some gateways write them."""
    text = "\n".join(notice.lines)
    if "final-recipient:" not in text.lower():
        return ()
    return tuple(filter(None, map(dsn.recipient, dsn.groups(text))))


def fate_of(text: str, subject: str) -> Action:
    """Delayed where the words say so and nothing says that it was given up; failed otherwise."""
    lowered = f"{subject}\n{text[:5000]}".lower()
    if any(phrase in lowered for phrase in wording.GIVEN_UP):
        return Action.FAILED
    return Action.DELAYED if any(phrase in lowered for phrase in wording.DELAYED) else Action.FAILED


# ------------------------------------------------------------------ the shapes in which recipients are named

Shape = Callable[[Sequence[str]], Iterator[tuple[str, str]]]


def listed(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``<ana@example.org>:`` or the address alone, at the beginning of a line; the reason behind or below it."""
    for at, line in enumerate(lines):
        if "@" not in line:
            continue
        match = _AT_START.fullmatch(line[:MAX_LINE].rstrip())
        if match and _ends_address(match["rest"]):
            yield match[1], _reason(match["rest"], lines, at + 1)


def _ends_address(rest: str) -> bool:
    """Whether what follows an address shows that the line is about it, and not a sentence that begins with it."""
    rest = rest.strip()
    return (
        not rest
        or rest[0] in ":;,(.-\t["
        or rest.startswith(("...", "on ", "said:", "<", "has ", "failed", "does ", "is "))
    )


def _reason(rest: str, lines: Sequence[str], below: int) -> str:
    """The words behind the address and on the lines below, to the next blank line or address."""
    words = [rest.strip(" \t:;,.-")]
    for line in lines[below : below + MAX_REASON_LINES]:
        if not line.strip():
            if any(words):
                break
            continue
        if _AT_START.match(line[:MAX_LINE]) and line.lstrip()[:1] == "<":
            break
        words.append(line.strip()[:MAX_LINE])
    return " ".join(filter(None, words))[:500]


def labelled(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``Intended recipient: ana@example.org``."""
    for at, line in enumerate(lines):
        label, colon, value = line[:MAX_LINE].replace("：", ":").partition(":")
        if colon and "@" in value and label.strip(" \t*->|").lower() in wording.LABELS:
            for email in _ANYWHERE.findall(value):
                yield email, _reason("", lines, at + 1)


def mentioned(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Any address in the notice but a sender's ("from …"), the reason being its own line: the last resort."""
    for line in lines:
        if "@" in line:
            line = line[:MAX_LINE]
            for match in _ANYWHERE.finditer(line):
                if not line[: match.start()].lower().rstrip(" <").endswith(("from", "from:", "von", "de")):
                    yield match[0], " ".join(line.split())[:500]


def x400(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``c=US;a= ;p=ORG;dda:SMTP=ana@example.org;`` as old Exchange servers write."""
    for at, line in enumerate(lines):
        for email in _X400.findall(line[:MAX_LINE]):
            yield email, _reason("", lines, at + 1)


SHAPES: tuple[Shape, ...] = (listed, x400, labelled, mentioned)
