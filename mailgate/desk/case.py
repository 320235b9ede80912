"""One delivery on the desk: the mail, what the store knows, what the admin wants, and what has been concluded so far.

Every stage of ``decide`` is given a ``Case`` and answers with a ``Plan`` or with None, "not mine". What several stages
need (where the mail belongs, what the author may do, which commands it carries) is worked out once, here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from mailgate.desk.commands.line import Command, find, split
from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import Cause, Effect, HoldMail
from mailgate.desk.facts import Clue, Facts
from mailgate.desk.identity.token import Tokens, split_address
from mailgate.desk.identity.trust import Held, Trust, Who, judge
from mailgate.desk.letter import LetterOrder, Purpose
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Brand, Policy
from mailgate.desk.routing.alerts import Sighting
from mailgate.desk.routing.route import Router
from mailgate.desk.threading.evidence import all_clues
from mailgate.desk.threading.thread import Placement, place
from mailgate.desk.ticket import Ticket
from mailgate.mail.forwarded import forwarded
from mailgate.mail.model import Address, Forwarded, Mail, Proof, Reading, Sender, VerdictKind
from mailgate.mail.quotes.signature import is_signature_of


@dataclass(frozen=True)
class Case:
    """Everything that is known about one delivery."""

    reading: Reading
    delivery: Delivery
    facts: Facts
    policy: Policy
    router: Router
    now_ms: int

    @property
    def mail(self) -> Mail:
        """The mail."""
        return self.reading.mail

    @property
    def author(self) -> Address | None:
        """The strict author, or None; of a mail that an admin released, the first who is named in From will do."""
        named = self.reading.mail.from_
        return self.reading.mail.author or (named[0] if named and self.delivery.released else None)

    @cached_property
    def sender(self) -> Sender:
        """Who sent it and how far that is proved; a confirmation counts as proof."""
        if not self.delivery.confirmed:
            return self.reading.sender
        return replace(self.reading.sender, proof=Proof.PASS, method="confirmation", signed_headers=None)

    @cached_property
    def sighting(self) -> Sighting | None:
        """Which alert of monitoring the mail is about, or None."""
        return self.router.sighted(self.reading, self.delivery.mailbox, self.delivery.brand, self.now_ms)

    @cached_property
    def tokens(self) -> Tokens:
        """Verifies what the clues claim."""
        return Tokens(self.policy.good_keys(self.now_ms))

    @property
    def brand(self) -> Brand:
        """The brand that the mail was sent to."""
        return self.policy.brands[self.delivery.brand]

    @cached_property
    def clues(self) -> tuple[Clue, ...]:
        """All evidence of where the mail belongs, best first."""
        asked = self.facts.clues
        return all_clues(self.reading, self.policy) if asked is None else asked

    @property
    def named(self) -> int:
        """The number of the ticket that the first clue names, proved or not; 0 for none."""
        return next((clue.number for clue in self.clues if clue.number), 0)

    @cached_property
    def placement(self) -> Placement:
        """Where the clues lead; see ``thread``."""
        return place(self.clues, self.facts, self.sender, self.delivery.brand, self.policy, self.now_ms, self.tokens)

    @property
    def ticket(self) -> Ticket | None:
        """The ticket that the mail belongs to, or None."""
        return self.placement.ticket

    @cached_property
    def agent(self) -> Agent | None:
        """The enrolled agent that the author says to be, or None."""
        return self.policy.agent_by_address(self.author.email) if self.author else None

    @cached_property
    def _split(self) -> tuple[tuple[Command, ...], str]:
        if not self.agent:
            return (), self.mail.reply_text
        return find(self.mail, self.sender, self.placement.purpose is Purpose.CONTROL)

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands of an agent's mail; a customer's are text (S-32)."""
        return self._split[0]

    @property
    def text(self) -> str:
        """The new text, without commands."""
        return self._split[1]

    @cached_property
    def words(self) -> str:
        """The new text, without commands and signature; an agent's own name with a few lines below it, which some
        programs put under every mail without a mark, is one."""
        said = self.mail.reply_text_nosig
        if self.agent is None:
            return said.strip()
        words = split(said)[1].strip()
        names = (self.agent.name, self.author.name if self.author else "")
        return "" if is_signature_of(words, names) else words

    @property
    def has_words(self) -> bool:
        """Whether an agent's mail says anything beyond its commands: a signature alone, or its logo, is no answer."""
        return bool(self.words) or any(
            not (part.noise or part.inline or part.path in self.split_off) for part in self.mail.attachments
        )

    @cached_property
    def split_off(self) -> frozenset[str]:
        """The part paths of attached mails that ``#split`` makes a ticket of: they are somebody else's, and no part of
        an answer."""
        if not any(command.name == "split" for command in self.commands):
            return frozenset()
        types = ((part.path, {part.content_type, part.claimed_type}) for part in self.mail.attachments)
        return frozenset(path for path, names in types if any(name.startswith("message/") for name in names))

    @cached_property
    def forwarded(self) -> Forwarded | None:
        """The mail that this one forwards, attached or in its text; None where it forwards none, or one of ours."""
        found = forwarded(self.mail)
        return None if found is None or split_address(found.author.email, self.policy.mailboxes) else found

    @property
    def genuine(self) -> bool:
        """Whether a person wrote it: a word that acts counts in no other mail (DESIGN: trust)."""
        return self.reading.verdict.kind is VerdictKind.GENUINE and not self.reading.verdict.automatic

    @property
    def acts(self) -> bool:
        """Whether the mail would do something that only an agent may: a command, or an answer to a customer."""
        place = self.placement
        answers = place.ticket is not None and place.held is Held.OWN and place.purpose is Purpose.AGENT
        return bool(self.commands) or answers

    @cached_property
    def trust(self) -> Trust:
        """What the author may do; see ``trust``."""
        where = self.placement
        if where.long_closed and where.who in (Who.PARTICIPANT, Who.THIRD, Who.STRANGER):
            # What it was on is over; the mail opens a ticket, and is answered as a first one is.
            return judge(Who.FIRST, Who.FIRST, Held.NONE, self.sender.proof, False, self.policy.trust)
        return judge(where.who, where.as_requester, where.held, self.sender.proof, self.acts, self.policy.trust)

    @property
    def marks(self) -> tuple[str, ...]:
        """What agents are warned of when they read the mail."""
        return (*self.trust.treatment.marks, "not read whole") if self.mail.minimal else self.trust.treatment.marks

    @property
    def language(self) -> str:
        """The author's language: what they wrote in, else what is remembered, else the brand's."""
        remembered = self.facts.customer.language if self.facts.customer else "und"
        known = (self.mail.language, remembered, self.brand.language)
        return next((tag for tag in known if tag not in ("", "und")), "en")

    @property
    def attachments(self) -> tuple[str, ...]:
        """The part paths of the attachments that somebody wants to see."""
        parts = (part.path for part in self.mail.attachments if not part.noise)
        return tuple(path for path in parts if path not in self.split_off)

    def trace(self, *lines: str) -> tuple[str, ...]:
        """The lines of the decision: what kind of mail, the clues, the trust, then the caller's."""
        verdict = self.reading.verdict
        evidence = f" ({verdict.evidence[0]})" if verdict.evidence else ""
        proved = f"sender: proof {self.sender.proof.value}" + (
            f" by {self.sender.method}" if self.sender.method else ""
        )
        return (
            f"verdict: {verdict.kind.value}{evidence}",
            proved,
            *self.placement.trace,
            *(line for line in lines if line),
        )

    def plan(
        self,
        outcome: Outcome,
        effects: Iterable[Effect],
        letters: Iterable[LetterOrder] = (),
        trace: Iterable[str] = (),
        acknowledge: str = "not applicable",
        rule: str = "",
        ticket: int | None = None,
    ) -> Plan:
        """A plan of this case, with its trace and generation."""
        return Plan(
            outcome=outcome,
            effects=tuple(effects),
            letters=tuple(letters),
            trace=self.trace(*trace),
            acknowledge=acknowledge,
            ticket=ticket,
            rule=rule,
            generation=self.policy.generation,
        )

    def hold(
        self, cause: Cause, detail: str, effects: Iterable[Effect] = (), letters: Iterable[LetterOrder] = ()
    ) -> Plan:
        """The plan that keeps the mail aside under a named cause."""
        plan = self.plan(
            Outcome.HOLD, (HoldMail(cause, detail), *effects), letters, (f"held: {cause.value}: {detail}",)
        )
        return replace(plan, cause=cause, ticket=self.ticket.id if self.ticket else None)
