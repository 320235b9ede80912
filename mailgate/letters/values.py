"""What a template is given: the table of names, what each means, its default and a sample.

Every template sees the values of ``COMMON`` and those of its own kind. What an order leaves out has its default here,
so that a template may name each of them without asking whether it is there; anything else it names is an error
(StrictUndefined), which ``Templates.check`` finds at start. A value whose name ends in ``_ms`` is also given in the
reader's words under the name without it: ``answer_by_ms`` as ``answer_by``, empty where there is none. It is a moment
in milliseconds since 1970, but ``waited_ms`` a span.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailgate.desk.plan import LetterKind

InWords = Callable[[str, int], str]
"""Says the milliseconds that stand under a name ending in ``_ms``."""

_NOON = 1_795_258_800_000
_QUESTION = "The printer on the second floor says PC LOAD LETTER.\nIt did so yesterday, too."


@dataclass(frozen=True, slots=True)
class Value:
    """One name that templates may use. ``item`` holds the keys of a table (or of a list's members), with defaults."""

    name: str
    meaning: str
    default: Any = ""
    sample: Any = ""
    item: Mapping[str, Any] = field(default_factory=dict)


COMMON: tuple[Value, ...] = (
    Value("brand", "the desk's name, as customers read it", sample="Acme Support"),
    Value("number", "the ticket's number as text; empty without a ticket", sample="1042"),
    Value("tag", "the subject tag; empty without a ticket", sample="[#1042]"),
    Value(
        "subject", "the customer's subject without our tag, one line, at most 200 characters", sample="Printer broken"
    ),
    Value("team", "the team's name in the reader's language", sample="Second floor"),
    Value("name", "the reader's own name; may be empty", sample="Ana Lee"),
    Value("requester", "name, else address, of the ticket's requester", sample="Ana Lee"),
    Value("priority", "the ticket's priority", default="normal", sample="high"),
    Value("assignee", "name of the agent who has the ticket; may be empty", sample="Bo Chen"),
    Value("language", "the language of this letter", default="en", sample="en"),
    Value("marker", "the line above which to write; empty in letters that have none", sample="-- write above --"),
    Value("reference", "the line that leads a reply back to the ticket", sample="Ref: 1042-t-abcdefgh"),
    Value(
        "buttons",
        "ready replies: word and link",
        default=(),
        sample=({"word": "Take it", "link": "mailto:a@b.example"},),
    ),
)

_ATTACHED = {"name": "", "size": 0, "risks": (), "enclosed": False}
_TICKET = {"number": "", "subject": "", "status": "", "requester": "", "priority": "", "team": "", "assignee": ""}

VALUES: Mapping[LetterKind, tuple[Value, ...]] = {
    LetterKind.ACKNOWLEDGEMENT: (
        Value("quote", "the beginning of the customer's own text; only when the sender is proved", sample=_QUESTION),
        Value("answer_by_ms", "when the answer is promised", default=None, sample=_NOON),
        Value(
            "suggestions",
            "up to three answers that the desk knows",
            default=(),
            sample=({"title": "Clearing a paper jam", "text": "Open the tray."},),
            item={"title": "", "text": ""},
        ),
    ),
    LetterKind.NEUTRAL_ACKNOWLEDGEMENT: (
        Value("answer_by_ms", "when the answer is promised", default=None, sample=_NOON),
    ),
    LetterKind.NOTIFICATION: (
        Value("what", "new (a ticket), reply or note", default="new", sample="reply"),
        Value("text", "the new text, whole", sample=_QUESTION),
        Value("quoted", "what the mail quoted", sample="An older question"),
        Value("author", "who wrote it: name and address", sample="Ana Lee <ana@b.example>"),
        Value("marks", "what to know about the mail: unverified, third party", default=(), sample=("unverified",)),
        Value(
            "history",
            "the customer's other tickets",
            default=(),
            sample=({"number": 1007, "subject": "Scanner", "status": "closed"},),
            item=_TICKET,
        ),
        Value(
            "customer",
            "who asks",
            default={},
            sample={"name": "Ana Lee", "email": "ana@b.example", "tickets": 3, "open": 1, "last_rating": 5},
            item={"name": "", "email": "", "tickets": 0, "open": 0, "last_rating": None},
        ),
        Value(
            "attachments",
            "the mail's files; ``enclosed`` says that this letter carries it",
            default=(),
            sample=({"name": "photo.jpg", "size": 48_000, "risks": (), "enclosed": True},),
            item=_ATTACHED,
        ),
        Value("cc", "addresses that the mail was copied to", default=(), sample=("eve@b.example",)),
        Value("reason", "why this ticket came to this team", sample='rule "printers"'),
        Value("commands", "whether to remind of the commands", default=True, sample=True),
        Value("due_ms", "when an answer is due", default=None, sample=_NOON),
    ),
    LetterKind.ANSWER: (
        Value("text", "the agent's words", sample="Please open the tray and close it again."),
        Value("quote", "what was asked", sample=_QUESTION),
        Value("quote_author", "who asked it", sample="Ana Lee"),
        Value("quote_at_ms", "when it was asked", default=None, sample=_NOON),
    ),
    LetterKind.COPY: (
        Value("text", "what was written", sample="Please open the tray and close it again."),
        Value("author", "who wrote it", sample="Bo Chen"),
        Value("quote", "what it answers", sample=_QUESTION),
        Value("note", "whether it is an internal note", default=False, sample=True),
    ),
    LetterKind.REMINDER: (
        Value(
            "tickets",
            "what waits, most urgent first",
            default=(),
            sample=({"number": 1042, "subject": "Printer broken", "waited_ms": 7_200_000, "due_ms": _NOON},),
            item={**_TICKET, "waited_ms": None, "due_ms": None},
        ),
    ),
    LetterKind.SURVEY: (Value("answer_until_ms", "until when an answer counts", default=None, sample=_NOON),),
    LetterKind.TRANSCRIPT: (
        Value(
            "lines",
            "one per command; ``result`` is done, refused or unknown",
            default=(),
            sample=({"command": "#take", "result": "done", "detail": "The ticket is yours."},),
            item={"command": "", "result": "", "detail": ""},
        ),
        Value("unsent", "whether the mail's text was kept back", default=False, sample=True),
    ),
    LetterKind.CONFIRMATION: (
        Value("would", "what would happen, a sentence each", default=(), sample=("Ticket 1042 would be closed.",)),
    ),
    LetterKind.UNDELIVERED: (
        Value("recipient", "whom it did not reach", sample="ana@b.example"),
        Value("reason", "what the other side said", sample="mailbox full"),
        Value("status", "its code (RFC 3463)", sample="5.2.2"),
        Value("text", "what was in the letter", sample="Please open the tray."),
    ),
    LetterKind.ALERT: (
        Value("what", "what happened, in one sentence", sample="The mail server refuses our password."),
        Value("detail", "more for the admin", sample="Since 09:10; 12 letters wait."),
        Value("advice", "what to do", sample="Renew the password in config.toml."),
    ),
}


def defaults(kind: LetterKind) -> dict[str, Any]:
    """What every template of that kind finds when the order says nothing."""
    return dict(_DEFAULTS[kind])


def complete(kind: LetterKind, given: Mapping[str, Any], in_words: InWords) -> dict[str, Any]:
    """``given`` with the defaults of its kind, every key of each member of its lists, and its times in words."""
    full = _with_words({**_DEFAULTS[kind], **given}, in_words)
    for value in _WITH_ITEMS[kind]:
        full[value.name] = _members(value.item, full[value.name], in_words)
    return full


def sample(kind: LetterKind) -> dict[str, Any]:
    """A whole set of values to try a template with."""
    given = {value.name: value.sample for value in (*COMMON, *VALUES[kind])}
    return complete(kind, given, lambda name, _: "2 hours" if name == "waited_ms" else "today 17:30 (UTC+1)")


def _members(item: Mapping[str, Any], given: Any, in_words: InWords) -> Any:
    if isinstance(given, Mapping):
        return _with_words({**item, **given}, in_words)
    return tuple([_with_words({**item, **one}, in_words) for one in given])


def _with_words(values: dict[str, Any], in_words: InWords) -> dict[str, Any]:
    for name in [name for name in values if name.endswith("_ms")]:
        at_ms = values[name]
        values[name.removesuffix("_ms")] = in_words(name, at_ms) if at_ms is not None else ""
    return values


_DEFAULTS: dict[LetterKind, dict[str, Any]] = {
    kind: {value.name: value.default for value in (*COMMON, *rows)} for kind, rows in VALUES.items()
}
_WITH_ITEMS = {kind: tuple(value for value in rows if value.item) for kind, rows in VALUES.items()}
