"""What a question found, as lines that a phone and a terminal can show: one form for everything that can be found.

Each row becomes a ``title`` (which ticket, who wrote, when; a number stands before it as its ``mark``), up to three
``cells`` of short facts, and perhaps a ``text`` below. Plain text shows the cells on one line (those of a ``flat`` row
beside its title), HTML as columns where there is room. A row's text is cut, and tokens in it are taken out: they were
made for somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mailgate.desk.identity.token import scrub
from mailgate.desk.query import AgentRow, Answer, DecisionRow, EventRow, HeldRow, MessageRow, TicketRow
from mailgate.letters import when
from mailgate.letters.happened import happened
from mailgate.letters.headers import clean_line, shorten
from mailgate.letters.reader import Reader
from mailgate.letters.recalled import recalled
from mailgate.letters.subject import customers_subject
from mailgate.letters.vocabulary import COUNTED, put, said
from mailgate.letters.words import cut

TEXT = 4_000
"""Characters that are shown of one message; the rest is in the ticket."""

NOT_ASKED = "not applicable"
"""What a decision says of the acknowledgement where there was none to think of."""

_TITLE = 200


def shown(answer: Answer, reader: Reader) -> dict[str, Any]:
    """``head`` (the ticket that it is about, or None), ``rows`` (``columns``: as a table), ``counts`` as pairs, and a
    ``note`` where not all is shown, or nothing was found."""
    rows = [_FORMS[type(row)](row, reader) for row in answer.rows]
    head = _ticket(answer.ticket, reader) if answer.ticket else None
    counts = [_count(name, count, reader) for name, count in answer.counts.items()]
    return {
        "head": head,
        "rows": rows,
        "columns": not any(row["text"] or row["below"] for row in rows),
        "counts": counts,
        "note": _note(len(rows), answer.total, bool(head or counts), reader.language),
    }


def _note(count: int, total: int, more: bool, language: str) -> str:
    """What is to be said of how much was found: that there is more than is shown, or nothing at all."""
    chinese = language.startswith("zh")
    if total > count:
        return f"共 {total} 条，以上为其中 {count} 条。" if chinese else f"These are {count} of {total}."
    if count or more:
        return ""
    return "没有找到。" if chinese else "Nothing found."


def _ticket(row: TicketRow, reader: Reader) -> Mapping[str, Any]:
    language = reader.language
    priority = put("priority", said(row.priority, language), language) if row.priority not in ("", "normal") else ""
    owner = put("with", reader.who(row.assignee), language) or put("for", reader.team(row.team), language)
    due = put("due", reader.at(row.due_ms), language) if row.due_ms is not None else ""
    waiting = put("waiting", reader.since(row.waiting_since_ms), language)
    cells = (
        reader.joined(reader.state(row.status), priority),
        reader.joined(clean_line(row.requester), owner),
        reader.joined(waiting, due) or reader.at(row.updated_ms),
    )
    return _row(customers_subject(row.subject, "", language), cells, row.snippet, mark=f"#{row.number}")


def _message(row: MessageRow, reader: Reader) -> Mapping[str, Any]:
    internal = said("internal note", reader.language) if row.internal else ""
    marks = [said(mark, reader.language).rstrip(".。") for mark in row.marks]
    files = put("files", reader.joined(*map(clean_line, row.attachments)), reader.language)
    cells = (reader.at(row.at_ms), internal, reader.joined(*marks))
    return {**_row(clean_line(reader.who(row.author)), cells, row.text, files), "internal": row.internal}


def _event(row: EventRow, reader: Reader) -> Mapping[str, Any]:
    return {**_row(reader.at(row.at_ms), happened(row, reader)), "flat": True}


def _decision(row: DecisionRow, reader: Reader) -> Mapping[str, Any]:
    language = reader.language
    why = "" if row.acknowledge == NOT_ASKED else recalled(row.acknowledge, language)
    silent = put("no acknowledgement", why, language)
    rules = reader.joined(put("rule", row.rule, language), put("rules of", row.generation, language))
    return _row(
        reader.state(row.outcome),
        (reader.at(row.at_ms), clean_line(row.author), rules),
        "\n".join([recalled(line, language) for line in row.trace]),
        silent,
    )


def _held(row: HeldRow, reader: Reader) -> Mapping[str, Any]:
    cause, detail = recalled(row.cause, reader.language), clean_line(recalled(row.detail, reader.language))
    cells = (reader.at(row.received_ms), clean_line(row.author), detail)
    title = f"{cause}：{clean_line(row.subject)}" if reader.chinese else f"{cause}: {clean_line(row.subject)}"
    return _row(title, cells, row.text, mark=str(row.id))


def _agent(row: AgentRow, reader: Reader) -> Mapping[str, Any]:
    teams = reader.joined(*(clean_line(reader.team(team)) for team in row.teams))
    return _row(clean_line(row.name), (reader.joined(row.id, said(row.role, reader.language)), row.address, teams))


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


def _count(name: str, count: int, reader: Reader) -> tuple[str, str]:
    """A figure of the desk's health; one whose name ends in ``_ms`` is a span."""
    if name.endswith("_ms"):
        return reader.state(name), when.lapse(count, reader.language)
    sort, _, of = name.partition("_")
    team = reader.policy.teams.get(of) if sort == "open" else None
    of = team.name_in(reader.language) if team else reader.state(of)
    return put(sort, of, reader.language) if sort in COUNTED else name.replace("_", " "), str(count)


_FORMS: Mapping[type, Callable[[Any, Reader], Mapping[str, Any]]] = {
    TicketRow: _ticket,
    MessageRow: _message,
    EventRow: _event,
    DecisionRow: _decision,
    HeldRow: _held,
    AgentRow: _agent,
}
