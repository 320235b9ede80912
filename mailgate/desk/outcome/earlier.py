"""What agents read below a reply: the rest of the mail, which quotes what it answers.

Mostly that is a letter of ours, which is shown as the conversation it is: without the line that says who wrote when,
without a mail program's marks, our line to write above and our reference line. While nobody has answered on a ticket
our letters were the desk's own (that a mail arrived, where things stand), and are no news to anybody.

Nothing else is taken away. A letter that is quoted in another way than line by line (Outlook's) may have the reader's
words between its lines, and stays as it came.
"""

from __future__ import annotations

from mailgate.desk.identity.token import find_reference, scrub
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Mail
from mailgate.mail.quotes.quote import MARKER_LINE

_LEAD = 4
"""Lines that may stand above a quote, to say whose it is."""

_COLONS = (":", "：")
_WRITE_ABOVE = frozenset(MARKER_LINE.values())


def earlier(mail: Mail, ticket: Ticket | None) -> str:
    """What of the mail's text is not new; empty where all of it is, or none: then the mail is shown whole as it is."""
    whole, new = mail.text.strip(), mail.reply_text.strip()
    rest = whole.removeprefix(new).strip() if new else ""
    ours = _letter(rest) if rest and ticket else None
    if ours is None or ticket is None:
        return rest
    return ours if ticket.answered_ms is not None else ""


def _letter(rest: str) -> str | None:
    """The letter of ours that the text quotes line by line, and nothing but that; None where it is anything else."""
    lines = rest.splitlines()
    start = next((at for at, line in enumerate(lines[: _LEAD + 1]) if line.startswith(">")), None)
    if start is None or any(line.strip() and not line.startswith(">") for line in lines[start:]):
        return None
    lead = "\n".join(lines[:start]).strip()
    letter = [line[1:].removeprefix(" ") for line in lines[start:]]
    if (lead and not lead.endswith(_COLONS)) or find_reference("\n".join(letter)) is None:
        return None
    return scrub("\n".join(line for line in letter if line.strip() not in _WRITE_ABOVE)).strip()
