"""Where commands stand in an agent's mail: what is an order, and what is text.

============================  =============================================================================
place                         what counts
============================  =============================================================================
the top of the new text       lines that begin with ``#`` and a letter; the first other line ends them
the very front of a subject   ``[word: value]``, where the word is a command's; the first other thing ends them
a control address's subject   the same, or the whole subject as one line, where there is no text below
============================  =============================================================================

A ``#`` further down, in a quote or in a signature is text (S-31). A subject's brackets count only in front of ``Re:``
and of the ticket's tag, since all that follows those is the customer's own subject coming back (S-32).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.desk.commands.words import name_of, nearest
from mailgate.mail.model import Mail, Sender
from mailgate.mail.quotes.quote import only_forwards

LIMIT = 20
"""Commands in one mail; what stands below them is text."""

SHOWN = 120
"""Characters of a line that transcripts repeat."""

_LINE = re.compile(r"\s*[#＃](?P<word>[^\W\d_][\w-]*)(?:[ \t\u3000:：]+(?P<rest>.*))?\s*\Z")
_BRACKET = re.compile(r"\s*[\[【［](?P<word>[^\W\d_][\w-]*)(?:\s*[:：\s]\s*(?P<rest>[^\]】］]*))?[\]】］]")
_BARE = re.compile(r"\s*(?P<word>[^\W\d_][\w-]*)(?:[ \t\u3000:：]+(?P<rest>.*))?\s*\Z")


@dataclass(frozen=True, slots=True)
class Command:
    """One line as it was written, and which command it is (``name`` empty: none that we know)."""

    name: str
    argument: str
    line: str
    nearest: str = ""


def find(mail: Mail, sender: Sender, control: bool) -> tuple[tuple[Command, ...], str]:
    """The commands of an agent's mail, and its new text without them. ``control``: it came to a control address.

    What a mail only forwards is somebody else's text, and no order (S-31). A subject that the proving signature does
    not cover may be anybody's, and says nothing (S-26b).
    """
    foreign = only_forwards(mail.text, mail.spans)
    commands, rest = ((), mail.reply_text.strip()) if foreign else split(mail.reply_text)
    if sender.signed_headers is not None and "subject" not in sender.signed_headers:
        return commands, rest
    above, _ = in_subject(mail.subject)
    if not (above or commands or foreign) and control and not mail.reply_text_nosig.strip():
        above = as_subject(mail.subject)
    return (*above, *commands)[:LIMIT], rest


def split(new_text: str) -> tuple[tuple[Command, ...], str]:
    """The commands at the top of a text, and the rest of it."""
    lines = new_text.lstrip("\ufeff").splitlines()
    commands: list[Command] = []
    position = 0
    while position < len(lines) and len(commands) < LIMIT:
        found = _LINE.match(lines[position])
        if found:
            commands.append(_command(found, lines[position].strip()))
        elif lines[position].strip():
            break
        position += 1
    return tuple(commands), "\n".join(lines[position:]).strip() if commands else new_text.strip()


def in_subject(subject: str) -> tuple[tuple[Command, ...], str]:
    """The commands in brackets at the very front of a subject, and the rest of it."""
    commands: list[Command] = []
    rest = subject
    while len(commands) < LIMIT:
        found = _BRACKET.match(rest)
        if found is None or not name_of(found["word"]):
            break
        commands.append(_command(found, found[0].strip()))
        rest = rest[found.end() :]
    return tuple(commands), rest.strip() if commands else subject


def as_subject(subject: str) -> tuple[Command, ...]:
    """The whole subject as one command: ``#list open``, or ``list open`` where the word is a command's."""
    marked = _LINE.match(subject)
    if marked:
        return (_command(marked, subject.strip()),)
    bare = _BARE.match(subject)
    return (_command(bare, subject.strip()),) if bare and name_of(bare["word"]) else ()


def _command(found: re.Match[str], line: str) -> Command:
    word = found["word"]
    name = name_of(word)
    shown = line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
    return Command(name, (found["rest"] or "").strip(), shown, "" if name else nearest(word))
