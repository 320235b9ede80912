"""From settings to working parts: the desk that decides, the senses that read, the database, the relay.

Every process builds its own after the fork; the commands that need no daemon (``explain``, ``held release``) build the
same, so that they decide the same.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping

from mailgate.clock import Clock
from mailgate.config.settings import Settings
from mailgate.config.shipped import shipped
from mailgate.desk.identity.token import Tokens, split_address
from mailgate.desk.policy import Policy, ProofProfile
from mailgate.desk.routing.events import compile_events
from mailgate.desk.routing.route import compile as compile_rules
from mailgate.edges.dns import DnsResolver, NoDns
from mailgate.edges.imap_in.cursor import Cursor, Gap
from mailgate.edges.settings import Dkim
from mailgate.gateway import Desk, Senses
from mailgate.letters.compose import Composer
from mailgate.letters.render import Templates
from mailgate.mail.classify import Ours
from mailgate.mail.identity.proof import Profile, Resolver
from mailgate.store.cursors import ImapCursors
from mailgate.store.database import Store


def ours_of(policy: Policy) -> Ours:
    """Which addresses and Message-IDs are our own."""
    addresses = frozenset(box.address.lower() for box in policy.mailboxes)
    return Ours(addresses, frozenset(address.rpartition("@")[2] for address in addresses))


def resolver_of(settings: Settings, clock: Clock) -> Resolver:
    """How DNS is asked, or that it is not (``desk.dns = false``)."""
    return DnsResolver(clock) if settings.dns else NoDns()


def senses_of(settings: Settings, clock: Clock) -> Senses:
    """What a worker reads mail with."""
    profiles = tuple((box, _profile(box.proof)) for box in settings.policy.mailboxes)
    return Senses(ours_of(settings.policy), profiles, resolver_of(settings, clock))


def desk_of(settings: Settings, clock: Clock) -> Desk:
    """What decides and composes, for the config in force."""
    templates = Templates.load(settings.templates, settings.brand_templates)
    return _desk(settings.policy, templates, clock, settings.dkim)


def plain_desk(policy: Policy, clock: Clock) -> Desk:
    """A desk of a policy alone, with the shipped templates and unsigned letters."""
    return _desk(policy, Templates.load(shipped("templates")), clock, {})


def _desk(policy: Policy, templates: Templates, clock: Clock, dkim: Mapping[str, Dkim]) -> Desk:
    tokens = Tokens(policy.secrets)
    composer = Composer(policy, tokens, templates, clock, dkim)
    return Desk(policy, compile_rules(policy), tokens, composer, ours_of(policy), compile_events(policy))


def _profile(proof: ProofProfile) -> Profile:
    return Profile(proof.authserv_id, proof.topmost, proof.trusted_relays, proof.below)


class DeskRecipients:
    """What the front must know: which addresses are ours, and who may log in to send (``smtp_in.front.Recipients``)."""

    def __init__(self, settings: Settings) -> None:
        """Of one generation of the config."""
        self._mailboxes = settings.policy.mailboxes
        self._tokens = Tokens((*settings.policy.secrets, *settings.policy.retired))
        self._logins = settings.logins

    def knows(self, address: str, *, handed_on: bool = False) -> bool:
        """Whether mail to it is ours: a mailbox, with or without a subaddress. A token that we did not make is an
        unknown address, unless it was ``handed_on`` by our own mail server, which would have to bounce it."""
        split = split_address(address, self._mailboxes)
        if split is None or handed_on:
            return split is not None
        return not split.pretends and (split.token is None or self._tokens.made(split.token))

    def agent_login(self, user: str, password: bytes) -> str | None:
        """The agent's address, or None; an unknown user takes as long as a wrong password."""
        login = self._logins.get(user)
        expected = login.password.read() if login else ""
        same = hmac.compare_digest(hashlib.sha256(expected.encode()).digest(), hashlib.sha256(password).digest())
        return login.address if login and expected and same else None


def cursors_of(store: Store) -> ImapCursors[Cursor]:
    """Where IMAP is in each folder, as the database has it."""
    return ImapCursors(store, _cursor, Gap)


def _cursor(uidvalidity: int, low: int, gaps: tuple[object, ...]) -> Cursor:
    return Cursor(uidvalidity, low, tuple(gap for gap in gaps if isinstance(gap, Gap)))


def open_store(
    settings: Settings, clock: Clock, *, checkpoints: bool = False, announce: Callable[[str], None] = lambda _line: None
) -> Store:
    """This process's own connection to the database; raises ``Temporary`` while it is away."""
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store.open(
        settings.database_url,
        clock=clock,
        audit_key=settings.policy.audit_key,
        checkpoints=checkpoints,
        announce=announce,
    )
