"""A short search of ``fuzz``; ``python -m tests.torture.fuzz 600`` is the long one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.torture import fuzz


@pytest.fixture(scope="module")
def at_hand() -> Iterator[fuzz.Tools]:
    """One desk for all targets."""
    with fuzz.tools() as found:
        yield found


@pytest.mark.parametrize("name", list(fuzz.TARGETS))
def test_C30_whatever_is_fed_is_taken_or_refused_in_words(name: str, at_hand: fuzz.Tools) -> None:
    assert fuzz.run(name, at_hand, 25, 20261122) > 0, "nothing was fed"
