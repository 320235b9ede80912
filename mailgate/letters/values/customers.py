"""What the letters to customers (and to third parties) are given."""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.desk.letter import LetterKind
from mailgate.letters.values.value import ANSWER, LISTED, NOON, QUESTION, ROW, Value

_TEXT = Value("text", "the agent's words", sample=ANSWER)
_QUOTE = Value("quote", "what was asked", sample=QUESTION)
_QUOTE_AUTHOR = Value("quote_author", "who asked it", sample="Ana Lee")
_QUOTE_AT = Value("quote_at_ms", "when it was asked", default=None, sample=NOON)

TO_CUSTOMERS: Mapping[LetterKind, tuple[Value, ...]] = {
    LetterKind.ACKNOWLEDGEMENT: (
        Value("quote", "the beginning of the customer's own text; only when the sender is proved", sample=QUESTION),
        Value("answer_by_ms", "when the answer is promised", default=None, sample=NOON),
        Value("filed_by", "the agent who opened the ticket for the reader; mostly empty"),
        Value(
            "suggestions",
            "up to three answers that the desk knows",
            default=(),
            sample=({"title": "Clearing a paper jam", "text": "Open the tray."},),
            item={"title": "", "text": ""},
        ),
    ),
    LetterKind.NEUTRAL_ACKNOWLEDGEMENT: (
        Value("answer_by_ms", "when the answer is promised", default=None, sample=NOON),
    ),
    LetterKind.ANSWER: (_TEXT, _QUOTE, _QUOTE_AUTHOR, _QUOTE_AT),
    LetterKind.RESOLUTION: (
        Value("text", "the agent's words; may be empty", sample=ANSWER),
        _QUOTE,
        _QUOTE_AUTHOR,
        _QUOTE_AT,
        Value("close_at_ms", "when the ticket closes if nobody objects", default=None, sample=NOON),
    ),
    LetterKind.CLOSING: (
        Value("why", "why it was closed, in one sentence", sample="We have not heard from you since Monday."),
        Value("reopen_days", "for how many days a reply opens it again", default=0, sample=14),
    ),
    LetterKind.CUSTOMER_REMINDER: (
        Value("text", "what the customer was asked last, short", sample=ANSWER),
        Value("asked_ms", "when", default=None, sample=NOON),
        Value("close_at_ms", "when the ticket closes without an answer", default=None, sample=NOON),
    ),
    LetterKind.STATUS: (
        Value(
            "proved",
            "whether the reader is known to be who asked; else nothing is disclosed",
            default=True,
            sample=True,
        ),
        Value("one", "whether it is about the one ticket of this thread", default=False),
        Value(
            "tickets",
            "the reader's own tickets; ``we_owe``: it is our turn, ``late``: later than was promised",
            default=(),
            sample=({**ROW, "created_ms": NOON, "updated_ms": NOON, "we_owe": True, "answer_by_ms": NOON},),
            item={**LISTED, "we_owe": False, "answer_by_ms": None, "late": False},
        ),
        Value("total", "how many tickets there are, where not all are listed", default=0, sample=1),
    ),
    LetterKind.ASK: (
        Value("text", "the agent's words", sample="Which paper tray fits the model 4200?"),
        Value("author", "who asks", sample="Bo Chen"),
    ),
    LetterKind.NOTICE: (
        Value("text", "what the rule says", sample="Your contract ends in 30 days."),
        Value("agents", "whether an agent reads it", default=False, sample=True),
        Value("due_ms", "when it is due; for agents only", default=None, sample=NOON),
    ),
    LetterKind.SURVEY: (Value("answer_until_ms", "until when an answer counts", default=None, sample=NOON),),
}
