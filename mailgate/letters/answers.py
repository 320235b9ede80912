"""What a question found, as lines that a phone and a terminal can show: one form for everything that can be found.

Each row becomes a ``title`` (which ticket, who wrote, when; a number stands before it as its ``mark``), up to three
``cells`` of short facts, and perhaps a ``text`` below. Plain text shows the cells on one line (those of a ``flat`` row
beside its title), HTML as columns where there is room. A row's text is cut, and tokens in it are taken out: they were
made for somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mailgate.desk.identity.token import scrub
from mailgate.desk.policy import Policy
from mailgate.desk.query import Answer, DecisionRow, EventRow, HeldRow, MessageRow, TicketRow
from mailgate.letters import when
from mailgate.letters.headers import clean_line, shorten
from mailgate.letters.subject import customers_subject
from mailgate.letters.vocabulary import COUNTED, put, said
from mailgate.letters.words import cut

TEXT = 4_000
"""Characters that are shown of one message; the rest is in the ticket."""

NOT_ASKED = "not applicable"
"""What a decision says of the acknowledgement where there was none to think of."""

_TITLE = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """In which language, zone and desk an answer is read, and when."""

    policy: Policy
    language: str
    zone: str
    now_ms: int

    def at(self, at_ms: int) -> str:
        """The moment in the reader's words."""
        return when.brief(at_ms, self.now_ms, self.zone, self.language)

    def since(self, at_ms: int | None) -> str:
        """How long ago that was; empty for never, and for just now."""
        if at_ms is None or self.now_ms - at_ms < 60_000:
            return ""
        return when.lapse(self.now_ms - at_ms, self.language)

    def joined(self, *facts: str) -> str:
        """The facts that there are, with the comma of the language."""
        return ("，" if self.language.startswith("zh") else ", ").join([fact for fact in facts if fact])

    def state(self, status: str) -> str:
        """A ticket's state, an event or an outcome as the reader says it."""
        return said(status, self.language)

    def who(self, agent: str) -> str:
        """An agent's name; whoever is no agent is named as given."""
        known = self.policy.agents.get(agent)
        return known.name if known else agent


def shown(answer: Answer, reading: Reading) -> dict[str, Any]:
    """``head`` (the ticket that it is about, or None), ``rows`` (``columns``: as a table), ``counts`` as pairs, and a
    ``note`` where not all is shown, or nothing was found."""
    rows = [_FORMS[type(row)](row, reading) for row in answer.rows]
    head = _ticket(answer.ticket, reading) if answer.ticket else None
    counts = [_count(name, count, reading) for name, count in answer.counts.items()]
    return {
        "head": head,
        "rows": rows,
        "columns": not any(row["text"] or row["below"] for row in rows),
        "counts": counts,
        "note": _note(len(rows), answer.total, bool(head or counts), reading.language),
    }


def _note(count: int, total: int, more: bool, language: str) -> str:
    """What is to be said of how much was found: that there is more than is shown, or nothing at all."""
    chinese = language.startswith("zh")
    if total > count:
        return f"共 {total} 条，以上为前 {count} 条。" if chinese else f"These are {count} of {total}."
    if count or more:
        return ""
    return "没有找到。" if chinese else "Nothing found."


def _ticket(row: TicketRow, reading: Reading) -> Mapping[str, Any]:
    language = reading.language
    priority = put("priority", said(row.priority, language), language) if row.priority not in ("", "normal") else ""
    team = reading.policy.teams.get(row.team)
    holder = put("with", reading.who(row.assignee), language)
    owner = holder or put("for", team.name_in(language) if team else row.team, language)
    due = put("due", reading.at(row.due_ms), language) if row.due_ms is not None else ""
    waiting = put("waiting", reading.since(row.waiting_since_ms), language)
    cells = (
        reading.joined(reading.state(row.status), priority),
        reading.joined(clean_line(row.requester), owner),
        reading.joined(waiting, due) or reading.at(row.updated_ms),
    )
    return _row(customers_subject(row.subject, "", language), cells, row.snippet, mark=f"#{row.number}")


def _message(row: MessageRow, reading: Reading) -> Mapping[str, Any]:
    internal = said("internal note", reading.language) if row.internal else ""
    marks = [said(mark, reading.language).rstrip(".。") for mark in row.marks]
    files = put("files", reading.joined(*map(clean_line, row.attachments)), reading.language)
    cells = (reading.at(row.at_ms), internal, reading.joined(*marks))
    return {**_row(clean_line(reading.who(row.author)), cells, row.text, files), "internal": row.internal}


def _event(row: EventRow, reading: Reading) -> Mapping[str, Any]:
    cells = (reading.state(row.kind), clean_line(reading.who(row.actor)), clean_line(row.detail))
    return {**_row(reading.at(row.at_ms), cells), "flat": True}


def _decision(row: DecisionRow, reading: Reading) -> Mapping[str, Any]:
    language = reading.language
    silent = put("no acknowledgement", "" if row.acknowledge == NOT_ASKED else row.acknowledge, language)
    rules = reading.joined(put("rule", row.rule, language), put("rules of", row.generation, language))
    return _row(
        reading.state(row.outcome), (reading.at(row.at_ms), clean_line(row.author), rules), "\n".join(row.trace), silent
    )


def _held(row: HeldRow, reading: Reading) -> Mapping[str, Any]:
    cells = (reading.at(row.received_ms), clean_line(row.author), clean_line(row.detail))
    return _row(f"{row.cause}: {clean_line(row.subject)}", cells, row.text, mark=str(row.id))


def _row(title: str, cells: tuple[str, ...], text: str = "", below: str = "", mark: str = "") -> Mapping[str, Any]:
    return {
        "mark": mark,
        "title": shorten(title, _TITLE),
        "cells": tuple([cell for cell in cells if cell]),
        "text": cut(scrub(text), TEXT).strip(),
        "below": below,
        "flat": False,
        "internal": False,
    }


def _count(name: str, count: int, reading: Reading) -> tuple[str, str]:
    """A figure of the desk's health; one whose name ends in ``_ms`` is a span."""
    if name.endswith("_ms"):
        return reading.state(name), when.lapse(count, reading.language)
    sort, _, of = name.partition("_")
    team = reading.policy.teams.get(of) if sort == "open" else None
    of = team.name_in(reading.language) if team else reading.state(of)
    return put(sort, of, reading.language) if sort in COUNTED else name.replace("_", " "), str(count)


_FORMS: Mapping[type, Callable[[Any, Reading], Mapping[str, Any]]] = {
    TicketRow: _ticket,
    MessageRow: _message,
    EventRow: _event,
    DecisionRow: _decision,
    HeldRow: _held,
}
