"""What the desk must know before it can decide about a mail: asked of the store once, in one go, under its locks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailgate.desk.commands.line import Command, find
from mailgate.desk.commands.scene import Asker
from mailgate.desk.commands.vocabulary import wanted
from mailgate.desk.delivery import Delivery
from mailgate.desk.facts import Clue
from mailgate.desk.gate import (
    REPORTED,
    budget_keys,
    nudge_keys,
    privacy_keys,
    transcript_keys,
    undelivered_keys,
)
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.outcome.wish import WishKind, claims, own_tickets, wish
from mailgate.desk.policy import Agent, Policy
from mailgate.desk.query import TERMS, Query, Terms
from mailgate.desk.routing.route import Router
from mailgate.desk.threading.clue import CLUE_LIMIT
from mailgate.desk.threading.evidence import all_clues
from mailgate.mail.model import Proof, Reading, VerdictKind

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Questions:
    """``clues`` may lead to tickets of ``brand``; ``message_ids`` may be letters of ours; ``author`` (lower case, empty
    when unknown) may be a customer with open tickets since ``since_ms``; ``budget_keys`` are to be counted. Mails of
    ``confirms`` (an agent's addresses, lower case) may be held until they are confirmed.

    ``numbers`` are tickets that commands name; ``queries`` are to be answered; ``acts_of`` is the agent whose last act
    on the clues' ticket is wanted (``#undo``); ``crew`` are the agents among whom a new ticket may be given to one;
    ``family``: the parent and the children of the clues' ticket are wanted. ``owner`` is the agent whose open tickets
    are wanted: an automatic mail says that the agent is away. Of the crew, ``load`` wants how many tickets each holds,
    ``sticky`` who served the author last: looks that a team in turn does not need. ``terms`` are those on which queries
    are answered. ``fingerprint`` is that of the alert that a mail of monitoring is about."""

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
    fingerprint: str = ""
    owner: str = ""
    load: bool = True
    sticky: bool = True
    terms: Terms = TERMS


def ask(reading: Reading, delivery: Delivery, policy: Policy, now_ms: int, router: Router | None = None) -> Questions:
    """What to look up for one delivery; with a ``router``, the ticket of the alert too that the mail may be about."""
    sighting = router.sighted(reading, delivery.mailbox, delivery.brand, now_ms) if router and router.alerts else None
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
    if bounce:
        keys += undelivered_keys((who.email for who in bounce.recipients[:REPORTED]), now_ms)
    plain = Questions(
        brand=delivery.brand,
        clues=found,
        message_ids=tuple(dict.fromkeys(ids))[:CLUE_LIMIT],
        author=author,
        budget_keys=tuple(dict.fromkeys(keys)),
        since_ms=now_ms - policy.duplicate_hours * HOUR_MS,
        confirms=agent.addresses if agent and any(clue.purpose == Purpose.CONFIRMATION for clue in found) else (),
        crew=policy.crew if reading.verdict.kind is not VerdictKind.BOUNCE and not (agent and numbers) else (),
        owner=agent.id if agent and reading.verdict.kind is VerdictKind.AUTO_REPLY else "",
        load=policy.weighs_load,
        sticky=policy.sticks,
        terms=Terms(now_ms, policy.priorities),
        fingerprint=sighting.fingerprint if sighting else "",
    )
    return _commanded(plain, agent, reading, policy, now_ms) if agent else _wished(plain, reading, numbers[:3], now_ms)


def _commanded(plain: Questions, agent: Agent, reading: Reading, policy: Policy, now_ms: int) -> Questions:
    """What the commands of an agent's mail want to know on top; a mail without any asks for nothing more."""
    control = any(clue.purpose == Purpose.CONTROL for clue in plain.clues)
    commands, _ = find(reading.mail, reading.sender, control)
    if not commands and reading.mail.reply_text_nosig.strip() and not control:
        return plain
    number = next((clue.number for clue in plain.clues if clue.number), 0)
    # What comes to a control address without a command may be filed, as ``freshly`` does.
    wants = wanted(
        commands or ((Command("as", "", ""),) if control else ()),
        Asker(agent, policy, plain.brand, number, now_ms, reading.mail),
    )
    keys = [key for address in wants.addresses for key in budget_keys(address, (), now_ms, True)]
    keys += transcript_keys(agent.id, now_ms)
    return replace(
        plain,
        budget_keys=tuple(dict.fromkeys((*plain.budget_keys, *keys))),
        numbers=wants.numbers,
        queries=wants.queries,
        acts_of=agent.id if wants.last_act else "",
        crew=wants.crew or plain.crew,
        owner=agent.id if wants.owned else plain.owner,
        family=wants.family,
    )


def _wished(plain: Questions, reading: Reading, numbers: tuple[int, ...], now_ms: int) -> Questions:
    """What a customer's own wish wants to know on top; most mails have none."""
    found, claimed = wish(reading.mail), claims(reading.mail)
    if found is None and claimed is None:
        return plain
    keys = privacy_keys(plain.author, now_ms) if claimed else ()
    if found and plain.author:
        keys += budget_keys(plain.author, numbers, now_ms, reading.sender.proof is Proof.PASS, LetterKind.STATUS)
    if found and found.kind is WishKind.NUDGE:
        keys += nudge_keys(numbers, now_ms)
    lists = found is not None and found.kind is WishKind.STATUS and reading.sender.proof is Proof.PASS
    return replace(
        plain,
        budget_keys=tuple(dict.fromkeys((*plain.budget_keys, *keys))),
        queries=(own_tickets(plain.brand, plain.author),) if lists else (),
    )
