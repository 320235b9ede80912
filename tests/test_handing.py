"""What the sender has in its hands is on disk before the relay hears of it."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from mailgate.errors import Temporary
from mailgate.handing import SLOT, Handing, Note

FIRST = Note(1_000, frozenset({1, 2, 3}))
SECOND = Note(1_000, frozenset({4, 5}), {1: "", 2: "new@relay.example", 3: ""})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sender.handing"


def test_the_newest_note_is_what_another_process_reads(path: Path) -> None:
    handing = Handing(path)
    for note in (FIRST, SECOND):
        handing.write(note)
        assert Handing(path).read() == note


def test_without_a_file_nothing_is_known(path: Path) -> None:
    assert Handing(path).read() is None


def test_the_file_is_its_owners_alone_and_does_not_grow(path: Path) -> None:
    handing = Handing(path)
    for number in range(5):
        handing.write(Note(number, frozenset({number})))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == 2 * SLOT


def test_a_process_that_comes_after_goes_on_counting(path: Path) -> None:
    """Else its first notes would be older than the last of the process before."""
    for number in range(7):
        handing = Handing(path)
        handing.read()
        handing.write(Note(number, frozenset({number})))
        handing.close()
        assert Handing(path).read() == Note(number, frozenset({number}))


def test_a_note_that_did_not_fit_is_trouble_and_leaves_the_one_before(path: Path) -> None:
    """A disk that takes half a record says so by a number only; the letters must not go out on it."""
    handing = Handing(path)
    handing.write(FIRST)
    handing.write(SECOND)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SLOT + 5, before[1]))
    try:
        with pytest.raises(Temporary, match="No space"):
            handing.write(FIRST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert Handing(path).read() == SECOND


@pytest.mark.parametrize("cut", [0, 5, 20])
def test_a_torn_note_leaves_the_one_before(path: Path, cut: int) -> None:
    handing = Handing(path)
    handing.write(FIRST)
    handing.write(SECOND)
    octets = bytearray(path.read_bytes())
    start = octets.index(b"new@relay") // SLOT * SLOT
    octets[start + cut : start + SLOT] = bytes(SLOT - cut)
    path.write_bytes(octets)
    assert Handing(path).read() == FIRST


def test_a_hundred_letters_with_long_names_fit(path: Path) -> None:
    note = Note(1, frozenset(range(10)), {10**12 + number: "n" * 300 for number in range(100)})
    Handing(path).write(note)
    assert Handing(path).read() == note


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Temporary, match="cannot be written"):
        Handing(tmp_path / "missing" / "sender.handing").write(FIRST)
