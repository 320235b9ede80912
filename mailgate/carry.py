"""A plan is carried out: completed by what follows from it, its letters composed, all of it written.

Mails and duties end here alike, inside the transaction of the caller:

============  =================================================================================================
step          what happens
============  =================================================================================================
give          what a schedule or a rule opens gets its agent in its team's way (``assign.given``)
open          a new ticket gets its number, so that letters can name it
follow        the admin's rules on events are asked (``desk.follow``)
family        a ticket goes on when the last one has ended that it waits for (``desk.family``)
arm           states start and stop their timers (``desk.clock.arming``)
wind          the clocks of promises move on (``desk.clock.wind``), after all that moves them
say           notes of the desk itself are put in the brand's language
compose       letters get their bytes, Message-IDs and dates
write         rows
more          the plans that this one brings with it, each the same way
============  =================================================================================================

``Desk.under`` is the desk with the agents who work there now: who was dismissed by mail is a stranger from the commit
on, in every process.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mailgate.desk.clock.arming import arm, changed
from mailgate.desk.clock.wind import touched, wind
from mailgate.desk.effect import NEW_TICKET, AddNote, Effect, OpenTicket
from mailgate.desk.family import ends, resume
from mailgate.desk.follow import Scene, follow
from mailgate.desk.following import as_left, following
from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import Letter
from mailgate.desk.phrase import Phrase
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Policy
from mailgate.desk.roster import Roster, with_roster
from mailgate.desk.routing.assign import given
from mailgate.desk.routing.events import EventRules
from mailgate.desk.routing.route import Router
from mailgate.desk.ticket import Ticket
from mailgate.duties.alert import broken_template
from mailgate.letters.compose import Composer
from mailgate.letters.phrases import spoken
from mailgate.logs import get
from mailgate.mail.classify import Ours
from mailgate.mail.contents import Contents
from mailgate.mail.model import Reading
from mailgate.store.database import Tx
from mailgate.store.draft import DeliveryRow

log = get("gateway")


@dataclass(frozen=True)
class Desk:
    """Everything that decides about a mail, of one generation of the config. ``told`` are the broken templates that
    this process has told the admins of."""

    policy: Policy
    router: Router
    tokens: Tokens
    composer: Composer
    ours: Ours
    events: EventRules
    told: set[str] = field(default_factory=set)
    _under: list[tuple[object, Desk]] = field(default_factory=list, repr=False, compare=False)

    def under(self, roster: Roster) -> Desk:
        """The desk with the agents in force. No rule is compiled anew, and the last one asked for is kept."""
        changes = (roster.added, roster.dismissed)
        if not any(changes):
            return self
        if not self._under or self._under[0][0] != changes:
            policy = with_roster(self.policy, roster)
            desk = replace(
                self,
                policy=policy,
                router=replace(self.router, policy=policy),
                composer=self.composer.under(policy),
                events=replace(self.events, policy=policy),
                _under=[],
            )
            self._under[:] = [(changes, desk)]
        return self._under[0][1]


@dataclass(frozen=True, slots=True)
class Source:
    """The mail that a plan is about: its reading and its bytes, and the delivery that the plan settles."""

    row: DeliveryRow
    reading: Reading
    raw: bytes


def carry_out(
    tx: Tx, source: Source, plan: Plan, desk: Desk, now_ms: int
) -> tuple[Plan, Ticket | None, tuple[Letter, ...]]:
    """A mail's plan; returns it with what followed from it, the ticket that it is about, and all letters."""
    plan, ticket, letters = _carry(tx, source, source.row, plan, None, desk, now_ms)
    for letter in letters:
        _tell_admins(tx, letter, desk, now_ms)
    return plan, ticket, letters


def act(tx: Tx, ticket: Ticket | None, plan: Plan, desk: Desk, now_ms: int) -> tuple[Letter, ...]:
    """What the hour brings: the plan of a duty. ``ticket`` is the one that it is about; without one the plan may open
    one, or name it."""
    return _carry(tx, None, None, plan, ticket, desk.under(tx.roster()), now_ms)[2]


