"""Deadlines, crowds, rates and memory, driven by hand: no test waits for a minute."""

from __future__ import annotations

import pytest

from mailgate.edges.settings import SmtpIn
from mailgate.edges.smtp_in.limits import Budget, Gate, Pace, Watch, household, networks
from mailgate.edges.smtp_in.reply import CROWDED, CROWDED_IP, IDLE, LONG, SLOW

SETTINGS = SmtpIn()


def test_P07_an_honest_slow_upload_is_never_cut() -> None:
    """25 MB at 64 kB/s take 400 seconds, longer than the idle timeout; nothing is overdue at any second of it."""
    watch = Watch(SETTINGS, 0.0)
    watch.data_begins(10.0)
    for second in range(11, 411):
        watch.octets(64_000, float(second))
        assert watch.overdue(second + 0.5) == ""
    watch.data_ends(411.0)
    assert watch.overdue(412.0) == ""


def test_P07_one_octet_a_second_is_cut_after_a_minute() -> None:
    """It is alive at each second, and too slow over the window."""
    watch = Watch(SETTINGS, 0.0)
    watch.data_begins(0.0)
    said = []
    for second in range(1, 70):
        watch.octets(1, float(second))
        said.append(watch.overdue(float(second)))
    assert said.index(SLOW) + 1 == 60


def test_a_pause_within_an_upload_is_forgiven_while_the_minute_is_good() -> None:
    """A burst counts for its whole window."""
    watch = Watch(SETTINGS, 0.0)
    watch.data_begins(0.0)
    watch.octets(500 * 60, 1.0)
    assert watch.overdue(60.0) == ""
    assert watch.overdue(121.0) == SLOW


def test_silence_within_the_data_is_idleness() -> None:
    """Where the window is good but nothing comes any more."""
    watch = Watch(SmtpIn(idle_timeout=30.0, min_rate=0), 0.0)
    watch.data_begins(0.0)
    watch.octets(9, 5.0)
    assert watch.overdue(34.0) == ""
    assert watch.overdue(35.0) == IDLE


def test_P06_half_a_command_is_no_sign_of_life() -> None:
    """Octets that make no command do not keep a connection."""
    watch = Watch(SETTINGS, 0.0)
    watch.command(100.0)
    for second in range(101, 400):
        watch.octets(1, float(second))
        assert watch.overdue(float(second)) == ""
    assert watch.overdue(400.0) == IDLE


def test_P06_a_session_lasts_half_an_hour_but_a_mail_within_it_is_finished() -> None:
    """The end of the session waits for the end of the data, which has its own half hour."""
    watch = Watch(SETTINGS, 0.0)
    for second in range(0, 1790, 10):
        watch.command(float(second))
    watch.data_begins(1790.0)
    for second in range(1791, 1990):
        watch.octets(10_000, float(second))
        assert watch.overdue(float(second)) == ""
    watch.data_ends(1990.0)
    assert watch.overdue(1990.0) == LONG


def test_data_that_takes_half_an_hour_is_enough() -> None:
    """However steadily it comes: it holds memory that others need."""
    watch = Watch(SETTINGS, 0.0)
    watch.data_begins(0.0)
    said = ""
    second = 0
    while not said:
        second += 1
        watch.octets(1000, float(second))
        said = watch.overdue(float(second))
    assert (said, second) == (LONG, 1800)


def test_the_next_look_is_at_the_next_deadline() -> None:
    """One timer a connection is enough, and it never comes late."""
    watch = Watch(SETTINGS, 0.0)
    assert watch.next_look(10.0) == 290.0
    watch.command(1600.0)
    assert watch.next_look(1600.0) == 200.0
    watch.data_begins(1600.0)
    assert watch.next_look(1600.0) == 60.0
    assert watch.next_look(9999.0) == 0.0


def test_P08_gate() -> None:
    """Per address, in all, trusted relays and Unix sockets; who was refused is not counted."""
    gate = Gate(SmtpIn(max_connections=4, max_connections_per_ip=2, trusted_relays=("192.0.2.0/24", "2001:db8:1::1")))
    assert [gate.enter("198.51.100.1") for _ in range(3)] == ["", "", CROWDED_IP]
    assert gate.enter("192.0.2.9") == ""
    assert gate.enter("192.0.2.9") == ""
    assert gate.enter("192.0.2.9") == CROWDED
    assert gate.enter("") == ""
    gate.leave("198.51.100.1")
    assert gate.enter("2001:db8:1::1") == ""
    assert gate.enter("198.51.100.1") == CROWDED


def test_P08_no_address_holds_more_places_than_are_left_for_others() -> None:
    """Ten addresses that take what they get leave room for whoever comes first from elsewhere."""
    gate = Gate(SmtpIn(max_connections=200, max_connections_per_ip=20))
    for _ in range(20):
        for number in range(10):
            gate.enter(f"198.51.100.{number}")
    assert [gate.enter(f"203.0.113.{number}") for number in range(5)] == [""] * 5


def test_P08_a_tenth_of_the_house_is_the_trusted_relays_alone() -> None:
    gate = Gate(SmtpIn(max_connections=20, max_connections_per_ip=20, trusted_relays=("192.0.2.0/24",)))
    assert [gate.enter(f"198.51.100.{number}") for number in range(19)] == [""] * 18 + [CROWDED]
    assert [gate.enter("192.0.2.1") for _ in range(3)] == ["", "", CROWDED]


def test_an_ipv6_household_counts_as_one() -> None:
    """A /64 is one customer, however many addresses he uses."""
    gate = Gate(SmtpIn(max_connections_per_ip=2))
    assert [gate.enter(f"2001:db8::{number}") for number in range(3)] == ["", "", CROWDED_IP]
    gate.leave("2001:db8::77")
    assert gate.enter("2001:db8::9") == ""
    assert household("2001:db8:0:1:2::3") == "2001:db8:0:1::/64"
    assert household("192.0.2.1") == "192.0.2.1"


def test_pace_counts_by_the_minute() -> None:
    """And forgets the minute before; 0 is no limit."""
    pace = Pace(2)
    assert [pace.step("192.0.2.1", 100.0) for _ in range(3)] == [True, True, False]
    assert pace.step("192.0.2.2", 159.0)
    assert pace.step("192.0.2.1", 160.0)
    assert all(Pace(0).step("192.0.2.1", 1.0) for _ in range(9))


def test_pace_is_used_up_before_it_is_overstepped() -> None:
    """For logins: ten failures, and the eleventh try is not looked at."""
    pace = Pace(2)
    assert not pace.used_up("192.0.2.1", 5.0)
    pace.step("192.0.2.1", 5.0)
    pace.step("192.0.2.1", 5.0)
    assert pace.used_up("192.0.2.1", 5.0)
    assert not pace.used_up("192.0.2.1", 66.0)


def test_P11_a_budget_is_shared_and_given_back() -> None:
    """What does not fit is not held at all."""
    budget = Budget(10)
    with budget.share() as first:
        assert first.take(6)
        with budget.share() as second:
            assert not second.take(5)
            assert second.take(4)
            assert budget.held == 10
        assert budget.held == 6
    assert budget.held == 0


def test_networks_that_are_none_are_named() -> None:
    """The config check tells the admin."""
    with pytest.raises(ValueError, match="example"):
        networks(("192.0.2.1", "relay.example"))
