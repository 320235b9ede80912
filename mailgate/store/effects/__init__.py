"""What each effect of a plan becomes: one small function per effect, found by its type in ``EFFECTS``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mailgate.desk import effect as p
from mailgate.store import alerts
from mailgate.store.draft import Draft
from mailgate.store.effects import agents, letters, mails, tickets

EFFECTS: Mapping[type, Callable[[Draft, Any], None]] = {
    p.OpenTicket: tickets.open_ticket,
    p.ChangeTicket: tickets.change_ticket,
    p.AddParticipant: tickets.add_participant,
    p.RemoveParticipant: tickets.remove_participant,
    p.LinkTickets: tickets.link_tickets,
    p.UnlinkTickets: tickets.unlink_tickets,
    p.AddEvent: tickets.add_event,
    p.RecordRating: tickets.record_rating,
    p.RecordAlert: alerts.record_alert,
    p.SetTimer: tickets.set_timer,
    p.ClearTimer: tickets.clear_timer,
    p.AddMessage: mails.add_message,
    p.AddNote: mails.add_note,
    p.RecordBounce: mails.record_bounce,
    p.HoldMail: mails.hold_mail,
    p.ReleaseHeld: mails.release_held,
    p.DropHeld: mails.drop_held,
    p.Spend: letters.spend,
    p.RememberCustomer: letters.remember_customer,
    p.QueueWebhook: letters.queue_webhook,
    p.RecordAct: agents.record_act,
    p.MarkUndone: agents.mark_undone,
    p.Enroll: agents.enroll,
    p.Dismiss: agents.dismiss,
    p.SetAbsence: agents.set_absence,
    p.Pause: agents.pause,
    p.RequestReload: agents.request_reload,
    p.RequestPrivacy: agents.request_privacy,
}
"""Every effect there is; a test holds this against ``desk.plan.Effect``."""
