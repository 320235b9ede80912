"""Buttons for a mail client: links that open a ready reply, so that a command or an answer is one tap and Send.

They are ``mailto:`` links (RFC 6068) to the letter's own Reply-To, so they need no web server, work offline and cannot
be pressed by a link scanner. What they write is a word that the desk reads, shown beside the button's name.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.desk.plan import LetterKind
from mailgate.letters.address import Addressing
from mailgate.letters.words import mailto

Button = Mapping[str, str]

_ROWS: Mapping[LetterKind, tuple[tuple[str, str, str, str], ...]] = {
    LetterKind.NOTIFICATION: (
        ("#take", "Take it", "#take", "由我处理"),
        ("#resolve", "Resolved", "#resolve", "标为已解决"),
        ("#assign ", "Assign to …", "#assign ", "转交给……"),
        ("#note", "Internal note", "#note", "内部备注"),
    ),
    LetterKind.REMINDER: (("#take", "Take it", "#take", "由我处理"),),
    LetterKind.SURVEY: (
        ("good", "🙂 Good", "满意", "🙂 满意"),
        ("ok", "😐 OK", "一般", "😐 一般"),
        ("bad", "🙁 Bad", "不满意", "🙁 不满意"),
    ),
    LetterKind.CONFIRMATION: (
        ("yes", "Yes, do it", "是", "是，请执行"),
        ("no", "No", "否", "否"),
    ),
}
"""Per kind: what it writes and how it reads in English, then in Chinese."""


def buttons(kind: LetterKind, addressing: Addressing, subject: str, language: str) -> tuple[Button, ...]:
    """``word``, ``write`` and ``link`` of each button of that kind, in order; none for most kinds.

    Where the reply address cannot carry the token, the reference line rides in the ready text.
    """
    chinese = language.startswith("zh")
    tail = "" if addressing.carried or not addressing.reference else f"\n\n\n{addressing.reference}"
    found = []
    for english, english_word, other, other_word in _ROWS.get(kind, ()):
        write, word = (other, other_word) if chinese else (english, english_word)
        link = mailto(addressing.reply, f"Re: {subject}", write + (tail or "\n"))
        found.append({"word": word, "write": write.strip(), "link": link})
    return tuple(found)
