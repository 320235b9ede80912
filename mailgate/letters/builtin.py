"""The letters that need no template: what goes out when a template fails.

Plain text in English and Chinese, short, and made of nothing that can fail. The customer learns that the desk has the
mail, the agent reads the text and can answer, and the way back (subject tag and reference line) works as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailgate.desk.letter import LetterKind
from mailgate.letters.words import quoted

_FIRST_LINES: Mapping[LetterKind, tuple[str, str]] = {
    LetterKind.ACKNOWLEDGEMENT: (
        "We have your message and will answer. To add something, reply to this mail.",
        "我们已收到您的来信，会尽快答复您。如需补充，请直接回复本邮件。",
    ),
    LetterKind.NEUTRAL_ACKNOWLEDGEMENT: (
        "We have your message and will answer. To add something, reply to this mail.",
        "我们已收到您的来信，会尽快答复您。如需补充，请直接回复本邮件。",
    ),
    LetterKind.NOTIFICATION: (
        "There is new mail on this ticket. Your reply goes to the customer.",
        "此工单有新邮件。您的回复将发送给客户。",
    ),
    LetterKind.ANSWER: ("", ""),
    LetterKind.COPY: ("For your information:", "供您参阅："),
    LetterKind.REMINDER: ("Customers are waiting for an answer.", "有客户正在等待答复。"),
    LetterKind.SURVEY: (
        "Did that help? Please reply with one word: good, ok or bad.",
        "问题解决了吗？请回复：满意、一般或不满意。",
    ),
    LetterKind.TRANSCRIPT: ("What became of your commands:", "您的指令执行结果："),
    LetterKind.CONFIRMATION: (
        "We could not be sure that this mail is from you. Reply yes, and it will be carried out.",
        "我们无法确认该邮件由您发出。如确属您本人，请回复“是”。",
    ),
    LetterKind.UNDELIVERED: ("A letter could not be delivered.", "有一封邮件未能送达。"),
    LetterKind.ALERT: ("mailgate needs you.", "mailgate 需要您处理。"),
    LetterKind.STATUS: ("Where your requests stand:", "您的请求目前进展如下："),
    LetterKind.ASK: ("", ""),
    LetterKind.NOTICE: ("", ""),
    LetterKind.RESOLUTION: (
        "We think that this is solved. Is it? Just reply yes or no.",
        "我们认为问题已经解决。是否如此？请回复“是”或“否”。",
    ),
    LetterKind.CLOSING: (
        "We have closed your request. To go on, simply reply to this mail.",
        "您的请求已关闭。如需继续，请直接回复本邮件。",
    ),
    LetterKind.CUSTOMER_REMINDER: (
        "We are waiting for your answer to go on. Please reply to this mail.",
        "我们正在等待您的答复，以便继续处理。请回复本邮件。",
    ),
    LetterKind.HANDOVER: ("These tickets need you.", "以下工单需要您处理。"),
    LetterKind.WARNING: ("Answers were promised on these tickets.", "以下工单已承诺答复时间，请尽快处理。"),
    LetterKind.DIGEST: ("The queue, most urgent first:", "当前队列，最紧急的在前："),
    LetterKind.WELCOME: (
        "You work with us by mail from now on: reply to a mail of the desk, and the customer gets your words.",
        "从现在起，您可以通过邮件处理工单：直接回复工单邮件，您的文字就会发送给客户。",
    ),
}

_LISTS: Mapping[str, tuple[str, ...]] = {
    "tickets": ("number", "subject", "requester"),
    "lines": ("command", "result", "detail"),
}
_PLAIN = ("author", "recipient", "status", "reason", "what", "detail", "advice", "why", "control")
_ANSWERS = frozenset({LetterKind.ANSWER, LetterKind.COPY, LetterKind.RESOLUTION})
_SHOWN: Mapping[LetterKind, frozenset[str]] = {
    LetterKind.NOTIFICATION: frozenset({"author"}),
    LetterKind.UNDELIVERED: frozenset({"recipient", "status", "reason"}),
    LetterKind.ALERT: frozenset({"what", "detail", "advice"}),
    LetterKind.HANDOVER: frozenset({"why"}),
    LetterKind.CLOSING: frozenset({"why"}),
    LetterKind.WELCOME: frozenset({"control"}),
}
_NEUTRAL = frozenset({LetterKind.NEUTRAL_ACKNOWLEDGEMENT, LetterKind.CONFIRMATION})


@dataclass(frozen=True, slots=True)
class PlainLetter:
    """A subject (one line, cleaned by whoever sends it) and a text."""

    subject: str
    text: str


def letter(kind: LetterKind, language: str, context: Mapping[str, Any]) -> PlainLetter:
    """The plain letter of that kind. A missing value is left out; nothing here raises."""
    chinese = language.startswith("zh")
    first = _FIRST_LINES[kind][chinese]
    blocks = [_text(context, "marker"), first, *_facts(kind, context), _text(context, "text")]
    if kind in (LetterKind.ANSWER, LetterKind.RESOLUTION) and _text(context, "quote"):
        blocks.append(quoted(context["quote"]))
    blocks += [_text(context, "brand"), _text(context, "reference")]
    # Where the sender is not proved his words are not repeated, not even from the subject (DESIGN: promise 6).
    words = first if kind in _NEUTRAL else _text(context, "subject")
    answer = "Re: " if kind in _ANSWERS else ""
    return PlainLetter(
        f"{answer}{_text(context, 'tag')} {words}", "\n\n".join(block for block in blocks if block) + "\n"
    )


def _facts(kind: LetterKind, context: Mapping[str, Any]) -> list[str]:
    facts = [_text(context, name) for name in _PLAIN if name in _SHOWN.get(kind, ())]
    for name, keys in _LISTS.items():
        rows = context.get(name) or ()
        facts += ["  ".join(str(row.get(key, "")) for key in keys) for row in rows if isinstance(row, Mapping)]
    would = context.get("would") or ()
    facts += [str(sentence) for sentence in would]
    return ["\n".join(fact for fact in facts if fact)]


def _text(context: Mapping[str, Any], name: str) -> str:
    return str(context.get(name) or "")
