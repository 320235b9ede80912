"""Tickets from a table: a CSV with a row a ticket, such as contracts with their ends.

The first line names the columns: ``requester`` and ``subject`` must be there; ``team``, ``brand``, ``priority``,
``assignee``, ``kind``, ``tags`` (with spaces between), ``due`` (a day, or a day and time), ``note``, and ``field:NAME``
may be. All rows are read and checked before the first ticket is opened. What names no assignee is given out as its team
does with mail. Nobody gets a letter. A row that was imported
before is left out, so that the same file may be imported again after a crash, or with rows added.

``safe_cell`` is for tables that we write: a cell that a spreadsheet would run as a formula gets an apostrophe before it
(CWE-1236), which ``read`` takes away again.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from mailgate.carry import Desk, act, opened
from mailgate.desk.clock.arming import DUE
from mailgate.desk.clock.clocks import OWN_DUE
from mailgate.desk.effect import NEW_TICKET, AddNote, Effect, OpenTicket, SetTimer
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy
from mailgate.desk.routing.dates import read_date
from mailgate.desk.routing.rule import Actions
from mailgate.desk.ticket import Participant
from mailgate.errors import ConfigError, Problem
from mailgate.letters.headers import is_address
from mailgate.store.database import Store, Tx
from mailgate.store.rows import to_json
from mailgate.store.schedules import imported

COLUMNS = ("requester", "subject", "team", "brand", "priority", "assignee", "kind", "tags", "due", "note")
NEEDED = ("requester", "subject")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
NINE = time(9)


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket to be: its line in the file, a key of all its cells, and its plan."""

    line: int
    key: str
    plan: Plan


def read(path: Path, policy: Policy) -> list[Row]:
    """All rows of the file. Raises ``ConfigError`` with everything that is wrong, by line; ``OSError``."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        names = tuple((name or "").strip() for name in table.fieldnames or ())
        problems = [Problem(str(path), 1, name, "is missing") for name in NEEDED if name not in names]
        strange = [name for name in names if name not in COLUMNS and not name.startswith("field:")]
        problems += [Problem(str(path), 1, name, "is no column", ", ".join(COLUMNS)) for name in strange]
        rows: list[Row] = []
        for cells in [] if problems else table:
            row = {name: plain_cell(cells.get(name) or "") for name in names}
            if any(row.values()):
                wrong = [Problem(str(path), table.line_num, *each) for each in _wrong(row, policy)]
                problems += wrong
                if not wrong:
                    key = hashlib.sha256(to_json(row).encode()).hexdigest()[:32]
                    rows.append(Row(table.line_num, key, _plan(row, policy)))
    if problems:
        raise ConfigError(tuple(problems))
    return rows


def import_rows(store: Store, desk: Desk, rows: Iterable[Row], now_ms: int) -> Iterator[tuple[Row, int]]:
    """Open a ticket for each row, and tell its number; 0 for one that was imported before."""
    for row in rows:

        def body(tx: Tx, row: Row = row) -> int:
            if not imported(tx.work.rows, row.key):
                return 0
            plan, ticket = opened(tx, row.plan, desk, now_ms)
            act(tx, ticket, plan, desk, now_ms)
            return ticket.number if ticket else 0

        yield row, store.run(body)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (J-11)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def plain_cell(text: str) -> str:
    """What ``safe_cell`` was given."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _wrong(row: Mapping[str, str], policy: Policy) -> Iterator[tuple[str, str]]:
    """(column, what is wrong) of one row."""
    if not is_address(row["requester"]):
        yield "requester", f'"{row["requester"]}" is no mail address'
    if not row["subject"]:
        yield "subject", "is empty"
    named = (("team", policy.teams), ("brand", policy.brands), ("assignee", policy.agents))
    for column, known in named:
        if row.get(column) and row[column] not in known:
            yield column, f'there is no {column} "{row[column]}"'
    if row.get("priority") and row["priority"] not in policy.priorities:
        yield "priority", f'there is no priority "{row["priority"]}"'
    if row.get("due") and _moment(row["due"], "UTC") is None:
        yield "due", f'"{row["due"]}" is no day'


def _plan(row: Mapping[str, str], policy: Policy) -> Plan:
    brand = policy.brands[row.get("brand") or next(iter(policy.brands))]
    due_ms = _moment(row.get("due", ""), brand.timezone)
    ticket = OpenTicket(
        brand=brand.id,
        mailbox=brand.address,
        team=row.get("team") or brand.default_team or next(iter(policy.teams)),
        subject=row["subject"],
        requester=Participant(row["requester"]),
        kind=row.get("kind", ""),
        assignee=row.get("assignee", ""),
        priority=row.get("priority") or "normal",
        tags=tuple(row.get("tags", "").replace(",", " ").split()),
        language=brand.language,
        fields={name.removeprefix("field:"): cell for name, cell in row.items() if name.startswith("field:") and cell},
        rule="import",
        reason="imported from a table",
        due_ms=due_ms,
        sla="" if due_ms is None else OWN_DUE,
    )
    effects: list[Effect] = [ticket]
    if row.get("note"):
        effects.append(AddNote(NEW_TICKET, row["note"]))
    if due_ms is not None:
        effects.append(SetTimer(NEW_TICKET, DUE, due_ms))
    to_be_given = None if ticket.assignee else Actions()
    return Plan(Outcome.EVENT, tuple(effects), rule="import", generation=policy.generation, then=to_be_given)


def _moment(text: str, zone: str) -> int | None:
    """A day, at nine, or a day and time, in ms; None where it is neither."""
    day = read_date(text[:10]) if text else None
    if day is None:
        return None
    try:
        at = time.fromisoformat(text[11:].strip()) if text[11:].strip() else NINE
    except ValueError:
        return None
    return int(datetime.combine(day, at, ZoneInfo(zone)).timestamp() * 1000)
