"""Who, or what, wrote a mail: a person, a robot, a list, our own echo; and the evidence for it.

``classify`` asks the rules of ``RULES`` in order; the first that answers decides, and what it saw is kept in the
verdict. No rule acts, none knows the desk's state. The order is the policy:

============== ========== ==================================================================================
rule           kind       holds for
============== ========== ==================================================================================
loop           loop       our own letter coming back, a mail in our own name, more than 50 hops
bounce         bounce     a delivery report in any dialect (``bounce.read``)
receipt        auto-reply a read receipt (RFC 8098); a request for one is never honoured and is no evidence
abuse report   auto-reply a complaint in ARF (RFC 5965)
challenge      auto-reply "prove that you are a person"; never followed
calendar       auto-reply an answer to an invitation; an invitation itself is a person's mail
automatic      auto-reply ``Auto-Submitted`` other than ``no`` (RFC 3834 section 5) and its older relatives
vacation       auto-reply a vacation notice known by its subject or its first words only
infected       unsafe     the provider's scanner found a virus
spam           spam       the provider says so, in a header
list           bulk       a mailing list or a newsletter (RFC 2919, RFC 2369)
genuine        genuine    everything else: a person until shown otherwise
============== ========== ==================================================================================

A genuine mail may still be one that no robot should answer: ``Precedence: bulk``, ``X-Auto-Response-Suppress``,
a no-reply address. Then ``automatic`` is set and the evidence says why, and nothing else follows from it: such
headers never drop a mail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailgate.mail.model import Envelope, Verdict, VerdictKind
from mailgate.mail.verdicts import filters, loops, machines, reports, silence
from mailgate.mail.verdicts.facts import Facts, Ours, gather

if TYPE_CHECKING:
    from mailgate.mail.parts import Parsed

__all__ = ["RULES", "Ours", "Rule", "classify"]

Rule = Callable[[Facts], Verdict | None]

RULES: tuple[tuple[str, Rule], ...] = (
    ("loop", loops.loop),
    ("bounce", reports.bounced),
    ("receipt", reports.receipt),
    ("abuse report", reports.abuse_report),
    ("challenge", reports.challenge),
    ("calendar", reports.calendar),
    ("automatic", machines.automatic),
    ("vacation", machines.on_vacation),
    ("infected", filters.infected),
    ("spam", filters.spam),
    ("list", filters.listed),
)
"""Asked in this order; the first that answers decides."""


def classify(parsed: Parsed, envelope: Envelope, ours: Ours) -> Verdict:
    """What kind of mail this is. Pure; raises nothing on any mail.

    The answer is the first that a rule of ``RULES`` gives; ``evidence`` holds what that rule saw, and for a genuine
    mail also what speaks against answering it automatically.
    """
    facts = gather(parsed, envelope, ours)
    for _, rule in RULES:
        verdict = rule(facts)
        if verdict is not None:
            return verdict
    against = silence.reasons(facts)
    return Verdict(VerdictKind.GENUINE, automatic=bool(against), evidence=against)