def opened(tx: Tx, plan: Plan, desk: Desk, now_ms: int) -> tuple[Plan, Ticket | None]:
    """The ticket that a plan without a mail opens, for who wants its number before ``act``; and the plan, which now
    says who has it."""
    plan = _given(tx, plan, desk.under(tx.roster()), now_ms)
    return plan, tx.open(plan, now_ms, desk.composer.clock.token_hex(16))


def _carry(
    tx: Tx,
    source: Source | None,
    row: DeliveryRow | None,
    plan: Plan,
    ticket: Ticket | None,
    desk: Desk,
    now_ms: int,
) -> tuple[Plan, Ticket | None, tuple[Letter, ...]]:
    plan = plan if row or ticket else _given(tx, plan, desk, now_ms)
    ticket = ticket or tx.open(plan, now_ms, desk.composer.clock.token_hex(16))
    reading, raw = (source.reading, source.raw) if source else (None, None)
    plan = _completed(tx, plan, ticket, reading, desk, now_ms)
    plan = _in_words(plan, ticket, desk.policy)
    attachments = reading.mail.attachments if reading else ()
    letters = desk.composer.compose(plan.letters, as_left(plan, ticket), raw, Contents().to_carry, now_ms, attachments)
    tx.write(row, reading, raw, plan, ticket, letters, now_ms)
    for more in following(plan, ticket):
        letters += _carry(tx, source, None, more, None, desk, now_ms)[2]
    return plan, ticket, letters


def _given(tx: Tx, plan: Plan, desk: Desk, now_ms: int) -> Plan:
    """A ticket that no mail opens and that is to be given out (``Plan.then``) gets its agent in its team's way."""
    opened = next((each for each in plan.effects if isinstance(each, OpenTicket)), None)
    if opened is None or plan.then is None:
        return plan
    policy = desk.policy
    names = tuple(agent.id for agent in policy.members(opened.team))
    crew = tx.crew_for(opened.brand, opened.requester.email, names)
    mine = given(opened, crew, tx.roster().absences, policy, now_ms)
    return replace(plan, effects=tuple(mine if each is opened else each for each in plan.effects))


def _completed(tx: Tx, plan: Plan, ticket: Ticket | None, reading: Reading | None, desk: Desk, now_ms: int) -> Plan:
    """The plan with what follows from it; a desk without rules on events and without promises pays next to nothing."""
    if desk.events or plan.then is not None:
        named = tx.known({getattr(effect, "ticket", NEW_TICKET) for effect in plan.effects} - {NEW_TICKET})
        plan = follow(plan, ticket, named, Scene(desk.events, tx, now_ms, reading))
    if ticket and ends(plan, ticket):
        resumed = resume(ticket, *tx.family(ticket), desk.policy, now_ms)
        plan = replace(plan, more=(*plan.more, resumed)) if resumed else plan
    plan = arm(plan, ticket, tx.known(changed(plan, ticket)), desk.policy, now_ms)
    if desk.policy.sla:
        plan = wind(plan, ticket, tx.known(touched(plan)).values(), desk.policy, now_ms)
    return plan


def _in_words(plan: Plan, ticket: Ticket | None, policy: Policy) -> Plan:
    """The plan with the desk's own notes as its agents read them."""
    if ticket is None or not any(type(each) is AddNote and isinstance(each.text, Phrase) for each in plan.effects):
        return plan
    language = policy.brands[ticket.brand].language

    def said(each: Effect) -> Effect:
        return replace(each, text=spoken(each.text, language)) if isinstance(each, AddNote) else each

    return replace(plan, effects=tuple(map(said, plan.effects)))


def _tell_admins(tx: Tx, letter: Letter, desk: Desk, now_ms: int) -> None:
    """A template that failed is told to the admins, each once a generation; the plain letter is on its way already."""
    if letter.failed_template and letter.failed_template not in desk.told:
        desk.told.add(letter.failed_template)
        log.error("a template failed; the plain built-in letter went out", template=letter.failed_template)
        act(tx, None, broken_template(letter.failed_template, letter.brand, desk.policy), desk, now_ms)
