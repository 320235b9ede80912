"""Reads delivery reports: who did not get which letter of ours, whether for good, and why.

``read`` asks in this order, and the first that names a recipient is believed:

1. the fields of RFC 3464 in a part of their own (``bounces.dsn``), whoever sent the mail;
2. Amazon's notifications in JSON (``bounces.sns``);
3. ``X-Failed-Recipients`` (Exim, Gmail), with the notice's reasons;
4. the notice in prose (``bounces.notice``), in the words of ``bounces.wording``;
5. flufl.bounce's detectors (``bounces.mailman``).

The last three are asked only when the mail looks like a report (``_is_report``): who sent it, its title, its words and
the copy of a letter in it are weighed together. A person who writes about a bounce, or forwards one, sends none.
The returned letter, by which we know what was ours, is looked for in every place where reports keep it
(``bounces.returned``). Nothing here raises on any mail; of a report's recipients the first 1,000 are read.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from mailgate.mail.bounces import dsn, mailman, notice, returned, sns, wording
from mailgate.mail.bounces.notice import Notice
from mailgate.mail.bounces.tree import walk
from mailgate.mail.model import Bounce, Envelope, ReportedRecipient
from mailgate.mail.verdicts import vacation

if TYPE_CHECKING:
    from mailgate.mail.parts import Parsed

MAX_TEXT_PARTS = 4
_ANSWERED = ("re:", "fw:", "fwd:", "aw:", "wg:", "sv:")


def read(parsed: Parsed, envelope: Envelope) -> Bounce | None:
    """The delivery report that this mail is, or None when it is none.

    ``recipients`` may be empty where a report names nobody; delayed, delivered and failed ones stand in it alike.
    """
    by_the_book = dsn.recipients(parsed.root)
    if by_the_book:
        return _bounce(parsed, envelope, by_the_book, returned.letter(parsed.root))
    signs = _signs(parsed, envelope)
    if signs.sender is _Sender.ANYBODY and not signs.titled:
        return None
    notified, about = sns.read(parsed.mail.text)
    if notified:
        return _bounce(parsed, envelope, notified, about)
    told = notice.split(_text(parsed))
    if not _is_report(parsed, told, signs):
        return None
    letter = returned.letter(parsed.root) or returned.from_headers(told.copy)
    return _bounce(parsed, envelope, _recipients(parsed, envelope, told), letter)


class _Sender(Enum):
    """Who a mail comes from, as far as reports are concerned."""

    ANYBODY = "anybody"
    MACHINE = "a name that machines of all sorts have"
    NULL = "the null envelope sender (RFC 5321 section 4.5.5)"
    MAIL_SERVER = "a name that only mail servers have, or a mail that calls itself a report"


class _Signs(NamedTuple):
    """What speaks for a report before its words are read."""

    sender: _Sender
    titled: bool


def _signs(parsed: Parsed, envelope: Envelope) -> _Signs:
    lowered = parsed.mail.subject[:300].lower()
    return _Signs(_sender(parsed, envelope), wording.SUBJECTS.any_in(lowered))


def _sender(parsed: Parsed, envelope: Envelope) -> _Sender:
    mail = parsed.mail
    author = mail.from_[0] if mail.from_ else None
    local = (author.email if author else mail.header("from").strip(' <>"')).lower().partition("@")[0]
    named = wording.MAIL_SERVERS.any_in(local)
    displayed = author is not None and "mail delivery" in author.name.lower()
    if named or displayed or parsed.root.params.get("report-type", "").lower() == "delivery-status":
        return _Sender.MAIL_SERVER
    if envelope.mail_from == "" or mail.return_path in ("", "<>"):
        return _Sender.NULL
    return _Sender.MACHINE if wording.ROBOTS.any_in(local) else _Sender.ANYBODY


def _bounce(
    parsed: Parsed, envelope: Envelope, recipients: tuple[ReportedRecipient, ...], letter: returned.Letter
) -> Bounce:
    addressed = dict.fromkeys((*envelope.recipients, *(to.email for to in parsed.mail.to[:20]), *letter.addresses))
    return Bounce(recipients[: dsn.MAX_RECIPIENTS], letter.message_ids, letter.subject, tuple(addressed))


def _is_report(parsed: Parsed, told: Notice, signs: _Signs) -> bool:
    """Whether title, words and the letter's copy make it a report: the surer the sender, the fewer of them it takes."""
    lowered = "\n".join(told.lines)[:20_000].lower().replace("’", "'")
    said = any(phrase in lowered for phrase in (*wording.FAILED, *wording.DELAYED))
    if signs.sender is _Sender.MAIL_SERVER:
        return said or signs.titled
    subject = parsed.mail.subject
    if not said or vacation.notice_in_subject(subject) or subject.lower().startswith(_ANSWERED):
        return False
    attached = any(part.content_type in returned.RETURNED_TYPES for part in walk(parsed.root))
    copied = attached or bool(told.copy)
    if signs.sender is _Sender.ANYBODY:
        return signs.titled and copied
    return signs.titled or (copied if signs.sender is _Sender.NULL else attached)


def _recipients(parsed: Parsed, envelope: Envelope, told: Notice) -> tuple[ReportedRecipient, ...]:
    """Whom the report names, by the first reader that finds anybody."""
    mail = parsed.mail
    own = frozenset(address.lower() for address in (*envelope.recipients, *(to.email for to in mail.to)))
    own |= {author.key for author in mail.from_}
    named = mail.header("x-failed-recipients")
    if named:
        return notice.named([one.strip() for one in named.split(",")[: dsn.MAX_RECIPIENTS]], told, mail.subject)
    return notice.recipients(told, own, mail.subject) or mailman.recipients(parsed.root)


def _text(parsed: Parsed) -> str:
    """The words of the report: its plain text parts; else what was made of its HTML."""
    if not parsed.root.children:
        return parsed.mail.text or parsed.root.text()
    parts = [part for part in walk(parsed.root) if part.content_type == "text/plain"]
    return "\n\n".join(part.text() for part in parts[:MAX_TEXT_PARTS]) or parsed.mail.text
