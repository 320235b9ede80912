"""Buttons for a mail client: links that open a ready reply, so that a command or an answer is one tap and Send.

They are ``mailto:`` links (RFC 6068) to the letter's own Reply-To, so they need no web server, work offline and cannot
be pressed by a link scanner. What they write is a word that the desk reads, shown beside the button's name. A letter
that lists several tickets has one for each, to that ticket and with the reader's own token.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailgate.desk.letter import LetterKind
from mailgate.letters.address import Return
from mailgate.letters.words import mailto

Button = Mapping[str, str]
_Row = tuple[str, str, str, str]

_TAKE: _Row = ("#take", "Take it", "#认领", "由我处理")
_NEWS: _Row = ("Any news?", "Ask for news", "有进展吗？", "催一下")

_ROWS: Mapping[LetterKind, tuple[_Row, ...]] = {
    LetterKind.NOTIFICATION: (
        _TAKE,
        ("#resolve", "Resolved", "#解决", "标为已解决"),
        ("#assign ", "Assign to …", "#指派 ", "转交给……"),
        ("#note", "Internal note", "#备注", "内部备注"),
        ("#snooze tomorrow", "Tomorrow", "#稍后 明天", "明天再提醒"),
    ),
    LetterKind.REMINDER: (_TAKE,),
    LetterKind.WARNING: (_TAKE,),
    LetterKind.HANDOVER: (_TAKE,),
    LetterKind.SURVEY: (
        ("good", "🙂 Good", "满意", "🙂 满意"),
        ("ok", "😐 OK", "一般", "😐 一般"),
        ("bad", "🙁 Bad", "不满意", "🙁 不满意"),
    ),
    LetterKind.CONFIRMATION: (
        ("yes", "Yes, do it", "是", "是，请执行"),
        ("no", "No", "否", "否"),
    ),
    LetterKind.RESOLUTION: (
        ("yes", "Yes, it is solved", "是", "是，已解决"),
        ("no", "No, not yet", "否", "否，还没有"),
    ),
    LetterKind.ACKNOWLEDGEMENT: (_NEWS, ("status", "See where it stands", "进度", "查看进度")),
    LetterKind.STATUS: (_NEWS,),
}
"""Per kind: what it writes and how it reads in English, then in Chinese."""

_PER_TICKET: Mapping[LetterKind, tuple[_Row, ...]] = {
    LetterKind.REMINDER: (_TAKE,),
    LetterKind.WARNING: (_TAKE,),
    LetterKind.HANDOVER: (_TAKE,),
    LetterKind.DIGEST: (_TAKE,),
    LetterKind.STATUS: (_NEWS,),
}
"""The same for each ticket of a list."""


def buttons(kind: LetterKind, back: Return, subject: str, language: str, theirs: bool = False) -> tuple[Button, ...]:
    """``word``, ``write`` and ``link`` of each button of that kind, in order; none for most kinds. ``theirs``: the
    reader has the ticket already, and is not asked to take it.

    Where the reply address cannot carry the token, the reference line rides in the ready text.
    """
    return _made(_fitting(_ROWS.get(kind, ()), theirs), back, subject, language)


def of_ticket(kind: LetterKind, back: Return, subject: str, language: str, theirs: bool = False) -> tuple[Button, ...]:
    """The buttons beside one ticket of a list."""
    return _made(_fitting(_PER_TICKET.get(kind, ()), theirs), back, subject, language)


def of_commands(commands: Iterable[str], back: Return, subject: str) -> tuple[Button, ...]:
    """Ready command lines, each a button that writes what it says."""
    return _made(tuple([(line, line, line, line) for line in commands]), back, subject, "en")


def _fitting(rows: tuple[_Row, ...], theirs: bool) -> tuple[_Row, ...]:
    return tuple([row for row in rows if row is not _TAKE]) if theirs else rows


def _made(rows: Iterable[_Row], back: Return, subject: str, language: str) -> tuple[Button, ...]:
    chinese = language.startswith("zh")
    tail = "" if back.carried or not back.reference else f"\n\n\n{back.reference}"
    found = []
    for english, english_word, other, other_word in rows:
        write, word = (other, other_word) if chinese else (english, english_word)
        link = mailto(back.reply, f"Re: {subject}", write + (tail or "\n"))
        found.append({"word": word, "write": write.strip(), "link": link})
    return tuple(found)
