"""What a rule's conditions look at: one mail on its way to a ticket, and what the rules before have made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from mailgate.desk.clock.hours import is_open
from mailgate.desk.policy import Mailbox, Policy
from mailgate.desk.routing.rule import Actions
from mailgate.desk.routing.words import Text
from mailgate.desk.ticket import Customer
from mailgate.mail.model import Mail, Reading


class Seen:
    """Every form of a mail that a condition may ask for is made when the first one asks, and kept for the next."""

    def __init__(
        self, reading: Reading, mailbox: Mailbox, brand: str, customer: Customer | None, policy: Policy, now_ms: int
    ) -> None:
        self.reading = reading
        self.mailbox = mailbox
        self.brand = brand
        self.customer = customer
        self.policy = policy
        self.now_ms = now_ms
        self.actions = Actions()
        self._texts: dict[str, Text] = {}

    @property
    def mail(self) -> Mail:
        """The mail itself."""
        return self.reading.mail

    @cached_property
    def new_text(self) -> str:
        """What the author wrote: no quote, no signature; a bare forward is taken whole, since its quote is the
        matter."""
        return self.mail.reply_text_nosig.strip() or self.mail.reply_text.strip() or self.mail.text

    @cached_property
    def author(self) -> str:
        """The author's address, or empty."""
        return self.mail.author.key if self.mail.author else ""

    @cached_property
    def customer_tags(self) -> frozenset[str]:
        """What the admin and the desk's memory call this customer, by address and by domain."""
        named = self.policy.customer_tags
        remembered = self.customer.tags if self.customer else ()
        found = (*named.get(self.author, ()), *named.get(self.author.rpartition("@")[2], ()), *remembered)
        return frozenset(tag.casefold() for tag in found)

    def values(self, subject: str) -> tuple[str, ...]:
        """The values that a subject has in this mail; those of a ticket alone (``subjects.OF_TICKET``) have none."""
        kind, _, name = subject.partition(":")
        if kind == "header":
            return self.mail.headers_named(name)
        if kind == "field":
            return self._field(name)
        known = _VALUES.get(kind)
        return known(self) if known else ()

    def text(self, subject: str, accents: bool) -> Text:
        """A subject's values as one text for keywords, made once."""
        key = f"{subject}~" if accents else subject
        if key not in self._texts:
            self._texts[key] = Text("\n".join(self.values(subject)), accents)
        return self._texts[key]

    def measure(self, subject: str) -> int | None:
        """The mail's size in octets; nothing else of a mail is measured."""
        return self.mail.size if subject == "size" else None

    def tokens(self, key: str) -> frozenset[str]:
        """What an index looks up in a field (see ``Trigger``)."""
        if key == "from=":
            return frozenset((self.author,))
        if key == "from@":
            return frozenset(parents(self.author.rpartition("@")[2]))
        return self.text(key.rstrip("~"), key.endswith("~")).tokens

    def _field(self, name: str) -> tuple[str, ...]:
        actions = self.actions
        own = {"team": (actions.team,), "kind": (actions.kind,), "priority": (actions.priority,), "tag": actions.tags}
        return tuple(value for value in own.get(name, (actions.fields.get(name, ""),)) if value)


_VALUES: Mapping[str, Callable[[Seen], tuple[str, ...]]] = {
    "subject": lambda seen: (seen.mail.subject,),
    "body": lambda seen: (seen.new_text,),
    "text": lambda seen: (seen.mail.subject, seen.new_text),
    "from": lambda seen: (seen.author,) if seen.author else (),
    "from_name": lambda seen: (seen.mail.author.name,) if seen.mail.author else (),
    "to": lambda seen: tuple(
        {address.key for address in (*seen.mail.to, *seen.mail.cc)}
        | {a.lower() for a in seen.reading.envelope.recipients}
    ),
    "mailbox": lambda seen: (seen.mailbox.address,),
    "brand": lambda seen: (seen.brand,),
    "attachment": lambda seen: tuple(part.filename for part in seen.mail.attachments if not part.noise),
    "attachment_type": lambda seen: tuple(p.content_type.lower() for p in seen.mail.attachments if not p.noise),
    "attachment_risk": lambda seen: tuple(risk for part in seen.mail.attachments for risk in part.risks),
    "language": lambda seen: (seen.mail.language, seen.mail.language.partition("-")[0]),
    "customer_tag": lambda seen: tuple(seen.customer_tags),
    "verdict": lambda seen: (seen.reading.verdict.kind.value,),
    "proof": lambda seen: (seen.reading.sender.proof.value,),
    "hours": lambda seen: (("open" if _team_open(seen) else "closed"),),
}


def parents(domain: str) -> list[str]:
    """The domain and every domain above it: a rule for ``a.example`` takes ``mail.a.example`` too."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def _team_open(seen: Seen) -> bool:
    """Whether the team that the mail would go to is in; a team without hours always is."""
    brand = seen.policy.brands.get(seen.brand)
    team = seen.actions.team or seen.mailbox.team or (brand.default_team if brand else "")
    found = seen.policy.teams.get(team)
    hours = seen.policy.hours.get(found.hours) if found else None
    return hours is None or is_open(hours, seen.now_ms)
