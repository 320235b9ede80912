"""Somebody claims their right to their data: to see it, or to be forgotten (GDPR articles 15, 17 and 20).

A person has to answer that, so the mail goes its ordinary way. Beside that the admins get a letter with the command
that does it ready, once a day and author, and within a limit for all: forged mail may claim anything. Nothing is
handed out or erased by what a stranger wrote; the command needs an admin's token and proof (``commands/admin``).
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.agent_letter import for_admins
from mailgate.desk.case import Case
from mailgate.desk.effect import NEW_TICKET, AddEvent, Spend
from mailgate.desk.gate import privacy
from mailgate.desk.letter import LetterOrder
from mailgate.desk.outcome.wish import Right, claims
from mailgate.desk.phrase import phrase
from mailgate.desk.plan import Plan
from mailgate.mail.model import Address, Proof


def told_admins(case: Case, plan: Plan) -> Plan:
    """The plan of an ordinary mail; where its author claims their data, admins get a ready command, once a day."""
    author = case.author
    if author is None or case.agent or not case.genuine or case.sender.proof is Proof.FAIL or plan.cause:
        return plan
    right = claims(case.mail)
    if right is None:
        return plan
    leave = privacy(author.email, case.facts.spent, case.now_ms)
    if leave.reason:
        return replace(plan, trace=(*plan.trace, f"privacy: {right.value} asked for; admins not told: {leave.reason}"))
    ticket = NEW_TICKET if plan.ticket is None else plan.ticket
    event = AddEvent(ticket, "privacy request", {"right": right.value, "proof": case.sender.proof.value})
    return replace(
        plan,
        effects=(*plan.effects, event, *(Spend(key) for key in leave.keys)),
        letters=(*plan.letters, *_alerts(case, author, right, ticket)),
        trace=(*plan.trace, f"privacy: {right.value} asked for; the admins have a ready command"),
    )


def _alerts(case: Case, author: Address, right: Right, ticket: int) -> tuple[LetterOrder, ...]:
    """What the admins are told, and the commands that would do it; erasing asks them once more."""
    detail = {
        Right.EXPORT: phrase(
            "This person asks for the data that the desk holds about them: {address}.", address=author.email
        ),
        Right.ERASE: phrase("This person asks to be forgotten: {address}.", address=author.email),
    }[right]
    proved = case.sender.proof is Proof.PASS
    sure = phrase("The sender is proved.") if proved else phrase("The sender is not proved: make sure who it is first.")
    both = (f"#privacy export {author.email}", f"#privacy erase {author.email}")
    values: dict[str, object] = {
        "what": phrase("a customer claims their right to their data"),
        "detail": phrase("{what} {proof}", what=detail, proof=sure),
        "advice": phrase("The law gives you a month. Export first; erasing cannot be undone."),
        "commands": both[:1] if right is Right.EXPORT else both,
    }
    return for_admins(case.brand, values, case.policy, ticket)
