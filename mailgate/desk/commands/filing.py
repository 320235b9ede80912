"""Commands that open a customer's ticket: a forwarded mail filed as theirs, a call written down, a mail split off."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.canned import Filling, fill, missing, wording
from mailgate.desk.commands.memory import taken_back
from mailgate.desk.commands.names import addresses, no_such
from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.effect import NEW_TICKET, Direction, RecordAct
from mailgate.desk.identity.rights import Act
from mailgate.desk.identity.token import scrub, split_address
from mailgate.desk.outcome.filed import Matter, file
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Policy
from mailgate.desk.query import Ask, MessageRow, Query
from mailgate.desk.ticket import Ticket
from mailgate.mail.forwarded import forwarded
from mailgate.mail.model import Address, Forwarded


def _whom(argument: str, asker: Asker) -> Wants:
    """Whether the customer may be acknowledged is the gate's to say."""
    brought = forwarded(asker.mail)
    named = addresses(argument)[:1] or ((brought.author.email,) if brought else ())
    return Wants(addresses=tuple(one.lower() for one in named), crew=asker.policy.crew)


def _as(argument: str, scene: Scene) -> Result:
    """The forwarded mail becomes a ticket of its author, or of the address named; words above it are a note."""
    brought, named = scene.case.forwarded, addresses(argument)[:1]
    if brought is None:
        return refuse(phrase("there is no forwarded mail in it; forward one whole, or write #new"))
    same = not named or named[0].lower() == brought.author.email.lower()
    who = brought.author if same else Address(named[0])
    note = scrub(scene.words)
    matter = Matter(who, brought.subject or scene.mail.subject, scrub(brought.text), note=note)
    said = phrase("filed as a ticket of {address}", address=who.email)
    return _filed(scene, matter, said, _line("as", argument, scene), takes_text=True)


def _new(argument: str, scene: Scene) -> Result:
    """A ticket on a customer's behalf: what they said stands below the command."""
    named = addresses(argument)[:1]
    if not named:
        return refuse(phrase("for whom? Write #new address subject"))
    before, _, after = argument.replace("＠", "@").partition(named[0].partition("@")[0])
    name = before.strip(" \"'<")
    subject = after.partition(named[0].rpartition("@")[2])[2].strip(" >:：") if after else ""
    text = scrub(scene.words)
    if not (subject or text):
        return refuse(phrase("about what? Write a subject behind the address, or the matter below"))
    matter = Matter(Address(named[0], name), subject or text.splitlines()[0][:100], text or subject, told=True)
    said = phrase("a ticket of {address} is open", address=named[0])
    return _filed(scene, matter, said, _line("new", argument, scene), takes_text=True)


def _which(argument: str, asker: Asker) -> Wants:
    """Who wrote last is seen from what was written on the ticket."""
    wrote = Query(Ask.TICKET, asker.brand, number=asker.number)
    return replace(_whom(argument, asker), queries=(wrote,) if asker.number else ())


def _split(argument: str, scene: Scene) -> Result:
    """The attached or quoted mail, else what the customer wrote last, as a ticket of its own, linked to this one."""
    ticket, brought = scene.ticket, scene.case.forwarded
    if ticket is None or not (brought or ticket.asked):
        return refuse(phrase("there is nothing to split off; attach or quote the mail"))
    who = brought.author if brought and brought.path else _wrote(ticket, scene, brought)
    subject = argument or (brought.subject if brought else "") or ticket.subject
    text = scrub(brought.text) if brought else ticket.asked
    matter = Matter(who, subject, text, ticket.language, related=ticket.id)
    return _filed(scene, matter, phrase("split off as a ticket of its own"), _line("split", argument, scene))


def _wrote(ticket: Ticket, scene: Scene, quoted: Forwarded | None) -> Address:
    """Whose the question is that is split off: several people may have written on the ticket. Of what the agent quotes
    nobody can tell, and it is the requester's."""
    answer = scene.answer(Query(Ask.TICKET, scene.asker.brand, number=scene.asker.number))
    rows = answer.rows if answer and quoted is None else ()
    customers = [row for row in rows if isinstance(row, MessageRow) and row.direction == Direction.CUSTOMER.value]
    asked = next((row for row in reversed(customers) if row.email and row.text.startswith(ticket.asked)), None)
    return Address(asked.email, asked.author) if asked else Address(ticket.requester.email, ticket.requester.name)


def _line(name: str, argument: str, scene: Scene) -> str:
    """The command as the agent wrote it, which ``#undo`` will repeat."""
    written = (one.line for one in scene.case.commands if (one.name, one.argument) == (name, argument))
    return next(written, f"#{name} {argument}".strip())


def _filed(scene: Scene, matter: Matter, said: Phrase, line: str, takes_text: bool = False) -> Result:
    """The result with the plan of the new ticket. ``#undo`` takes that back; it is asked for where the transcript
    leads: on the ticket that a mail was split off, else on the new one."""
    objection = no_customer(matter.who.email, scene.policy)
    if objection:
        return refuse(objection)
    plan = file(scene.case, scene.agent, matter)
    if plan.outcome is Outcome.HOLD:
        return refuse(phrase("a rule holds such mail: {why}", why=plan.trace[-1]))
    known = NEW_TICKET if matter.related is None else matter.related
    act = RecordAct(known, scene.agent.id, line, taken_back(NEW_TICKET, matter.related))
    plan = replace(plan, effects=(*plan.effects, act))
    told = phrase("the customer is told") if not plan.acknowledge else phrase("the customer is not told")
    return Result(more=(plan,), takes_text=takes_text, said=phrase("{what}; {told}", what=said, told=told))


def no_customer(address: str, policy: Policy) -> Phrase | None:
    """Why that address can have no ticket filed for it."""
    if split_address(address, policy.mailboxes):
        return phrase("{address} is one of the desk's own", address=address)
    if policy.agent_by_address(address):
        return phrase("{address} is a colleague's", address=address)
    return None


def _canned(argument: str, scene: Scene) -> Result:
    """The ready reply of that name, filled for this ticket, above the mail's own words."""
    found = next((each for each in scene.policy.canned.values() if each.name.casefold() == argument.casefold()), None)
    if found is None or scene.ticket is None:
        return refuse(no_such(phrase("ready reply"), argument, [each.name for each in scene.policy.canned.values()]))
    spoken = scene.ticket.language if scene.ticket.language != "und" else scene.brand.language
    text = wording(found, spoken)
    filling = Filling(scene.ticket, scene.agent, scene.policy, spoken)
    empty = missing(text, filling)
    if empty:
        return refuse(phrase("the ready reply needs what the ticket has not: {names}", names=empty))
    return Result(words=fill(text, filling), said=phrase("with the ready reply {name}", name=found.name))


COMMANDS: tuple[Meaning, ...] = (
    Meaning("canned", _canned, Act.REPLY, example="refund"),
    Meaning("split", _split, destroys=True, wants=_which),
    Meaning("as", _as, Act.OPEN, needs_ticket=False, silent=True, wants=_whom, example="ana@b.example"),
    Meaning("new", _new, Act.OPEN, needs_ticket=False, silent=True, wants=_whom, example="ana@b.example Subject"),
)
