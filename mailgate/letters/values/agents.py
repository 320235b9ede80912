"""What the letters to agents and admins are given."""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.desk.letter import LetterKind
from mailgate.letters.values.value import ANSWER, ATTACHED, LISTED, NOON, QUESTION, ROW, TICKET, Value

_LIST = Value("tickets", "the tickets, most urgent first", default=(), sample=(ROW,), item=LISTED)
_TOTAL = Value("total", "how many tickets there are, where not all are listed", default=0, sample=1)
_FOUND = {
    "head": None,
    "columns": True,
    "rows": (
        {
            "mark": "#1042",
            "title": "Printer broken",
            "cells": ("open", "Ana Lee", "today 12:30"),
            "text": "",
            "below": "",
            "flat": False,
            "internal": False,
        },
    ),
    "counts": (("open", "12"),),
    "note": "These are 1 of 214.",
}
_CONTROL = Value("control", "the reader's own address for commands about no ticket", sample="support+c-abc@b.example")
_MANUAL = Value(
    "manual", "the commands that the reader may give: (usage, meaning)", default=(), sample=(("#take", "it is yours"),)
)

TO_AGENTS: Mapping[LetterKind, tuple[Value, ...]] = {
    LetterKind.NOTIFICATION: (
        Value("what", "new, reply, note, nudge, given, offer or escalated", default="new", sample="reply"),
        Value("text", "the new text, whole", sample=QUESTION),
        Value("quoted", "what the mail quoted", sample="An older question"),
        Value("author", "who wrote it: name and address", sample="Ana Lee <ana@b.example>"),
        Value("marks", "what to know about the mail: unverified, third party", default=(), sample=("unverified",)),
        Value(
            "history",
            "the customer's other tickets",
            default=(),
            sample=({"number": 1007, "subject": "Scanner", "status": "closed"},),
            item=TICKET,
        ),
        Value(
            "customer",
            "who asks",
            default={},
            sample={"name": "Ana Lee", "email": "ana@b.example", "tickets": 3, "open": 1, "last_rating": 5},
            item={"name": "", "email": "", "tickets": 0, "open": 0, "last_rating": None, "first": False},
        ),
        Value(
            "attachments",
            "the mail's files; ``enclosed`` says that this letter carries it",
            default=(),
            sample=({"name": "photo.jpg", "size": 48_000, "risks": (), "enclosed": True},),
            item=ATTACHED,
        ),
        Value("cc", "addresses that the mail was copied to", default=(), sample=("eve@b.example",)),
        Value("reason", "why this ticket came to this team", sample='rule "printers"'),
        Value("note", "what a rule, or the colleague who filed the mail, notes beside it", sample="Check the order."),
        Value("commands", "whether to remind of the commands", default=True, sample=True),
        Value("reads", "whether the reader may only read (a watcher)", default=False),
        Value("due_ms", "when an answer is due", default=None, sample=NOON),
    ),
    LetterKind.COPY: (
        Value("text", "what was written", sample=ANSWER),
        Value("author", "who wrote it", sample="Bo Chen"),
        Value("quote", "what it answers", sample=QUESTION),
        Value("note", "whether it is an internal note", default=False, sample=True),
        Value("watcher", "whether the reader was copied in, and may leave", default=False),
    ),
    LetterKind.REMINDER: (_LIST, _TOTAL),
    LetterKind.WARNING: (
        Value(
            "tickets",
            "the tickets, most urgent first; ``left_ms`` is the time left, ``over`` whether it is past",
            default=(),
            sample=({**ROW, "promise": "first answer", "left_ms": 1_200_000},),
            item={**LISTED, "promise": "", "left_ms": None, "over": False},
        ),
        _TOTAL,
    ),
    LetterKind.HANDOVER: (
        _LIST,
        _TOTAL,
        Value("why", "why they need somebody, in one sentence", sample="Bo Chen is away until Monday."),
    ),
    LetterKind.DIGEST: (
        _LIST,
        _TOTAL,
        Value("team", "whose queue it is", sample="Second floor"),
        Value("counts", "further figures by name", default={}, sample={"open": 12, "due today": 3}),
    ),
    LetterKind.TRANSCRIPT: (
        Value(
            "lines",
            "one per command; ``result`` is done, refused or unknown, ``answer`` what a question found",
            default=(),
            sample=(
                {"command": "#take", "result": "done", "detail": "The ticket is yours."},
                {"command": "#list", "result": "done", "title": "Open tickets", "answer": _FOUND},
            ),
            item={"command": "", "result": "", "detail": "", "title": "", "answer": None, "help": False},
        ),
        Value("unsent", "whether the mail's text was kept back", default=False, sample=True),
        Value("undoable", "whether ``#undo`` would take it back", default=False, sample=True),
        _CONTROL,
        _MANUAL,
    ),
    LetterKind.CONFIRMATION: (
        Value("proved", "whether the mail is the reader's for sure, and only asked about once more", default=False),
        Value("would", "what would happen, a sentence each", default=(), sample=("Ticket 1042 would be closed.",)),
    ),
    LetterKind.UNDELIVERED: (
        Value("recipient", "whom it did not reach", sample="ana@b.example"),
        Value("reason", "what the other side said", sample="mailbox full"),
        Value("status", "its code (RFC 3463)", sample="5.2.2"),
        Value("text", "what was in the letter", sample=ANSWER),
    ),
    LetterKind.ALERT: (
        Value("what", "what happened, in one sentence", sample="The mail server refuses our password."),
        Value("detail", "more for the admin", sample="Since 09:10; 12 letters wait."),
        Value("advice", "what to do", sample="Renew the password in config.toml."),
        Value("commands", "ready command lines, each a button too", default=(), sample=("#health",)),
        _CONTROL,
    ),
    LetterKind.WELCOME: (
        Value("role", "what the reader may do: watcher, agent, supervisor, admin", default="agent", sample="agent"),
        Value("teams", "names of the reader's teams", default=(), sample=("Second floor",)),
        Value("by", "who enrolled the reader", sample="Eve Ng"),
        _CONTROL,
        _MANUAL,
    ),
}
