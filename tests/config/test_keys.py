"""The secret file: keys apart for each use, rotation with grace, and no key in any message."""

from __future__ import annotations

import pytest

from mailgate.config.keys import new_secret, read_keys
from mailgate.config.units import Wrong
from mailgate.desk.identity.token import Tokens
from mailgate.desk.plan import Purpose
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
