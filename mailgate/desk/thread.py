"""Which ticket a mail belongs to: the clues it carries, in order, and which of them holds (DESIGN: threading).

==================  ================================================  ===============================================
carrier             found in                                          holds when
==================  ================================================  ===============================================
ADDRESS             envelope recipients, then To, Cc, Delivered-To    the code verifies for the ticket's random id
MESSAGE_ID          In-Reply-To, then References, newest first        the same
BODY                the reference line in the quoted text             the same
KNOWN_ID            In-Reply-To, then References, newest first        the store knows the id, in or out
TAG                 the subject: the brand's format and its aliases   there is such a ticket
==================  ================================================  ===============================================

The first that holds decides; all are kept in the trace. What the author may then do on that ticket is not decided here
but in ``trust``. A header that the proving DKIM signature does not cover is no clue for acts that need proof: it places
a mail, but its token counts as nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailgate.desk.facts import Carrier, Clue, Facts
from mailgate.desk.plan import Purpose
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Participant, ParticipantRole, Status, Ticket
from mailgate.desk.token import Token, Tokens, find_references, split_address, split_message_id
from mailgate.desk.trust import Held, Who
from mailgate.mail.model import Address, Envelope, Mail, Sender

DAY_MS = 86_400_000
CLUE_LIMIT = 40
"""A thread of a hundred letters names the same ticket a hundred times."""

BODY_LIMIT = 200_000
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to")
_INSIDERS = frozenset({ParticipantRole.REQUESTER, ParticipantRole.WATCHER})


@dataclass(frozen=True, slots=True)
class Placement:
    """The ticket that a mail belongs to (None: no clue holds), who the author is there, and whose token was carried.

    ``holder`` is the address that the token was made for, ``purpose`` what for. ``long_closed``: the ticket was closed
    too long ago to be reopened. ``trace`` has a line per clue.
    """

    ticket: Ticket | None = None
    clue: Clue | None = None
    who: Who = Who.FIRST
    as_requester: Who = Who.FIRST
    held: Held = Held.NONE
    purpose: Purpose | None = None
    holder: str = ""
    long_closed: bool = False
    trace: tuple[str, ...] = ()


def clues(mail: Mail, envelope: Envelope, policy: Policy) -> tuple[Clue, ...]:
    """Every clue of a mail, best first, each once; at most ``CLUE_LIMIT``."""
    found: dict[tuple[object, ...], Clue] = {}
    for clue in _all_clues(mail, envelope, policy):
        found.setdefault((clue.carrier, clue.number, clue.purpose, clue.mac, clue.message_id), clue)
        if len(found) >= CLUE_LIMIT:
            break
    return tuple(found.values())


def place(
    found: Iterable[Clue], facts: Facts, sender: Sender, brand: str, policy: Policy, now_ms: int, tokens: Tokens
) -> Placement:
    """Where the first clue that holds leads; ``found`` as ``clues`` gave them, ``facts`` as the store knows them."""
    author = sender.address
    trace: list[str] = []
    desk_wide, control = _desk_wide(found, author, policy, tokens, sender)
    for clue in found:
        ticket = facts.tickets.get(clue)
        if ticket is None or ticket.brand != brand:
            trace.append(f"clue: {clue.carrier.value} {clue.shown}: leads to no ticket here")
            continue
        holder = _holder(clue, facts.merged_from.get(clue, ticket), author, policy, tokens)
        if clue.mac and holder is None:
            trace.append(f"clue: {clue.carrier.value} {clue.shown}: the token is not ours, or no longer")
            continue
        trace.append(f"clue: {clue.carrier.value} {clue.shown}: ticket {ticket.number}")
        return _placed(
            clue, ticket, holder if _covered(clue, sender) else None, desk_wide, control, author, policy, now_ms, trace
        )
    who = Who.AGENT if author and policy.agent_by_address(author.email) else Who.FIRST
    held = Held.OWN if control else Held.NONE
    return Placement(who=who, held=held, purpose=desk_wide, holder=control, trace=tuple(trace))


def tag_number(subject: str, tags: tuple[str, ...]) -> int | None:
    """The ticket number that a subject carries in one of the formats, full-width brackets and digits too; None without."""
    matched = next((found for pattern in _tag_patterns(tags) if (found := pattern.search(subject))), None)
    return int(matched[1]) if matched else None


def _all_clues(mail: Mail, envelope: Envelope, policy: Policy) -> Iterator[Clue]:
    for header, address in _addresses(mail, envelope):
        split = split_address(address, policy.mailboxes)
        if split and split.token:
            yield _token_clue(Carrier.ADDRESS, split.token, header)
    ids = [("in-reply-to", one) for one in mail.in_reply_to] + [
        ("references", one) for one in reversed(mail.references)
    ]
    for header, message_id in ids[:CLUE_LIMIT]:
        token = split_message_id(message_id)
        if token:
            yield _token_clue(Carrier.MESSAGE_ID, token, header)
    for token in find_references(mail.text[:BODY_LIMIT]):
        yield _token_clue(Carrier.BODY, token, "")
    for header, message_id in ids[:CLUE_LIMIT]:
        yield Clue(Carrier.KNOWN_ID, message_id=message_id, header=header, shown=f"<{message_id}>")
    for brand in policy.brands.values():
        number = tag_number(mail.subject, brand.tags)
        if number is not None:
            yield Clue(Carrier.TAG, number=number, header="subject", shown=f"#{number}")


def _addresses(mail: Mail, envelope: Envelope) -> Iterator[tuple[str, str]]:
    """Where a token may ride: as the envelope says it, else (IMAP) as the headers do."""
    yield from (("", address) for address in envelope.recipients)
    yield from (("to", address.email) for address in mail.to[:CLUE_LIMIT])
    yield from (("cc", address.email) for address in mail.cc[:CLUE_LIMIT])
    yield from ((name, value.strip("<> ")) for name in _DELIVERED for value in mail.headers_named(name)[:5])


def _token_clue(carrier: Carrier, token: Token, header: str) -> Clue:
    number = token.number or None
    shown = f"{token.purpose.value}{number or ''}"
    return Clue(carrier, number, token.purpose.value, token.mac, token.mac[:1], header=header, shown=shown)


@lru_cache(maxsize=256)
def _tag_patterns(tags: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_tag_pattern(tag), re.IGNORECASE) for tag in tags if "{number}" in tag)


def _tag_pattern(tag: str) -> str:
    """The format as a pattern: spaces may be missing or many, brackets and the number sign may be full-width."""
    widths = {"[": r"[\[［【]", "]": r"[\]］】]", "#": "[#＃]", "(": "[(（]", ")": "[)）]", ":": "[:：]", " ": r"\s?"}
    before, _, after = tag.partition("{number}")
    spelled = [("".join(widths.get(char, re.escape(char)) for char in part)) for part in (before, after)]
    return rf"{spelled[0]}\s?(\d{{1,12}})\s?{spelled[1]}" if after else rf"{spelled[0]}\s?(\d{{1,12}})(?!\d)"


def _holder(clue: Clue, ticket: Ticket, author: Address | None, policy: Policy, tokens: Tokens) -> str | None:
    """For whom the clue's token was made; None for a clue without a token, and for a token that is not ours."""
    if not clue.mac:
        return None
    return tokens.verify(Purpose(clue.purpose), ticket.rid, clue.mac, _candidates(clue, ticket, author, policy))


