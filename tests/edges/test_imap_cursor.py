"""The cursor, pure: what is above it is new, what is in a gap is tried again, and nothing is ever skipped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailgate.edges.imap_in.cursor import LAST_TRY, Cursor, Gap, above, advance, due, forget, given_up, start, windows


def test_a_saved_cursor_goes_on_only_under_its_own_uidvalidity():
    saved = Cursor(7, 40, (Gap(12, 1, 0),))
    assert start(saved, 7) is saved
    assert start(saved, 8) == Cursor(8)
    assert start(None, 8) == Cursor(8)


def test_I05_without_uidvalidity_nothing_saved_is_believed():
    assert start(Cursor(0, 40), 0) == Cursor(0)


def test_I06_the_last_mail_below_the_mark_is_no_news():
    assert above(40, [40]) == []
    assert above(40, [42, 39, 41, 41]) == [41, 42]


def test_ranges_cover_everything_above_the_mark_and_end_open():
    assert windows(0, 1) == ["1:*"]
    assert windows(40, 100) == ["41:*"]
    assert windows(0, 120_000) == ["1:50000", "50001:100000", "100001:*"]


def test_what_the_spool_has_not_becomes_a_gap_and_the_mark_moves_on():
    after = advance(Cursor(7, 10), [11, 12, 13], {11, 13}, now_ms=1_000)
    assert after == Cursor(7, 13, (Gap(12, 1, 11_000),))
    assert due(after, 10_999) == []
    assert due(after, 11_000) == [12]


def test_a_gap_closes_when_its_mail_is_kept_or_gone():
    cursor = Cursor(7, 13, (Gap(5, 1, 0), Gap(12, 1, 0)))
    assert advance(cursor, [12], {12}, 0) == Cursor(7, 13, (Gap(5, 1, 0),))
    assert forget(cursor, {5, 12}) == Cursor(7, 13)


def test_a_gap_waits_longer_each_time_and_is_given_up_in_the_end():
    cursor = Cursor(7, 0)
    waits = []
    for _ in range(LAST_TRY):
        assert not given_up(cursor, 3)
        cursor = advance(cursor, [3], (), now_ms=0)
        waits.append(cursor.gaps[0].next_ms)
    assert waits == sorted(set(waits))
    assert given_up(cursor, 3)


@given(st.integers(0, 50), st.lists(st.sets(st.integers(1, 60), min_size=1), max_size=6), st.data())
def test_every_uid_ever_asked_for_is_kept_or_a_gap(low, batches, data):
    """Whatever fails in whatever order, a UID is above the mark, kept by the spool, or remembered as a gap."""
    cursor, kept_ever = Cursor(1, low), set()
    asked = set()
    for uids in batches:
        batch = sorted(uid for uid in uids if uid > cursor.low) or due(cursor, 10**12)
        kept = data.draw(st.sets(st.sampled_from(batch))) if batch else set()
        cursor = advance(cursor, batch, kept, now_ms=0)
        asked |= set(batch)
        kept_ever |= kept
    assert asked == kept_ever | {gap.uid for gap in cursor.gaps}
    assert all(uid <= cursor.low for uid in asked)
