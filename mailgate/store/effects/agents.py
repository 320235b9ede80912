"""Effects on the desk itself: what agents' commands did, who the agents are, who is away, what is paused or asked for.

Who the agents are is read once a transaction (``roster``); every change here counts at once, in this transaction too,
and in every process with the commit.
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk import effect as p
from mailgate.store.acts import to_text
from mailgate.store.draft import Draft
from mailgate.store.roster import changed, roster_of
from mailgate.store.rows import to_json


def record_act(draft: Draft, effect: p.RecordAct) -> None:
    """What a command did, and what undoes it: also to the ticket that the plan itself opens."""
    ticket, number = draft.resolve(effect.ticket), draft.work.ids.take("row_ids")
    undo = tuple(replace(each, ticket=draft.resolve(each.ticket).id) for each in effect.undo)  # type: ignore
    draft.add("acts", number, ticket.id, effect.agent, effect.command, to_text(undo), draft.now_ms)


def mark_undone(draft: Draft, effect: p.MarkUndone) -> None:
    """An act was undone."""
    draft.work.rows.run("UPDATE acts SET undone_ms = ? WHERE id = ?", (draft.now_ms, effect.act))


def enroll(draft: Draft, effect: p.Enroll) -> None:
    """An agent is added, or changed; one who was dismissed is back."""
    about = (effect.name, effect.address, effect.role, to_json(effect.teams), effect.language, effect.by)
    draft.add("roster", effect.agent, "added", *about, draft.now_ms)
    changed(draft.work)


def dismiss(draft: Draft, effect: p.Dismiss) -> None:
    """An agent is one no more; the clock gives the open tickets back to their teams."""
    known = next((one for one in roster_of(draft.work).added if one.agent == effect.agent), None)
    about = (known.name, known.address, known.role) if known else ("", "", "")
    draft.add("roster", effect.agent, "dismissed", *about, "[]", "", effect.by, draft.now_ms)
    _request(draft, "leave", effect.agent, effect.by)
    changed(draft.work)


def set_absence(draft: Draft, effect: p.SetAbsence) -> None:
    """An agent is away, or back."""
    if effect.until_ms is None:
        draft.remove("absences", effect.agent)
    else:
        draft.add("absences", effect.agent, draft.now_ms, effect.until_ms, effect.why)
    changed(draft.work)


def pause(draft: Draft, effect: p.Pause) -> None:
    """A team or mailbox is stopped, or goes on."""
    if effect.on:
        draft.add("paused", effect.name, draft.now_ms, effect.by, effect.why)
    else:
        draft.remove("paused", effect.name)
    changed(draft.work)


def request_reload(draft: Draft, effect: p.RequestReload) -> None:
    """The clock process reads the config again, once."""
    _request(draft, "reload", "", effect.by)


def request_privacy(draft: Draft, effect: p.RequestPrivacy) -> None:
    """The clock process exports or erases what is held about an address, once."""
    _request(draft, effect.right, effect.address, effect.by)


def _request(draft: Draft, kind: str, about: str, by: str) -> None:
    draft.add("requests", draft.work.ids.take("row_ids"), kind, about, by, draft.now_ms)
