"""A plain thank-you: it is put on the ticket, its owner may read it, and nothing else happens.

==================  ================================================================================================
the ticket is       a thank-you, and no more
==================  ================================================================================================
new, open           goes on the ticket; who waited already goes on waiting
waiting, closed     goes on the ticket, which stays as it is; the owner is told, the team is not
resolved            from the requester, closes it (``solved``); from a watcher, as above
==================  ================================================================================================

The reading errs on one side. What is not known as politeness counts as said ("thanks, but…", "thanks, and the other
printer?"), an enclosed file or a subject of its own says something too, and then the mail is a question, which opens
the ticket again. "It works, thanks" is no more than thanks on a ticket that is closed; where an agent waits for the
customer it may be the answer.
"""

from __future__ import annotations

from mailgate.desk.case import Case
from mailgate.desk.effect import AddMessage, Direction, Visibility
from mailgate.desk.lifecycle import ENDED, Happening
from mailgate.desk.outcome import courtesy
from mailgate.desk.outcome.orders import tell
from mailgate.desk.outcome.reply import belongs
from mailgate.desk.outcome.solved import read
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent
from mailgate.desk.ticket import Status, Ticket


def thanked(case: Case) -> Plan | None:
    """The plan for a mail that says thank you and nothing else; None for any other."""
    ticket = belongs(case)
    treatment = case.trust.treatment
    if ticket is None or ticket.status in (Status.SPAM, Status.MERGED) or not treatment.changes_state:
        return None
    if not case.genuine or treatment.visibility is not Visibility.PUBLIC or not only_thanks(case, ticket):
        return None
    message = AddMessage(ticket.id, Direction.CUSTOMER, treatment.visibility, marks=case.marks, waits=False)
    letters, spent, told = tell(case, _owner(case, ticket), ticket, "reply", ticket.reason)
    said = (f"trust: {case.trust.row}: {treatment.name}", "thanks: nothing else is said, so the state stays", told)
    return case.plan(
        Outcome.APPEND, (message, *spent), letters, said, acknowledge="it is a thank-you", ticket=ticket.id
    )


def only_thanks(case: Case, ticket: Ticket) -> bool:
    """Whether the mail thanks and says nothing that anybody has to act on."""
    if case.attachments or not _same_subject(case.mail.subject, ticket.subject):
        return False
    text = case.mail.reply_text_nosig or case.mail.reply_text
    owner = case.policy.agents.get(ticket.assignee)
    names = (case.author.name if case.author else "", ticket.requester.name, owner.name if owner else "")
    said = read(text, names)
    return said is Happening.CUSTOMER_THANKED or (
        said is Happening.CUSTOMER_AGREED and ticket.status in ENDED and courtesy.thanks(text)
    )


def _same_subject(subject: str, known: str) -> bool:
    """Whether the subject is the ticket's, with whatever a mail program put before it, or says thanks itself."""
    plain, expected = " ".join(subject.casefold().split()), " ".join(known.casefold().split())
    return not plain or expected in plain or courtesy.thanks(subject)


def _owner(case: Case, ticket: Ticket) -> tuple[Agent, ...]:
    owner = case.policy.agents.get(ticket.assignee)
    return (owner,) if owner and owner.active else ()
