"""The sender: pace, breaker, retries, and who is told of what will never arrive."""

from __future__ import annotations

from collections import Counter

import pytest

from mailgate.edges.smtp_out.courier import MaybeSent, RelayAway
from mailgate.errors import Refused, Temporary
from mailgate.handing import Handing
from mailgate.outgoing import CLAIM_S, GIVE_UP_MS, GROUP, LOOK_S, Sender
from mailgate.pacing import Breaker, Pace
from mailgate.store.outbox import LetterState, cancel_letter, list_letters
from tests.duties.desk import DAY, HOUR, MINUTE, SECOND, DrivenClock, World, back, text_of, to

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"
BEN = "ben@acme.example"


def answered(world: World) -> None:
    """Ana's answer to Cleo is queued, everything before it is sent."""
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "Turn it off and on.", to=back(notification))


def outbox(world: World) -> list[tuple[str, str, int]]:
    """Kind, state and attempts of the letters that are not sent."""
    return [(each["kind"], each["state"], each["attempts"]) for each in list_letters(world.store.rows)]


def test_at_most_so_many_letters_in_a_minute() -> None:
    pace = Pace(12)
    assert pace.room(100.0, GROUP) == GROUP
    pace.count(GROUP)
    assert pace.room(101.0, GROUP) == 2
    pace.count(2)
    assert pace.room(130.0, GROUP) == 0
    assert pace.until(130.0) == 30.0
    assert pace.room(160.0, GROUP) == GROUP


def test_without_a_cap_there_is_always_room_for_a_group() -> None:
    pace = Pace(0)
    pace.count(10_000)
    assert pace.room(1.0, GROUP) == GROUP


def test_the_cap_holds_for_the_sender_as_a_whole(world: World) -> None:
    """Six letters wait, four may go out in a minute; the rest goes in the next."""
    world.sender.pace = Pace(4)
    for number in range(2):
        world.opened(f"p{number}@customer.example")
    assert len(world.sent()) == 4
    assert 0 < world.sender.pause() <= 60
    world.clock.ms += 59 * SECOND
    assert world.sent() == []
    world.clock.ms += SECOND
    assert len(world.sent()) == 2


def test_a_relay_that_is_away_uses_up_no_cap(world: World) -> None:
    """Else a desk that sends few letters a minute would wait for the next one after each outage."""
    answered(world)
    world.sender.pace = Pace(2)
    world.far.refuses = {CLEO: RelayAway("nobody listens")}
    for _ in range(4):
        assert world.sent() == []
        world.clock.ms += 5 * SECOND
    world.far.refuses = {}
    assert len(world.sent()) == 1


def test_promise_4_the_breaker_probes_at_least_every_five_seconds() -> None:
    clock, breaker, waits = DrivenClock(), Breaker(), []
    for _ in range(8):
        breaker.trip(clock, "nobody listens")
        waits.append(breaker.open_until - clock.monotonic())
    assert waits == sorted(waits)
    assert waits[0] == 0.5
    assert waits[-1] == 5.0


def test_while_the_relay_is_away_no_letter_burns_an_attempt(world: World) -> None:
    answered(world)
    world.far.refuses = {CLEO: RelayAway("nobody listens")}
    assert world.sent() == []
    assert outbox(world) == [("answer", "queued", 0)]
    for _ in range(20):
        world.clock.ms += 5 * SECOND
        world.sent()
    assert outbox(world) == [("answer", "queued", 0)]
    world.far.refuses = {}
    world.clock.ms += 5 * SECOND
    assert len(world.sent()) == 1
    assert outbox(world) == []


def test_a_sender_whose_letters_were_taken_back_while_the_relay_was_away_rests(world: World) -> None:
    """Nothing is due and nothing was handed over since: it looks now and then, and does not spin."""
    answered(world)
    world.far.refuses = {CLEO: RelayAway("nobody listens")}
    world.sent()
    (letter,) = list_letters(world.store.rows)
    assert world.store.run(lambda tx: cancel_letter(tx.work, letter["id"], world.clock.now_ms(), "admin"))
    world.clock.ms += MINUTE
    assert world.sent() == []
    assert world.sender.pause() == LOOK_S


def test_what_somebody_else_queues_is_seen_within_seconds() -> None:
    """Another daemon, or a command such as `outbox retry`, cannot ring this process's bell (promise 4: 10 s)."""
    assert LOOK_S <= 5.0


def test_a_letter_that_is_due_soon_is_waited_for_no_longer_than_that(world: World) -> None:
    answered(world)
    world.far.refuses = {CLEO: Temporary("451 4.7.1 later")}
    world.sent()
    (letter,) = list_letters(world.store.rows)
    world.clock.ms = letter["next_ms"] - SECOND
    assert world.sender.pause() == 1.0
    assert world.sent() == []


