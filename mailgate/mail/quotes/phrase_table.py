"""How tables of words are written in this package: phrases between bars, over as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterable


class Phrases(tuple[str, ...]):
    """Phrases in their order, and apart those in ASCII: in a text of ASCII, as most are, no other can stand."""

    ascii: tuple[str, ...]

    def __new__(cls, phrases: Iterable[str]) -> Phrases:
        """The phrases as they are given."""
        made = super().__new__(cls, phrases)
        made.ascii = tuple(phrase for phrase in made if phrase.isascii())
        return made

    def possible(self, text: str) -> tuple[str, ...]:
        """Those that ``text`` may hold, going by its characters."""
        return self.ascii if text.isascii() else self

    def any_in(self, text: str) -> bool:
        """Whether one of them stands anywhere in ``text``."""
        for phrase in self.possible(text):  # noqa: SIM110 - asked several times a mail; a generator costs three times as much
            if phrase in text:
                return True
        return False


def phrases(table: str) -> Phrases:
    """The phrases of ``table`` in order, each once; lines that begin with ``#`` are headings for the reader."""
    found = (
        phrase.strip() for line in table.splitlines() if not line.lstrip().startswith("#") for phrase in line.split("|")
    )
    return Phrases(dict.fromkeys(filter(None, found)))