def _candidates(clue: Clue, ticket: Ticket, author: Address | None, policy: Policy) -> Iterator[str]:
    """Whose it may be, the likeliest first: verifying costs a hash for each."""
    if author:
        agent = policy.agent_by_address(author.email)
        yield author.email
        if agent:
            yield agent.address
    if clue.purpose in (Purpose.CUSTOMER.value, Purpose.SURVEY.value):
        yield ticket.requester.email
        yield from (who.email for who in ticket.participants)
        return
    yield from (agent.address for agent in policy.members(ticket.team))
    yield from (agent.address for agent in policy.agents.values())


def _covered(clue: Clue, sender: Sender) -> bool:
    """Whether what proved the sender also covers the header that the clue stands in (S-26b)."""
    return not clue.header or sender.signed_headers is None or clue.header in sender.signed_headers


def _desk_wide(
    found: Iterable[Clue], author: Address | None, policy: Policy, tokens: Tokens, sender: Sender
) -> tuple[Purpose | None, str]:
    """The agent's own token that binds no ticket: of the control address, or of a confirmation without a ticket."""
    agent = policy.agent_by_address(author.email) if author else None
    for clue in found if agent else ():
        if clue.purpose not in (Purpose.CONTROL.value, Purpose.CONFIRMATION.value) or clue.number is not None:
            continue
        purpose = Purpose(clue.purpose)
        if agent and _covered(clue, sender) and tokens.verify(purpose, "", clue.mac, (agent.address,)):
            return purpose, agent.address
    return None, ""


def _placed(
    clue: Clue,
    ticket: Ticket,
    holder: str | None,
    desk_wide: Purpose | None,
    control: str,
    author: Address | None,
    policy: Policy,
    now_ms: int,
    trace: list[str],
) -> Placement:
    agent = policy.agent_by_address(author.email) if author else None
    own = {author.key} | ({agent.address.lower()} if agent else set()) if author else set()
    held = Held.NONE if holder is None else Held.OWN if holder.lower() in own else Held.OTHER
    purpose = Purpose(clue.purpose) if clue.purpose and holder else None
    if control and held is not Held.OWN:
        held, purpose, holder = Held.OWN, desk_wide, control
    inside = _insider(ticket, author)
    as_requester = Who.PARTICIPANT if inside else Who.STRANGER
    who = as_requester
    if agent:
        # An agent who answers with a customer's token is a customer for once: it never serves as an agent's (S-21).
        who = as_requester if purpose in (Purpose.CUSTOMER, Purpose.SURVEY) else Who.AGENT
    elif held is Held.OWN and purpose in (Purpose.AGENT, Purpose.CONTROL):
        who = Who.FORMER_AGENT
    if holder:
        trace.append(f"token: made for {'the author' if held is Held.OWN else 'somebody else'}")
    elif clue.mac:
        trace.append(f"token: not counted, the signature does not cover {clue.header}")
    return Placement(
        ticket=ticket,
        clue=clue,
        who=who,
        as_requester=as_requester,
        held=held,
        purpose=purpose,
        holder=holder or "",
        long_closed=_long_closed(ticket, policy, now_ms),
        trace=tuple(trace),
    )


def _insider(ticket: Ticket, author: Address | None) -> Participant | None:
    """The author as requester or watcher; a third party or a follower is let in on nothing by that alone."""
    if author is None:
        return None
    if ticket.requester.email.lower() == author.key:
        return ticket.requester
    found = ticket.participant(author.email)
    return found if found and found.role in _INSIDERS else None


def _long_closed(ticket: Ticket, policy: Policy, now_ms: int) -> bool:
    if ticket.status is Status.MERGED:
        return True
    ended = ticket.status in (Status.CLOSED, Status.RESOLVED) and ticket.closed_ms is not None
    return ended and now_ms - (ticket.closed_ms or 0) > policy.reopen_days * DAY_MS
