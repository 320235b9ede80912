"""Reads delivery reports: who did not get which letter of ours, whether for good, and why.

``read`` asks in this order, and the first that names a recipient is believed:

1. the fields of RFC 3464 in a part of their own (``bounces.dsn``), whoever sent the mail;
2. ``X-Failed-Recipients`` (Exim, Gmail), where the notice tells the same story;
3. the notice in prose (``bounces.notice``), in the words of ``bounces.wording``;
4. flufl.bounce's detectors (``bounces.mailman``).

The last three are asked only when the mail looks like a report: it comes from a machine that reports (or names itself
one), and its title or its words say so. A person who writes about a bounce, or forwards one, sends none.
The returned letter, by which we know what was ours, is looked for in every place where reports keep it
(``bounces.returned``). Nothing here raises on any mail; a report about more than 1,000 recipients is read to the 1,000th.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailgate.mail.bounces import dsn, mailman, notice, returned, wording
from mailgate.mail.bounces.notice import Notice
from mailgate.mail.bounces.tree import walk
from mailgate.mail.model import Bounce, Envelope, Mail, ReportedRecipient

if TYPE_CHECKING:
    from mailgate.mail.parts import Parsed

MAX_TEXT_PARTS = 4


def read(parsed: Parsed, envelope: Envelope) -> Bounce | None:
    """The delivery report that this mail is, or None when it is none.

    ``recipients`` may be empty where a report names nobody; delayed, delivered and failed ones stand in it alike.
    """
    by_the_book = dsn.recipients(parsed.root)
    if by_the_book:
        return _bounce(parsed, envelope, by_the_book, None)
    mail = parsed.mail
    machine = _is_from_machine(mail, envelope)
    titled = _is_titled(mail.subject)
    if not machine and not titled:
        return None
    told = notice.split(_text(parsed))
    if not _is_report(parsed, told, machine=machine, titled=titled):
        return None
    return _bounce(parsed, envelope, _recipients(parsed, envelope, told), told)


def _bounce(parsed: Parsed, envelope: Envelope, recipients: tuple[ReportedRecipient, ...], told: Notice | None) -> Bounce:
    letter = returned.letter(parsed.root) or returned.from_headers(told.copy if told else "")
    addressed = dict.fromkeys((*envelope.recipients, *(to.email for to in parsed.mail.to[:20]), *letter.addresses))
    return Bounce(recipients[: dsn.MAX_RECIPIENTS], letter.message_ids, letter.subject, tuple(addressed))


def _is_from_machine(mail: Mail, envelope: Envelope) -> bool:
    """A null envelope sender (RFC 5321 section 4.5.5), or a name that mail servers give themselves."""
    if envelope.mail_from == "" or mail.return_path in ("", "<>"):
        return True
    author = mail.from_[0] if mail.from_ else None
    if author is None:
        return not mail.header("from").strip() or _speaks_as_machine(mail.header("from"))
    return _speaks_as_machine(author.email) or "mail delivery" in author.name.lower()


def _speaks_as_machine(address: str) -> bool:
    local = address.lower().strip().strip('<>"').partition("@")[0]
    return any(word in local for word in wording.ROBOTS)


def _is_titled(subject: str) -> bool:
    lowered = subject[:300].lower()
    return any(phrase in lowered for phrase in wording.SUBJECTS)


def _is_report(parsed: Parsed, told: Notice, *, machine: bool, titled: bool) -> bool:
    """Whether the title or the words make a machine's mail a report; without a machine, all signs must be there."""
    lowered = "\n".join(told.lines)[:20_000].lower()
    said = any(phrase in lowered for phrase in (*wording.FAILED, *wording.DELAYED))
    if machine:
        return said or (titled and not parsed.mail.in_reply_to)
    answered = parsed.mail.subject.lower().startswith(("re:", "fw:", "fwd:", "aw:", "wg:"))
    return said and titled and not answered and bool(told.copy or returned.letter(parsed.root))


def _recipients(parsed: Parsed, envelope: Envelope, told: Notice) -> tuple[ReportedRecipient, ...]:
    """Whom the report names, by the first reader that finds anybody."""
    mail = parsed.mail
    own = frozenset(address.lower() for address in (*envelope.recipients, *(to.email for to in mail.to)))
    own |= {author.key for author in mail.from_}
    named = mail.header("x-failed-recipients")
    if named:
        told = told._replace(lines=(*(f"<{one.strip()}>" for one in named.split(",")[: dsn.MAX_RECIPIENTS]), "", *told.lines))
    return notice.recipients(told, own, mail.subject) or mailman.recipients(parsed.root)


def _text(parsed: Parsed) -> str:
    """The words of the report: its plain text parts; else what was made of its HTML."""
    if not parsed.root.children:
        return parsed.mail.text
    parts = [part for part in walk(parsed.root) if part.content_type == "text/plain"]
    return "\n\n".join(part.text() for part in parts[:MAX_TEXT_PARTS]) or parsed.mail.text
