"""Commands about who reads what: notes for agents, people who are copied in or left out, a third party who is asked."""

from __future__ import annotations

import re

from mailgate.desk.commands.names import addresses, agent_named, no_agent
from mailgate.desk.commands.scene import Meaning, Result, Scene, refuse
from mailgate.desk.effect import AddMessage, AddParticipant, Direction, Effect, RemoveParticipant, Visibility
from mailgate.desk.identity.rights import Act, allowed
from mailgate.desk.identity.token import scrub, split_address
from mailgate.desk.lifecycle import Happening
from mailgate.desk.outcome.orders import question
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.policy import Agent
from mailgate.desk.ticket import ParticipantRole, Ticket
from mailgate.mail.quotes.signature import without_device

_MENTION = re.compile(r"[@＠]([^\s@＠,，:：]+(?:@[^\s@＠,，:：]+)?)[\s,，:：]*")
MOST = 20
"""Addresses that one command lets in."""

NO_ADDRESS = phrase("whom? Write an address")


def _note(argument: str, scene: Scene) -> Result:
    """For all who work on the ticket; with ``@ana`` in front, Ana alone is told of it."""
    if not argument and not scene.case.has_words:
        return refuse(phrase("the note is empty"))
    told: list[str] = []
    rest = argument
    while named := _MENTION.match(rest):
        agent = agent_named(named[1], scene.policy)
        if agent is None:
            return refuse(no_agent(named[1], scene.policy))
        if allowed(Act.SEE_NOTES, agent, scene.ticket, scene.policy):
            return refuse(phrase("{name} may not see the notes of this ticket", name=agent.name or agent.id))
        told.append(agent.id)
        rest = rest[named.end() :]
    names = tuple(scene.policy.agents[one].name or one for one in told)
    said = phrase("kept as a note for {names}; nothing goes to the customer", names=names)
    return Result(told=tuple(told), note=True, said=said if told else KEPT)


KEPT = phrase("kept as a note; nothing goes to the customer")


def _cc(argument: str, scene: Scene) -> Result:
    """Others get what the customer gets; a colleague follows the ticket instead."""
    ticket, found = scene.ticket, addresses(argument)[:MOST]
    objection = _no_reader(found, scene)
    if objection or ticket is None:
        return refuse(objection or NO_ADDRESS)
    before = {who.email.lower(): who for who in ticket.participants}
    effects: list[Effect] = []
    undo: list[Effect] = []
    for address in found:
        agent = scene.policy.agent_by_address(address)
        role = ParticipantRole.FOLLOWER if agent else ParticipantRole.WATCHER
        email = agent.address if agent else address
        effects.append(AddParticipant(ticket.id, email, agent.name if agent else "", role, _by(scene)))
        if email.lower() not in before:
            undo.append(RemoveParticipant(ticket.id, email, "undone"))
    said = phrase("copied in: {addresses}", addresses=found)
    return Result(effects=tuple(effects), undo=tuple(undo), said=said)


def _uncc(argument: str, scene: Scene) -> Result:
    ticket, found = scene.ticket, addresses(argument)[:MOST]
    if ticket is None or not found:
        return refuse(NO_ADDRESS)
    people = {who.email.lower(): who for who in ticket.participants}
    if ticket.requester.email.lower() in {address.lower() for address in found}:
        return refuse(phrase("the requester cannot be left out"))
    missing = next((address for address in found if address.lower() not in people), "")
    if missing:
        return refuse(phrase("{address} gets no copies of this ticket", address=missing))
    gone = [people[address.lower()] for address in found]
    return Result(
        effects=tuple(RemoveParticipant(ticket.id, who.email, _by(scene)) for who in gone),
        undo=tuple(AddParticipant(ticket.id, who.email, who.name, who.role, "undone") for who in gone),
        said=phrase("gets no more copies: {addresses}", addresses=found),
    )


def _ask(argument: str, scene: Scene) -> Result:
    """The mail's words go to a third party under the desk's address; the ticket waits for the answer, and who asks
    reads it, whoever has the ticket. What stands behind the address is the letter's subject, in place of the
    customer's."""
    ticket, found = scene.ticket, addresses(argument)
    text = as_desk(scene.text, scene.agent, ticket)
    if ticket is None or len(found) != 1:
        return refuse(phrase("whom? Write one address behind #ask"))
    objection = _no_third(found[0], ticket, scene) or _unsaid(text)
    if objection:
        return refuse(objection)
    known = ticket.participant(found[0])
    third = AddParticipant(ticket.id, found[0], known.name if known else "", ParticipantRole.THIRD_PARTY, _by(scene))
    joins = (*(() if known else (third,)), *_asker(ticket, scene))
    return Result(
        happening=Happening.THIRD_ASKED,
        effects=(AddMessage(ticket.id, Direction.AGENT, Visibility.AGENTS, scene.agent.id, ("asked",), text), *joins),
        letters=(question(scene.case, ticket, found[0], scene.agent, text, _behind(argument, found[0])),),
        undo=tuple(RemoveParticipant(ticket.id, who.email, "undone") for who in joins),
        takes_text=True,
        said=phrase("asked {address}; the answer comes back as a note", address=found[0]),
    )


def _asker(ticket: Ticket, scene: Scene) -> tuple[AddParticipant, ...]:
    """Who does not have the ticket follows it from now on."""
    agent = scene.agent
    if ticket.assignee == agent.id or any(ticket.participant(address) for address in agent.addresses):
        return ()
    return (AddParticipant(ticket.id, agent.address, agent.name, ParticipantRole.FOLLOWER, _by(scene)),)


def as_desk(text: str, agent: Agent, ticket: Ticket | None) -> str:
    """An agent's words as they may leave the house: no token, no line of a telephone about itself, and the desk's
    address in place of the agent's own."""
    words = without_device(scrub(text).strip())
    if ticket is None or "@" not in words:
        return words
    own = "|".join(re.escape(address) for address in agent.addresses)
    return re.sub(rf"(?<![\w.+-])(?:{own})(?![\w-])", ticket.mailbox, words, flags=re.IGNORECASE)


def _no_reader(found: tuple[str, ...], scene: Scene) -> Phrase | None:
    if not found:
        return NO_ADDRESS
    ours = next((address for address in found if split_address(address, scene.policy.mailboxes)), "")
    return phrase("{address} is one of the desk's own", address=ours) if ours else None


def _no_third(address: str, ticket: Ticket, scene: Scene) -> Phrase | None:
    known = ticket.participant(address)
    if known and known.role is not ParticipantRole.THIRD_PARTY:
        return phrase("{address} is on the customer's side of this ticket; just answer", address=address)
    if scene.policy.agent_by_address(address):
        return phrase("{address} is a colleague; write #note @name", address=address)
    return _no_reader((address,), scene)


def _unsaid(text: str) -> Phrase | None:
    return None if text else phrase("there is nothing to ask; write it below the commands")


def _behind(argument: str, address: str) -> str:
    domain = address.rpartition("@")[2]
    at = argument.lower().find(domain)
    return scrub(argument[at + len(domain) :]).strip(" >:：") if at >= 0 else ""


def _by(scene: Scene) -> str:
    return f"by {scene.agent.id}"


COMMANDS: tuple[Meaning, ...] = (
    Meaning("note", _note, Act.NOTE, silent=True),
    Meaning("cc", _cc, Act.REPLY, example="eve@b.example"),
    Meaning("uncc", _uncc, Act.REPLY, example="eve@b.example"),
    Meaning("ask", _ask, Act.REPLY, destroys=True, silent=True, example="vendor@c.example"),
)
