"""A sentence that the desk says, before it is in anybody's language.

The rules of the desk speak in ``Phrase``: the English sentence with ``{names}`` in it, and what stands for them.
``letters/phrases.py`` says it in the reader's language; where nobody reads it in a letter (a trace, a history) ``str``
gives the English. A test walks all phrases of the desk and asks for each one's Chinese.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """``text`` is a literal of the program, never somebody's words; ``names`` are what fills it: words, phrases, or
    several of them, which the reader's language parts."""

    text: str
    names: tuple[tuple[str, Given], ...] = ()

    def __str__(self) -> str:
        """The English sentence."""
        return self.text.format(**{name: _joined(value) for name, value in self.names})

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return bool(self.text)

    def about(self, **names: Given) -> Phrase:
        """The same sentence about these: for sentences that stand in a table."""
        return Phrase(self.text, tuple(names.items()))


Given = str | Phrase | tuple[str | Phrase, ...]
"""What may stand for a name."""

NOTHING = Phrase("")


def phrase(text: str, **names: Given | int) -> Phrase:
    """The sentence ``text`` with ``names`` for its ``{names}``; the text must be a literal at the call."""
    return Phrase(text, tuple((name, str(one) if isinstance(one, int) else one) for name, one in names.items()))


def _joined(given: Given) -> str:
    return ", ".join(map(str, given)) if isinstance(given, tuple) else str(given)
