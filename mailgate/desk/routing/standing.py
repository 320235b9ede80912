"""What the conditions of a rule on an event look at: a ticket as it stands, and the words that came with the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailgate.desk.clock.hours import is_open
from mailgate.desk.policy import Policy
from mailgate.desk.routing.words import Text
from mailgate.desk.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Tally:
    """What a ticket's messages come to: how many the customer wrote, and when the last one of a person came (ms)."""

    replies: int = 0
    last_ms: int = 0


class Standing:
    """A ticket at an hour, as ``match.Seen``; ``words`` is the new text of the mail that made the event, or empty.

    ``tally`` is asked only by conditions that count."""

    def __init__(self, ticket: Ticket, words: str, policy: Policy, tally: Callable[[], Tally], now_ms: int) -> None:
        self.ticket = ticket
        self.words = words
        self.policy = policy
        self.tally = tally
        self.now_ms = now_ms

    def values(self, subject: str) -> tuple[str, ...]:
        """The values that a subject has; those of a mail alone (``subjects.OF_MAIL``) have none here."""
        kind, _, name = subject.partition(":")
        if kind == "field":
            own = _FIELDS.get(name)
            found = own(self.ticket) if own else self.ticket.fields.get(name, "")
            return (found,) if found else ()
        known = _VALUES.get(kind)
        return tuple(value for value in known(self) if value) if known else ()

    def text(self, subject: str, accents: bool) -> Text:
        """The values as one text for keywords."""
        return Text("\n".join(self.values(subject)), accents)

    def measure(self, subject: str) -> int | None:
        """Times in milliseconds, counts, or the rating; None where there is none."""
        ticket, now_ms = self.ticket, self.now_ms
        if subject == "age":
            return now_ms - ticket.created_ms
        if subject == "waiting":
            return None if ticket.waiting_since_ms is None else now_ms - ticket.waiting_since_ms
        if subject == "idle":
            return now_ms - (self.tally().last_ms or ticket.created_ms)
        if subject == "replies":
            return self.tally().replies
        return {"nudges": ticket.nudges, "rating": ticket.rating}.get(subject)


_FIELDS: Mapping[str, Callable[[Ticket], str]] = {
    "team": lambda ticket: ticket.team,
    "kind": lambda ticket: ticket.kind,
    "priority": lambda ticket: ticket.priority,
}

_VALUES: Mapping[str, Callable[[Standing], tuple[str, ...]]] = {
    "subject": lambda seen: (seen.ticket.subject,),
    "body": lambda seen: (seen.words,),
    "text": lambda seen: (seen.ticket.subject, seen.words),
    "from": lambda seen: (seen.ticket.requester.email.lower(),),
    "from_name": lambda seen: (seen.ticket.requester.name,),
    "mailbox": lambda seen: (seen.ticket.mailbox,),
    "brand": lambda seen: (seen.ticket.brand,),
    "language": lambda seen: (seen.ticket.language, seen.ticket.language.partition("-")[0]),
    "status": lambda seen: (seen.ticket.status.value,),
    "state": lambda seen: (seen.ticket.state or seen.ticket.status.value,),
    "team": lambda seen: (seen.ticket.team,),
    "priority": lambda seen: (seen.ticket.priority,),
    "assignee": lambda seen: (seen.ticket.assignee,),
    "tag": lambda seen: seen.ticket.tags,
    "replies": lambda seen: (str(seen.measure("replies")),),
    "nudges": lambda seen: (str(seen.ticket.nudges),),
    "rating": lambda seen: (str(seen.ticket.rating) if seen.ticket.rating is not None else "",),
    "customer_tag": lambda seen: _customer_tags(seen.ticket, seen.policy),
    "hours": lambda seen: ("open" if _team_open(seen) else "closed",),
}


def _customer_tags(ticket: Ticket, policy: Policy) -> tuple[str, ...]:
    address = ticket.requester.email.lower()
    named = policy.customer_tags
    return (*named.get(address, ()), *named.get(address.rpartition("@")[2], ()))


def _team_open(seen: Standing) -> bool:
    team = seen.policy.teams.get(seen.ticket.team)
    hours = seen.policy.hours.get(team.hours) if team else None
    return hours is None or is_open(hours, seen.now_ms)
