"""How tables of words are written in this package: phrases between bars, over as many lines as they need."""

from __future__ import annotations


def phrases(table: str) -> tuple[str, ...]:
    """The phrases of ``table`` in order, each once; lines that begin with ``#`` are headings for the reader."""
    found = (
        phrase.strip() for line in table.splitlines() if not line.lstrip().startswith("#") for phrase in line.split("|")
    )
    return tuple(dict.fromkeys(filter(None, found)))