def test_O03_a_letter_that_is_put_off_is_tried_after_one_five_fifteen_minutes_and_hourly(world: World) -> None:
    answered(world)
    world.far.refuses = {CLEO: Temporary("451 4.7.1 later")}
    waits = []
    for _ in range(7):
        world.sent()
        (letter,) = list_letters(world.store.rows)
        waits.append((letter["next_ms"] - world.clock.now_ms()) / MINUTE / 0.8)
        world.clock.ms = letter["next_ms"]
    assert waits == pytest.approx([1, 5, 15, 30, 60, 60, 60])


def test_O03_after_five_days_a_letter_is_given_up_and_the_agents_are_told(world: World) -> None:
    answered(world)
    world.far.refuses = {CLEO: Temporary("451 4.7.1 later")}
    for _ in range(12):
        world.sent()
        world.clock.ms += GIVE_UP_MS // 12 - MINUTE
    world.sent()
    assert [state for _, state, _ in outbox(world)] == ["retry"]
    world.clock.ms += DAY
    told = world.sent()
    assert [state for _, state, _ in outbox(world)] == ["failed"]
    assert "five days" in text_of(to(told, ANA)[0])


def test_D20_a_clock_that_jumps_ahead_gives_up_no_letter_that_was_hardly_tried(world: World) -> None:
    """A year at once is no year of trying; and what was put off then, is tried again when the clock is right again."""
    answered(world)
    world.far.refuses = {CLEO: Temporary("451 4.7.1 later")}
    world.sent()
    world.clock.ms += 365 * DAY
    world.sent()
    assert [state for _, state, _ in outbox(world)] == ["retry"]
    world.clock.ms -= 365 * DAY
    world.far.refuses = {}
    world.store.recover_letters("", world.clock.ms)
    assert to(world.sent(), CLEO)


def test_O04_what_is_refused_for_good_is_told_to_the_agents_once(world: World) -> None:
    answered(world)
    world.far.refuses = {CLEO: Refused("550 5.1.1 no such user")}
    told = world.sent()
    assert {str(each["To"].addresses[0].addr_spec) for each in told} == {ANA, BEN}
    assert "5.1.1" in text_of(told[0])
    assert CLEO in text_of(told[0])
    world.later(DAY)
    assert not any("no such user" in text_of(each) for each in world.sent())


def test_O10_a_letter_about_a_letter_begets_no_third(world: World) -> None:
    """The agents' addresses are dead as well: both failures stand on the ticket, and that is the end."""
    answered(world)
    world.far.refuses = dict.fromkeys((CLEO, ANA, BEN), Refused("550 5.1.1 no such user"))
    assert world.sent() == []
    assert sorted(state for _, state, _ in outbox(world)) == ["failed"] * 3
    assert world.sent() == []


def test_an_acknowledgement_that_fails_is_on_the_ticket_and_nobody_is_written_to(world: World) -> None:
    world.far.refuses = {CLEO: Refused("550 5.1.1 no such user")}
    world.opened(CLEO)
    letters = world.sent()
    assert {str(each["To"].addresses[0].addr_spec) for each in letters} == {ANA, BEN}
    assert all("LOAD LETTER" in text_of(each) for each in letters)


def test_promise_3_lost_after_the_dot_an_acknowledgement_is_unknown_and_an_answer_goes_again(world: World) -> None:
    world.far.refuses = {CLEO: MaybeSent("connection lost")}
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "Turn it off and on.", to=back(notification))
    world.sent()
    assert outbox(world) == [("acknowledgement", "unknown", 1), ("answer", "retry", 1)]
    world.far.refuses = {}
    world.clock.ms += HOUR
    assert [text_of(each).strip().startswith("Turn") or "Turn" in text_of(each) for each in world.sent()] == [True]
    assert outbox(world) == [("acknowledgement", "unknown", 1)]


def test_one_letter_that_cannot_be_handed_over_costs_only_itself(world: World) -> None:
    """A bug of ours in the middle of a group: the others go, it is tried again."""
    answered(world)
    world.opened("dora@customer.example", subject="Next")
    world.far.refuses = {CLEO: ZeroDivisionError("a bug")}
    assert len(world.sent()) == 3
    assert outbox(world) == [("answer", "retry", 1)]


def test_finish_leaves_nothing_handing(world: World) -> None:
    world.opened(CLEO)
    world.sender.turn()
    world.sender.finish()
    assert outbox(world) == []
    assert world.far.closed


@pytest.fixture
def noting(world: World) -> Sender:
    """A sender that claims a hundred letters and notes beside the database what is under way; 25 letters wait."""
    world.sender = Sender(
        world.store, world.far, world.desk, "here:spool", world.clock, handing=Handing(world.folder.parent / "handing")
    )
    for number in range(25):
        world.opened(f"p{number}@customer.example")
    return world.sender


def _recipients(world: World) -> list[tuple[str]]:
    return world.store.rows.all("SELECT DISTINCT recipient FROM letters")


