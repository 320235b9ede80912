"""Several connections to a slow relay: letters go side by side, those to one person in order, and none twice."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.settings import Relay
from mailgate.edges.smtp_out.courier import Answer
from mailgate.edges.smtp_out.relay import IDLE_S, OPENING, REST_S, MaybeSent, Sent, SmtpCourier, deal, together

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Letter:
    """One to be handed over."""

    recipient: str
    text: str = "Hello"
    mail_from: str = "support@acme.example"

    @property
    def data(self) -> bytes:
        return f"Subject: {self.text}\r\n\r\n{self.text}\r\n".encode()


TEN = [Letter(f"p{number}@cust.example", str(number)) for number in range(10)]


class SlowClock(SystemClock):
    """Every look at it takes ten milliseconds, so that any relay is slow; and a test moves it on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 0.01
        return self.seconds


@dataclass
class Far:
    """What a relay of several connections was given. ``answer`` (connection, verb) may say something else than yes, or
    nothing (None), which hangs up; the connections are counted from one."""

    answer: Callable[[int, str], str | None]
    connections: int = 0
    letters: list[tuple[int, str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    open: dict[int, socket.socket] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    warm: bool = False

    def texts(self, recipient: str) -> list[str]:
        return [text for _, to, text in self.letters if to == recipient]

    def end(self, number: int) -> None:
        """Close a connection, as a relay does that nobody has spoken to for a while."""
        self.open[number].shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket) -> None:
        with self.lock:
            self.connections += 1
            number = self.connections
            self.open[number] = connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        file, recipient = connection.makefile("rb"), ""
        if not self._say(connection, number, "CONNECT", "220 relay"):
            return
        for line in file:
            verb = line.decode().split()[0].upper()
            if verb == "RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
            offers = "250-relay\r\n250 PIPELINING" if verb == "EHLO" else "354 go on" if verb == "DATA" else "250 fine"
            if not self._say(connection, number, verb, offers):
                return
            if verb == "DATA":
                text = [line.decode().strip() for line in iter(file.readline, b".\r\n")][-1]
                with self.lock:
                    self.letters.append((number, recipient, text))
                if not self._say(connection, number, "DOT", "250 taken"):
                    return
        self.left.append(number)

    def _say(self, connection: socket.socket, number: int, verb: str, usual: str) -> bool:
        said = self.answer(number, verb) or usual
        if said != "hang up":
            connection.sendall(f"{said}\r\n".encode())
        return not said.startswith(("421", "221", "hang up"))


@contextmanager
def relay(answer: Callable[[int, str], str | None] = lambda number, verb: None) -> Iterator[tuple[Far, int]]:
    """A relay that serves any number of connections side by side; yields it and its port."""
    far = Far(answer)

    class Served(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            far.serve(self.request)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Served) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield far, server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def courier(port: int, clock: SystemClock | None = None, connections: int = 3) -> SmtpCourier:
    """One that has sent a letter already, so that it knows how fast the relay is."""
    settings = Relay(host="127.0.0.1", port=port, timeout=PATIENCE_S, data_timeout=PATIENCE_S, connections=connections)
    out = SmtpCourier(settings, clock or SlowClock())
    for number in range(2):
        out.send("support@acme.example", "first@cust.example", Letter("", f"first {number}").data)
    return out


def until_opened() -> None:
    """Wait for further connections that are being opened."""
    for thread in threading.enumerate():
        if thread.name == OPENING:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def warmed(port: int, clock: SystemClock | None = None) -> SmtpCourier:
    """One that has found the relay slow, and opened what further connections it gets."""
    out = courier(port, clock)
    assert all_sent(out.send_all(TEN))
    until_opened()
    return out


def all_sent(answers: list[Answer]) -> bool:
    return all(isinstance(answer, Sent) for answer in answers)


def test_a_fast_relay_is_served_over_one_connection() -> None:
    class Quick(SystemClock):
        def monotonic(self) -> float:
            return 0.0

    with relay() as (far, port):
        out = courier(port, Quick())
        assert all_sent(out.send_all(TEN))
        assert all_sent(out.send_all(TEN))
        out.close()
    assert far.connections == 1
    assert [text for _, _, text in far.letters[2:]] == [letter.text for letter in TEN] * 2


def test_an_idle_desk_keeps_one_connection() -> None:
    """The further ones are left when no letter has come for a while, and opened again when there are many."""
    with relay() as (far, port):
        clock = SlowClock()
        out = warmed(port, clock)
        out.idle()
        assert far.left == []
        clock.seconds += 2 * IDLE_S
        out.idle()
        assert all_sent(out.send_all(TEN))
        until_opened()
        assert all_sent(out.send_all(TEN))
        out.close()
    assert far.connections == 5


def test_a_slow_relay_has_three_letters_under_way_at_a_time() -> None:
    """It answers nobody's MAIL before three have said it."""
    meet = threading.Barrier(3)

    def answer(number: int, verb: str) -> None:
        if verb == "MAIL" and far.warm:
            meet.wait(PATIENCE_S)

    with relay(answer) as (far, port):
        out = warmed(port)
        far.warm = True
        assert all_sent(out.send_all(TEN[:9]))
        out.close()
    assert far.connections == 3
    assert sorted(text for _, _, text in far.letters[12:]) == [str(at) for at in range(9)]


def test_no_more_connections_are_made_than_the_settings_allow() -> None:
    with relay() as (far, port):
        out = courier(port, connections=1)
        for _ in range(3):
            assert all_sent(out.send_all(TEN))
            until_opened()
        out.close()
    assert far.connections == 1


def test_two_letters_are_not_worth_a_second_connection() -> None:
    with relay() as (far, port):
        out = courier(port)
        assert all_sent(out.send_all(TEN[:2]))
        until_opened()
        out.close()
    assert far.connections == 1


def test_one_persons_letters_arrive_in_their_order_over_one_connection() -> None:
    letters = [
        Letter("anna@acme.example" if number % 2 else f"p{number}@cust.example", str(number)) for number in range(10)
    ]
    with relay() as (far, port):
        out = warmed(port)
        assert all_sent(out.send_all(letters))
        out.close()
    assert len({number for number, _, _ in far.letters}) == 3
    assert far.texts("anna@acme.example") == ["1", "3", "5", "7", "9"]
    assert len({number for number, to, _ in far.letters if to == "anna@acme.example"}) == 1


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL"])
def test_a_relay_that_lets_in_one_connection_gets_all_letters_over_that_one(verb: str) -> None:
    """And is not asked for a second again for a while."""
    clock = SlowClock()

    def answer(number: int, said: str) -> str | None:
        return "421 4.7.0 too many connections" if number > 1 and said == verb else None

    with relay(answer) as (far, port):
        out = warmed(port, clock)
        assert all_sent(out.send_all(TEN))
        tried = far.connections
        assert all_sent(out.send_all(TEN))
        until_opened()
        assert far.connections == tried > 1
        clock.seconds += REST_S
        assert all_sent(out.send_all(TEN))
        until_opened()
        assert far.connections > tried
        out.close()
    assert {number for number, _, _ in far.letters} == {1}
    assert len(far.letters) == 42


def test_a_relay_that_lets_further_connections_wait_at_the_door_holds_up_nothing() -> None:
    """Their greeting never comes; whoever waits for it is not the one that sends."""
    door = threading.Event()

    def answer(number: int, verb: str) -> None:
        if number > 1:
            door.wait(PATIENCE_S)

    with relay(answer) as (far, port):
        out = courier(port)
        for _ in range(3):
            assert all_sent(out.send_all(TEN))
        door.set()
        until_opened()
        out.close()
    assert {number for number, _, _ in far.letters} == {1}


def test_a_further_connection_that_is_gone_costs_no_letter() -> None:
    """As when the relay has closed it for want of work."""
    with relay() as (far, port):
        out = warmed(port)
        far.end(2)
        assert all_sent(out.send_all(TEN))
        out.close()
    assert sorted(text for _, _, text in far.letters[12:]) == sorted(letter.text for letter in TEN)


def test_a_relay_with_one_place_has_it_free_for_the_first_connection() -> None:
    """That one was lost, and a further one has its place: it is given up, or no letter would go out any more."""

    def answer(number: int, verb: str) -> str | None:
        full = number > 3 and not {2, 3} <= set(far.left)
        return "421 4.7.0 one at a time" if full and verb == "CONNECT" else None

    with relay(answer) as (far, port):
        out = warmed(port)
        far.end(1)
        out.send_all(TEN)
        tick, ticks = threading.Event(), 0
        while not {2, 3} <= set(far.left):
            ticks += 1
            assert not tick.wait(0.01)
            assert ticks * 0.01 < PATIENCE_S, "the further connections are kept"
        assert all_sent(out.send_all(TEN))
        out.close()


def test_a_connection_lost_after_the_dot_costs_that_letter_alone() -> None:
    """The others of its lane go over the first; nothing is sent twice."""
    dots: list[int] = []

    def answer(number: int, verb: str) -> str | None:
        if number == 2 and verb == "DOT":
            dots.append(number)
            return "hang up" if len(dots) == 2 else None
        return None

    with relay(answer) as (far, port):
        out = warmed(port)
        answers = out.send_all(TEN)
        out.close()
    assert [type(answer) for answer in answers].count(MaybeSent) == 1
    assert [type(answer) for answer in answers].count(Sent) == 9
    assert sorted(text for _, _, text in far.letters[12:]) == [str(at) for at in range(10)]


def test_letters_are_dealt_evenly_and_a_persons_into_one_hand() -> None:
    letters = [Letter(name) for name in ("anna", "cleo", "anna", "dora", "anna", "emil")]
    assert deal(letters, 3) == [[0, 2, 4], [1, 5], [3]]
    assert deal(letters, 1) == [[0, 1, 2, 3, 4, 5]]


def test_together_lets_all_speak_before_any_listens() -> None:
    heard = []

    def flight(name: str, waits: int) -> Generator[None, None, str]:
        for at in range(waits):
            heard.append(f"{name}{at}")
            yield
        return name.upper()

    assert together([flight("a", 2), flight("b", 1), flight("c", 0)]) == ["A", "B", "C"]
    assert heard == ["a0", "b0", "a1"]
    assert together([]) == []
