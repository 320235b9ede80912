"""Patience: trouble is tried again more and more slowly, and told once an hour."""

from __future__ import annotations

from mailgate.clock import SystemClock
from mailgate.edges.imap_in.pace import Backoff, Hourly, subject


class Fixed(SystemClock):
    def jitter(self, low: float, high: float) -> float:
        return high


def test_I12_waits_double_from_a_second_to_five_minutes_and_start_anew_after_success():
    backoff = Backoff(Fixed())
    waits = [backoff.failed() for _ in range(11)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    backoff.worked()
    assert backoff.failed() == 1


def test_I13_the_same_trouble_is_told_once_an_hour_and_another_at_once():
    told = Hourly()
    assert [told.may_say("a", ms) for ms in (0, 1, 3_599_999, 3_600_000)] == [True, False, False, True]
    assert told.may_say("b", 3_600_001)
    assert told.over()
    assert not told.over()
    assert told.may_say("a", 3_600_002)


def test_a_clock_that_jumps_back_does_not_silence_anything():
    told = Hourly()
    told.may_say("a", 10_000_000)
    assert told.may_say("a", 5)


def test_the_servers_own_words_make_no_new_trouble_of_an_old_one():
    first = subject("imap.x:993: does not let ana in: [AUTHENTICATIONFAILED] id 1")
    assert first == subject("imap.x:993: does not let ana in: [AUTHENTICATIONFAILED] id 2")
    assert first != subject("imap.x:993: SELECT: no such folder")