def states(world: World) -> Counter[str]:
    """How many letters are in which state."""
    return Counter(state for (state,) in world.store.rows.all("SELECT state FROM letters"))


def test_promise_3_ten_at_most_are_in_doubt_though_all_are_claimed(world: World, noting: Sender) -> None:
    """The process dies with its second ten: what it gave is sent, the ten are in doubt, the rest is as it was."""
    noting.turn()
    before, letters = states(world), len(world.far.letters)
    assert (before, letters) == (Counter(handing=75), 10)
    world.far.refuses = {each.recipient: KeyboardInterrupt() for each in noting.claimed}
    with pytest.raises(KeyboardInterrupt):
        noting.turn()
    assert noting.handing is not None
    again = Handing(noting.handing.path)
    after = Sender(world.store, world.far, world.desk, "here:spool", world.clock, handing=again)
    after.recover()
    found = states(world)
    assert found["sent"] == 10
    assert found["unknown"] + found["queued"] == 65
    assert 0 < found["unknown"] <= GROUP
    world.far.refuses = {}
    world.sender = after
    world.sent()
    assert states(world) == Counter(sent=75 - found["unknown"], unknown=found["unknown"])


def test_promise_3_an_acknowledgement_that_got_no_answer_stays_in_doubt_though_the_sender_died_with_others(
    world: World, noting: Sender
) -> None:
    """The relay was lost after its dot, the next ten were begun, and then the process died: it is not sent again."""
    world.far.refuses = {f"p{number}@customer.example": MaybeSent("no answer to the dot") for number in range(25)}
    noting.turn()
    doubtful = {each.letter for each in noting.results if each.state is LetterState.UNKNOWN}
    assert doubtful
    world.far.refuses = {each.recipient: KeyboardInterrupt() for each in noting.claimed}
    with pytest.raises(KeyboardInterrupt):
        noting.turn()
    assert noting.handing is not None
    again = Handing(noting.handing.path)
    Sender(world.store, world.far, world.desk, "here:spool", world.clock, handing=again).recover()
    assert doubtful <= {each["id"] for each in list_letters(world.store.rows, state="unknown")}


def test_the_results_of_a_claim_and_the_next_claim_are_one_commit(world: World, noting: Sender) -> None:
    for _ in range(8):
        noting.turn()
    assert states(world) == Counter(handing=75)
    world.opened("another@customer.example")
    noting.turn()
    assert states(world) == Counter(sent=75, handing=3)


def test_a_claim_that_takes_long_is_given_back_and_made_anew(world: World, noting: Sender) -> None:
    """A relay that drips keeps neither results nor the letters behind for itself."""
    noting.turn()
    world.clock.ms += int(1000 * CLAIM_S) + SECOND
    noting.turn()
    assert states(world) == Counter(sent=10, handing=65)
    assert len({each["Message-ID"] for each in world.far.letters}) == 20


def test_what_a_slow_relay_gave_back_does_not_count_for_the_cap(world: World, noting: Sender) -> None:
    """Twenty a minute are twenty, also where ten take longer than a claim lasts."""
    noting.pace = Pace(20)
    for _ in range(4):
        noting.turn()
        world.clock.ms += int(1000 * CLAIM_S) + SECOND
    assert len(world.far.letters) == 20


def test_a_relay_that_goes_away_leaves_the_claim_as_it_was(world: World, noting: Sender) -> None:
    noting.turn()
    world.far.refuses = {each.recipient: RelayAway("nobody listens") for each in noting.claimed}
    noting.turn()
    noting.turn()
    assert states(world) == Counter(sent=10, queued=65)


def test_a_relay_that_may_still_be_away_is_probed_with_ten_letters(world: World, noting: Sender) -> None:
    """Not with a hundred that are read and given back at each probe."""
    world.far.refuses = {recipient: RelayAway("nobody listens") for (recipient,) in _recipients(world)}
    noting.turn()
    assert noting.claimed
    noting.turn()
    world.clock.ms += SECOND
    assert len(noting.turn()) == GROUP
    assert not noting.claimed


def test_finish_gives_back_what_was_claimed_and_not_touched(world: World, noting: Sender) -> None:
    noting.turn()
    noting.finish()
    assert states(world) == Counter(sent=10, queued=65)


def test_promise_3_what_cannot_be_noted_is_not_given_to_the_relay(world: World, noting: Sender) -> None:
    noting.handing = Handing(world.folder / "missing" / "handing")
    for _ in range(2):
        with pytest.raises(Temporary):
            noting.turn()
    assert world.far.letters == []
    noting.handing = Handing(world.folder.parent / "handing")
    noting.turn()
    assert len(world.far.letters) == 10


def test_the_reason_is_told_with_its_status_code(world: World) -> None:
    answered(world)
    world.far.refuses = {CLEO: Refused("552 5.2.2 mailbox full")}
    told = world.sent()
    assert "5.2.2" in text_of(told[0])
