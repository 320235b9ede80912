"""``doctor --roundtrip``: one mail through the relay to each mailbox, and what of it comes back.

The mail carries tokens as our letters do, so that its way shows which carriers the provider lets through:

================  ==================================================  ==========================================
carrier           lost, when                                          then
================  ==================================================  ==========================================
address           no recipient of what came back has the subaddress   set ``subaddress = "none"`` for the mailbox
Message-ID        the relay put its own in its place                  References carries it too
References        somebody took the header out                        answers are known by the other carriers
reference line    the text was changed                                the same
================  ==================================================  ==========================================

The daemon fetches it as any other mail and holds it, since the desk is its author; it is dropped again here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from mailgate.assembly import open_store
from mailgate.clock import Clock
from mailgate.config.settings import Settings
from mailgate.desk.identity.token import REFERENCE, Tokens
from mailgate.desk.letter import Purpose
from mailgate.desk.policy import Mailbox, Subaddress
from mailgate.doctor.finding import Finding, Level
from mailgate.edges.smtp_out.relay import open_relay
from mailgate.edges.spool.lock import SpoolLock
from mailgate.edges.spool.spool import Entry, Spool
from mailgate.errors import MailgateError
from mailgate.store.held import list_held

TOPIC = "roundtrip"
LOOK_S = 0.5
SETTLED_S = 10.0
BY = "doctor"
NOT_SENT = "no mail can go round"
ADVICE = {
    "address": 'set subaddress = "none" for this mailbox: answers are known by the other carriers',
    "Message-ID": "the relay puts its own in its place; References carries ours too",
    "References": "somebody takes the header out; the other carriers serve",
    "reference line": "somebody changes texts on the way; the other carriers serve",
}

Pause = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Probe:
    """One mail that was sent: to which mailbox, and what to look for in what comes back."""

    box: Mailbox
    nonce: str
    address: str
    message_id: str
    reference: str
    line: str

    def survivors(self, entry: Entry, raw: bytes) -> list[str]:
        """The carriers that are still there."""
        header, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        head = header.decode("utf-8", "replace").replace("\n ", " ").replace("\n\t", " ").lower().splitlines()
        told = [line for line in head if line.startswith(("to:", "delivered-to:", "x-original-to:"))]
        places = " ".join((*entry.envelope.recipients, *told)).lower()
        found = {
            "address": self.address.lower() in places,
            "Message-ID": any(line.startswith("message-id:") and self.message_id in line for line in head),
            "References": any(line.startswith("references:") and self.reference in line for line in head),
            "reference line": self.line.encode() in body,
        }
        return [name for name in self.carriers() if found[name]]

    def carriers(self) -> list[str]:
        """The carriers that it left with."""
        bare = self.box.subaddress is Subaddress.NONE
        return [name for name in ADVICE if not (bare and name == "address")]


def roundtrip(
    settings: Settings, clock: Clock, patience_s: float, told: Callable[[str], None], pause: Pause
) -> Iterator[Finding]:
    """Send, wait up to ``patience_s`` seconds, and say what came back; ``told`` hears how it goes on."""
    if settings.relay.kind != "smtp":
        yield Finding(TOPIC, Level.LOOK, f"{NOT_SENT}: letters go to a {settings.relay.kind}", "set [smtp.out]")
        return
    if not SpoolLock(settings.spool_path).held():
        yield Finding(TOPIC, Level.LOOK, f"{NOT_SENT}: the daemon is not running", "start it: mailgate serve")
        return
    spool = Spool.open(settings.spool_path, clock)
    try:
        seen = spool.newest()
        probes = _send(settings, clock)
        told(f"sent one mail to each of {len(probes)} mailboxes; waiting up to {patience_s:.0f} s for them")
        came = _wait(probes, spool, seen, clock.monotonic() + patience_s, clock, told, pause)
        for probe in probes:
            yield from _judged(probe, came.get(probe.nonce), spool)
        _clear(settings, clock, [entry.key for entry in came.values()], pause)
    except MailgateError as error:
        yield Finding(TOPIC, Level.BAD, str(error), "see docs/operations.md")
    finally:
        spool.close()


def _send(settings: Settings, clock: Clock) -> list[Probe]:
    courier = open_relay(settings.relay, clock)
    probes = [_probe(box, settings, clock) for box in settings.policy.mailboxes]
    try:
        for probe in probes:
            sender = settings.policy.brands[probe.box.brand].address
            courier.send(sender, probe.address, _written(probe, sender, clock))
    finally:
        courier.close()
    return probes


def _probe(box: Mailbox, settings: Settings, clock: Clock) -> Probe:
    """Tokens that are made as all others, for a ticket that there never was."""
    tokens, nonce = Tokens(settings.policy.secrets), clock.token_hex(8)
    domain = box.address.rpartition("@")[2]

    def named(unique: str) -> str:
        return tokens.message_id(Purpose.CUSTOMER, 0, nonce, box.address, unique, domain).lower()

    address = tokens.address(box, Purpose.CONTROL, 0, nonce, box.address)
    code = tokens.sign(Purpose.CUSTOMER, nonce, box.address)
    line = REFERENCE.format(number=0, purpose=Purpose.CUSTOMER.value, mac=code)
    return Probe(box, nonce, address, named(nonce), named(f"{nonce}.r"), line)


def _written(probe: Probe, sender: str, clock: Clock) -> bytes:
    message = EmailMessage()
    message["Date"] = formatdate(clock.now_ms() / 1000)
    message["From"], message["To"] = sender, probe.address
    message["Subject"] = f"mailgate roundtrip {probe.nonce}"
    message["Message-ID"], message["References"] = f"<{probe.message_id}>", f"<{probe.reference}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"A mail of `mailgate doctor --roundtrip`. It can be deleted.\n\n{probe.line}\n")
    return message.as_bytes(policy=SMTP)


def _wait(
    probes: Sequence[Probe],
    spool: Spool,
    seen: int,
    until: float,
    clock: Clock,
    told: Callable[[str], None],
    pause: Pause,
) -> dict[str, Entry]:
    """Nonce → the entry that brought the mail back."""
    came: dict[str, Entry] = {}
    while len(came) < len(probes) and clock.monotonic() < until:
        for entry in spool.after(seen):
            seen, raw = entry.seq, spool.raw(entry.key)
            for probe in probes:
                if probe.nonce.encode() in raw and probe.nonce not in came:
                    came[probe.nonce] = entry
                    told(f"{probe.box.address} is back")
        pause(LOOK_S)
    return came


def _judged(probe: Probe, entry: Entry | None, spool: Spool) -> Iterator[Finding]:
    if entry is None:
        yield Finding(
            TOPIC, Level.BAD, f"{probe.box.address}: what was sent did not come back",
            "look for it at the relay and in the mailbox, in its spam folder too; a slow one wants a longer --wait",
        )  # fmt: skip
        return
    left = probe.survivors(entry, spool.raw(entry.key))
    lost = [name for name in probe.carriers() if name not in left]
    if not left:
        yield Finding(
            TOPIC, Level.BAD, f"{probe.box.address}: came back without any token",
            "answers can be matched by the subject's tag only: ask the provider what changes headers and texts",
        )  # fmt: skip
        return
    yield Finding(TOPIC, Level.FINE, f"{probe.box.address}: came back with {', '.join(left)}")
    for name in lost:
        yield Finding(TOPIC, Level.LOOK, f"{probe.box.address}: came back without the token in {name}", ADVICE[name])


def _clear(settings: Settings, clock: Clock, keys: Sequence[str], pause: Pause) -> None:
    """Drop them from the held mail, once they are settled."""
    store = open_store(settings, clock)
    try:
        until = clock.monotonic() + SETTLED_S
        while store.known_entries(keys) < set(keys) and clock.monotonic() < until:
            pause(LOOK_S)
        for held in list_held(store.rows):
            if held.entry_key in keys:
                store.drop_held(held.id, BY, clock.now_ms())
    finally:
        store.close()
