"""Letters out by SMTP, over one connection that is kept; over a few while the relay is slow.

A letter takes two round trips to the relay, and what that needs to store it. Where this was more than ``SLOW_S``, the
letters of a group are dealt out to several lanes (three, unless the settings say otherwise), all letters to one
recipient into one lane, in their order; and the lanes wait together.

The first lane is the one that counts. A relay may let in fewer, or let the others wait at the door: those are opened in
a thread beside, and used once they are there; what one of them could not begin goes over the first; and then, as when
one cannot be opened, they rest for a while. Once no letter has come for some seconds they are closed: an idle desk
keeps one connection.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import TypeVar

from mailgate import logs
from mailgate.clock import Clock, SystemClock
from mailgate.edges.settings import Relay
from mailgate.edges.smtp_out.courier import Answer, Courier, MaybeSent, Post, RelayAway, Sent
from mailgate.edges.smtp_out.lane import Lane
from mailgate.edges.smtp_out.maildir import ConsoleCourier, MaildirCourier

__all__ = ["Courier", "MaybeSent", "RelayAway", "Sent", "SmtpCourier", "open_relay"]

T = TypeVar("T")
log = logs.get("sender")

SLOW_S = 0.02
REST_S = 10.0
IDLE_S = 10.0
OPENING = "further connections to the relay"


def open_relay(relay: Relay, clock: Clock | None = None) -> Courier:
    """The courier that the settings ask for. Nothing is connected before the first letter."""
    clock = clock or SystemClock()
    if relay.kind == "maildir":
        return MaildirCourier(relay.path, clock)
    if relay.kind == "console":
        return ConsoleCourier()
    return SmtpCourier(relay, clock)


class SmtpCourier:
    """The lanes to one relay. The first is always used; the others are opened when they are needed."""

    def __init__(self, relay: Relay, clock: Clock) -> None:
        """Nothing is connected yet."""
        self._clock = clock
        self._first = Lane(relay, clock)
        self._further = [Lane(relay, clock, reconnects=False) for _ in range(relay.connections - 1)]
        self._opening: Thread | None = None
        self._rested = self._used = 0.0
        self._slow = False

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        """See ``lane`` for what fails how."""
        (answer,) = self.send_all([_Single(mail_from, recipient, data)])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def send_all(self, letters: Sequence[Post]) -> list[Answer]:
        """Each letter's answer, in their order; over several connections where the relay is slow."""
        lanes = [self._first, *self._ready(len(letters))]
        self._used = self._clock.monotonic()
        hands, known, began = deal(letters, len(lanes)), self._first.connected, self._clock.monotonic()
        flights = [lane.send_each([letters[at] for at in hand]) for lane, hand in zip(lanes, hands, strict=True)]
        found = {
            at: answer
            for hand, answers in zip(hands, together(flights), strict=True)
            for at, answer in zip(hand, answers, strict=True)
        }
        if known:  # else it is connecting that took so long
            self._slow = self._clock.monotonic() - began > SLOW_S * max(map(len, hands))
        if not self._first.connected:
            self._make_way()
        self._again(letters, [at for hand in hands[1:] for at in hand if isinstance(found[at], RelayAway)], found)
        return [found[at] for at in range(len(letters))]

    def check(self) -> str:
        """Connect, protect and log in, as for a letter; ``RelayAway`` where that fails. Returns the greeting."""
        return self._first.open()

    def idle(self) -> None:
        """Say goodbye on the further lanes once they were not used for a while."""
        if self._clock.monotonic() - self._used > IDLE_S and not (self._opening and self._opening.is_alive()):
            for lane in self._further:
                lane.close()

    def close(self) -> None:
        """Say goodbye to the relay; a later ``send`` connects anew."""
        for lane in (self._first, *self._further):
            lane.close()

    def _ready(self, letters: int) -> list[Lane]:
        """The further lanes that are worth it for so many letters, as far as they are open; the others are being."""
        if not self._slow or self._clock.monotonic() < self._rested:
            return []
        lanes = self._further[: (letters - 1) // 2]
        ready = [lane for lane in lanes if lane.connected]
        if len(ready) < len(lanes) and not (self._opening and self._opening.is_alive()):
            self._opening = Thread(target=self._open, args=(lanes,), name=OPENING, daemon=True)
            self._opening.start()
        return ready

    def _open(self, lanes: Sequence[Lane]) -> None:
        """The thread's body. A lane is the thread's own until it is connected."""
        try:
            for lane in lanes:
                if not lane.connected:
                    lane.open()
        except Exception as error:
            log.debug("no further connection to the relay", **logs.fault(error))
            self._rest()

    def _again(self, letters: Sequence[Post], places: list[int], found: dict[int, Answer]) -> None:
        """What a further lane could not begin goes over the first: the relay may let in only so many."""
        if not places:
            return
        self._rest()
        places.sort()
        (answers,) = together([self._first.send_each([letters[at] for at in places])])
        found.update(zip(places, answers, strict=True))

    def _make_way(self) -> None:
        """The first lane has lost its connection. The relay may have a single place, which it must be able to get."""
        self._rest()
        if self._opening and self._opening.is_alive():
            return  # what it opens is let go when the first is found without a connection again
        for lane in self._further:
            lane.drop()

    def _rest(self) -> None:
        self._rested = self._clock.monotonic() + REST_S


@dataclass(frozen=True, slots=True)
class _Single:
    mail_from: str
    recipient: str
    data: bytes


def deal(letters: Sequence[Post], hands: int) -> list[list[int]]:
    """The letters' places in so many hands, as evenly as it goes; all letters to one recipient are in one hand."""
    dealt: list[list[int]] = [[] for _ in range(hands)]
    whose: dict[str, list[int]] = {}
    for at, letter in enumerate(letters):
        whose.setdefault(letter.recipient, min(dealt, key=len)).append(at)
    return dealt


def together(flights: Sequence[Generator[None, None, T]]) -> list[T]:
    """Run each to its next wait, in turn, until all have ended; returns what each has returned."""
    going, ended = dict(enumerate(flights)), {}
    while going:
        for at, flight in tuple(going.items()):
            try:
                next(flight)
            except StopIteration as end:
                ended[at] = end.value
                del going[at]
    return [ended[at] for at in range(len(flights))]
