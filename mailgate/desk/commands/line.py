"""Where commands stand in an agent's mail: what is an order, and what is text.

============================  =============================================================================
place                         what counts
============================  =============================================================================
the top of the new text       lines that begin with ``#`` and a letter, or are a command in brackets; the first
                              other line ends them
the very front of a subject   ``[word: value]``, where the word is a command's; the first other thing ends them
a control address's subject   the same, or the whole subject as one line, where there is no text below
============================  =============================================================================

Several may stand on one line, and a Chinese one needs no space before its argument. A line at the top that only looks
like a command (``* #take``) is one that is not understood, since it is no answer to a customer. A ``#`` further down,
in a quote or in a signature is text (S-31). A subject's brackets count only in front of ``Re:`` and of the ticket's
tag, since all that follows those is the customer's own subject coming back (S-32).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.desk.commands.words import glued, name_of, nearest
from mailgate.mail.model import Mail, Sender
from mailgate.mail.quotes.quote import only_forwards

LIMIT = 20
"""Commands that one mail may give; the next is told as not understood, so that nothing below it goes anywhere."""

SHOWN = 120
"""Characters of a line that transcripts repeat."""

FREE = frozenset({"note", "refuse", "child", "new", "ask", "search"})
"""Commands whose argument is a text, in which another one may be named."""

_UNSEEN = " \t\u200b\u2060\ufeff"
_LINE = re.compile(r"\s*[#＃](?P<word>[^\W\d_][\w-]*)(?:[.。!！;；,，]+|[\s:：=＝]+(?P<rest>.*))?\s*\Z")
_APART = re.compile(r"(?<![\s,，;；])[\s,，;；]++(?=[#＃][^\W\d_])")
_SLIP = re.compile(r"[\s*•`\"'“”‘’–-]*[#＃]\s*(?P<word>[^\W\d_]\w*)")
_BRACKET = re.compile(r"\s*[\[【［](?P<word>[^\W\d_][\w-]*)(?P<rest>[\s:：][^\]】］]*)?[\]】］]")
_COLON = re.compile(r"\s*[:：]?")
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
    found = (*above, *commands)
    return found if len(found) <= LIMIT else (*found[:LIMIT], Command("", "", found[LIMIT].line)), rest


def split(new_text: str) -> tuple[tuple[Command, ...], str]:
    """The commands at the top of a text, and the rest of it."""
    lines = new_text.lstrip("\ufeff").splitlines()
    commands: list[Command] = []
    position = 0
    while position < len(lines) and len(commands) <= LIMIT:
        found = _on(lines[position].strip(_UNSEEN))
        if not found and lines[position].strip():
            break
        commands += found
        position += 1
    return tuple(commands), "\n".join(lines[position:]).strip() if commands else new_text.strip()


def _on(line: str) -> tuple[Command, ...]:
    """The commands on one line: several of them, one, one in brackets, or one that is not understood."""
    pieces = _APART.split(line)
    known = [one for one in map(_one, pieces) if one]
    if len(known) == len(pieces) and (len(known) == 1 or known[0].name not in FREE):
        return tuple(known)
    whole = _one(line)
    if whole:
        return (whole,)
    in_brackets, rest = in_subject(line)
    if in_brackets and not rest:
        return in_brackets
    slip = _SLIP.match(line)
    if slip and name_of(slip["word"]):
        return (Command("", "", _shown(line), slip["word"]),)
    found = _LINE.match(line)
    return (_command(found, line),) if found else ()


def _one(text: str) -> Command | None:
    """The command that the text is, if it is one that there is."""
    found = _LINE.match(text)
    if found and name_of(found["word"]):
        return _command(found, text)
    word = glued(text[1:]) if text[:1] in ("#", "＃") else ""
    return Command(name_of(word), text[1 + len(word) :].strip(" :："), _shown(text)) if word else None


def in_subject(subject: str) -> tuple[tuple[Command, ...], str]:
    """The commands in brackets at the very front of a subject, and the rest of it."""
    commands: list[Command] = []
    rest = subject
    while len(commands) <= LIMIT:
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
    word, argument = found["word"], _COLON.sub("", found["rest"] or "", count=1).strip()
    name = name_of(word)
    return Command(name, argument, _shown(line), "" if name else nearest(word))


def _shown(line: str) -> str:
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
