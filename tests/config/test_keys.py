"""The secret file: keys apart for each use, rotation with grace, and no key in any message."""

from __future__ import annotations

import pytest

from mailgate.config.keys import lines, new_secret, read_keys, retired, rotated
from mailgate.config.units import Wrong
from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import Purpose
from tests.config.folder import NOW_MS, HandClock

AUDIT = f"audit {'a1' * 32}\n"
NEW, OLD = f"token {'b2' * 32}\n", f"token {'c3' * 32}"


def test_a_fresh_file_has_one_key_of_each_kind() -> None:
    keys = read_keys(new_secret(HandClock()), NOW_MS)
    assert len(keys.tokens) == 1
    assert len(keys.audit) == 32


def test_keys_are_derived_and_apart() -> None:
    """What signs is never what stands in the file, and the same key in two places gives two different ones."""
    keys = read_keys(f"audit {'b2' * 32}\ntoken {'b2' * 32}\n", NOW_MS)
    assert len({keys.audit, keys.tokens[0][1], bytes.fromhex("b2" * 32)}) == 3


def test_the_first_token_key_signs_and_an_older_one_still_verifies() -> None:
    before = Tokens(read_keys(AUDIT + OLD + "\n", NOW_MS).tokens)
    after = Tokens(read_keys(AUDIT + NEW + OLD + " until 2026-12-31\n", NOW_MS).tokens)
    mac = before.sign(Purpose.CUSTOMER, "rid", "carla@client.example")
    assert after.verify(Purpose.CUSTOMER, "rid", mac, ["carla@client.example"]) == "carla@client.example"
    assert after.sign(Purpose.CUSTOMER, "rid", "carla@client.example") != mac


@pytest.mark.parametrize(("until", "good"), [("2026-11-18", 2), ("2026-11-17", 1)])
def test_grace_ends_with_its_day(until: str, good: int) -> None:
    assert len(read_keys(AUDIT + NEW + f"{OLD} until {until}\n", NOW_MS).tokens) == good


def test_a_grace_ends_with_the_last_moment_of_its_day() -> None:
    keys = read_keys(AUDIT + NEW + f"{OLD} until 2026-11-18\n", NOW_MS)
    [(key_id, end)] = keys.ends.items()
    assert key_id == keys.tokens[1][0]
    assert end == 1_795_046_400_000  # 2026-11-19 00:00 UTC


def test_rotating_tokens_leaves_the_history_key_alone() -> None:
    assert read_keys(AUDIT + NEW, NOW_MS).audit == read_keys(AUDIT + NEW + OLD, NOW_MS).audit


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no audit"),
        (AUDIT, "no token key"),
        (AUDIT + AUDIT + NEW, "2 audit"),
        (AUDIT + NEW + NEW, "same id"),
        (AUDIT + "token s3cr3t\n", "line 2"),
        (AUDIT + f"{OLD} until 2026-01-01\n", "no token key"),
        (AUDIT + NEW + f"{OLD} until 2026-02-30\n", "no day 2026-02-30"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_without_its_keys(text: str, said: str) -> None:
    with pytest.raises(Wrong) as refusal:
        read_keys(text, NOW_MS)
    shown = f"{refusal.value.wrong} {refusal.value.right}"
    assert said in shown
    assert "s3cr3t" not in shown
    assert "c3c3" not in shown


def test_no_repr_shows_a_key() -> None:
    keys = read_keys(AUDIT + NEW, NOW_MS)
    assert repr(keys) == "Keys()"


def test_S23_rotating_makes_a_new_key_sign_and_gives_the_old_one_its_grace() -> None:
    """What was signed yesterday is good for the days that were asked for, and not for one more."""
    clock = HandClock()
    old = Tokens(read_keys(AUDIT + NEW, NOW_MS).tokens)
    code = old.sign(Purpose.CUSTOMER, "rid", "carla@client.example")
    text = rotated("# ours\n" + AUDIT + NEW, clock, 30)
    assert text.startswith("# ours\n")
    assert [line.use for line in lines(text)] == ["audit", "token", "token"]
    day = 86_400_000
    for later, good in ((0, True), (30 * day, True), (31 * day, False)):
        keys = read_keys(text, NOW_MS + later)
        held = Tokens(keys.tokens).verify(Purpose.CUSTOMER, "rid", code, ("carla@client.example",))
        assert (held is not None) is good
        assert len(keys.tokens) + len(keys.retired) == 2
    assert read_keys(text, NOW_MS).tokens[0] != old.secrets[0]
    assert read_keys(text, NOW_MS).audit == read_keys(AUDIT + NEW, NOW_MS).audit


def test_rotating_twice_keeps_each_keys_own_last_day() -> None:
    """The second grace does not lengthen the first."""
    clock = HandClock()
    once = rotated(AUDIT + NEW, clock, 10)
    (first,) = {line.until for line in lines(once)} - {""}
    twice = rotated(once, clock, 90)
    assert [line.until for line in lines(twice) if line.use == "token"][2] == first


def test_a_key_that_is_retired_twice_has_one_last_day_however_its_line_is_spaced() -> None:
    """The file that is written can be read: an editor may have put tabs between the words."""
    clock = HandClock()
    tabbed = rotated(AUDIT + NEW, clock, 30).replace(" ", "\t")
    old = next(line.id for line in lines(tabbed) if line.until)
    again = retired(tabbed, old, NOW_MS)
    assert read_keys(again, NOW_MS).retired
    assert sorted(line.id for line in lines(again)) == sorted(line.id for line in lines(tabbed))


def test_a_leaked_key_is_retired_today_but_never_the_one_that_signs() -> None:
    """Its tokens prove nothing from the next reload on."""
    text = rotated(AUDIT + NEW, HandClock(), 30)
    signing, leaked = (line.id for line in lines(text) if line.use == "token")
    keys = read_keys(retired(text, leaked, NOW_MS), NOW_MS)
    assert ([key_id for key_id, _ in keys.tokens], [key_id for key_id, _ in keys.retired]) == ([signing], [leaked])
    for wrong in (signing, "??"):
        with pytest.raises(Wrong):
            retired(text, wrong, NOW_MS)
