"""What the desk must know before it can decide about a mail: asked of the store once, in one go, under its locks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailgate.desk.delivery import Delivery
from mailgate.desk.facts import Carrier, Clue
from mailgate.desk.gate import budget_keys
from mailgate.desk.identity.token import split_address, split_message_id
from mailgate.desk.plan import Purpose
from mailgate.desk.policy import Policy
from mailgate.desk.query import Query
from mailgate.desk.threading.clue import CLUE_LIMIT, clues, tag_number
from mailgate.mail.model import Bounce, Proof, Reading

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Questions:
    """``clues`` may lead to tickets of ``brand``; ``message_ids`` may be letters of ours; ``author`` (lower case, empty
    when unknown) may be a customer with open tickets since ``since_ms``; ``budget_keys`` are to be counted. Mails of
    ``confirms`` (an agent's addresses, lower case) may be held until they are confirmed.

    ``numbers`` are tickets that commands name; ``queries`` are to be answered; ``acts_of`` is the agent whose last act
    on the clues' ticket is wanted (``#undo``); ``crew`` are the agents among whom a new ticket may be given to one;
    ``family``: the parent and the children of the clues' ticket are wanted."""

    brand: str
    clues: tuple[Clue, ...] = ()
    message_ids: tuple[str, ...] = ()
    author: str = ""
    budget_keys: tuple[str, ...] = ()
    since_ms: int = 0
    confirms: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    queries: tuple[Query, ...] = ()
    acts_of: str = ""
    crew: tuple[str, ...] = ()
    family: bool = False


def ask(reading: Reading, delivery: Delivery, policy: Policy, now_ms: int) -> Questions:
    """What to look up for one delivery."""
    found = all_clues(reading, policy)
    author = reading.mail.author.key if reading.mail.author else ""
    bounce = reading.verdict.bounce
    ids = (*(bounce.message_ids if bounce else ()), *reading.mail.in_reply_to, *reversed(reading.mail.references))
    numbers = tuple(dict.fromkeys(clue.number for clue in found if clue.number is not None))
    agent = policy.agent_by_address(author)
    proved = reading.sender.proof is Proof.PASS
    keys = budget_keys(author, numbers[:3], now_ms, proved) if author else ()
    if agent and not proved:
        keys += budget_keys(agent.address, numbers[:3], now_ms, False)
    return Questions(
        brand=delivery.brand,
        clues=found,
        message_ids=tuple(dict.fromkeys(ids))[:CLUE_LIMIT],
        author=author,
        budget_keys=tuple(dict.fromkeys(keys)),
        since_ms=now_ms - policy.duplicate_hours * HOUR_MS,
        confirms=agent.addresses if agent and any(clue.purpose == Purpose.CONFIRMATION for clue in found) else (),
    )


def all_clues(reading: Reading, policy: Policy) -> tuple[Clue, ...]:
    """The mail's own clues; those of a returned letter first where the mail is a bounce."""
    own = clues(reading.mail, reading.envelope, policy)
    bounce = reading.verdict.bounce
    return own if bounce is None else tuple(dict.fromkeys((*_returned(bounce, policy), *own)))


def _returned(bounce: Bounce, policy: Policy) -> tuple[Clue, ...]:
    """Clues in the returned letter: the address that it was sent from, its Message-IDs, its subject."""
    splits = (split_address(address, policy.mailboxes) for address in bounce.addressed_to)
    carried = [(Carrier.ADDRESS, split.token) for split in splits if split and split.token]
    ids = bounce.message_ids[:CLUE_LIMIT]
    carried += [(Carrier.MESSAGE_ID, token) for one in ids if (token := split_message_id(one))]
    found = [
        Clue(
            carrier, token.number or None, token.purpose.value, token.mac, token.mac[:1], shown="of the returned letter"
        )
        for carrier, token in carried
    ]
    found += [Clue(Carrier.KNOWN_ID, message_id=one, shown=f"<{one}> returned") for one in ids]
    tags = {tag_number(bounce.subject, brand.tags) for brand in policy.brands.values()} - {None}
    tagged = Clue(Carrier.TAG, header="subject")
    found += [replace(tagged, number=number, shown=f"#{number} returned") for number in sorted(filter(None, tags))]
    return tuple(found)
