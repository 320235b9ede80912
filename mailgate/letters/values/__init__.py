"""What a template is given: the table of names, what each means, its default and a sample.

Every template sees the values of ``COMMON`` and those of its own kind. What an order leaves out has its default here,
so that a template may name each of them without asking whether it is there; anything else it names is an error
(StrictUndefined), which ``Templates.check`` finds at start. A value whose name ends in ``_ms`` is also given in the
reader's words under the name without it: ``answer_by_ms`` as ``answer_by``, empty where there is none. It is a moment
in milliseconds since 1970, but those of ``SPANS`` are spans; of a span below zero ``over`` says that it is past.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from mailgate.desk.letter import LetterKind
from mailgate.letters.values.agents import TO_AGENTS
from mailgate.letters.values.customers import TO_CUSTOMERS
from mailgate.letters.values.value import COMMON, Value

__all__ = ["COMMON", "SPANS", "VALUES", "Value", "complete", "defaults", "sample"]

InWords = Callable[[str, int], str]
"""Says the milliseconds that stand under a name ending in ``_ms``."""

SPANS = frozenset({"waited_ms", "left_ms"})
DATED = frozenset({"quote_at_ms", "asked_ms", "close_at_ms"})
"""Moments that stand in a sentence with ``on``, so that they are said with their date and never as today."""

VALUES: Mapping[LetterKind, tuple[Value, ...]] = {**TO_CUSTOMERS, **TO_AGENTS}


def defaults(kind: LetterKind) -> dict[str, Any]:
    """What every template of that kind finds when the order says nothing."""
    return dict(_DEFAULTS[kind])


def complete(
    kind: LetterKind, given: Mapping[str, Any], in_words: InWords, in_list: InWords | None = None
) -> dict[str, Any]:
    """``given`` with the defaults of its kind, every key of each member of its lists, and its times in words (those in
    a list of several by ``in_list``, where they may be shorter)."""
    full = _with_words({**_DEFAULTS[kind], **given}, in_words)
    for value in _WITH_ITEMS[kind]:
        several = in_list if in_list and len(full[value.name]) > 1 else in_words
        full[value.name] = _members(value.item, full[value.name], several)
    return full


def sample(kind: LetterKind) -> dict[str, Any]:
    """A whole set of values to try a template with."""
    given = {value.name: value.sample for value in (*COMMON, *VALUES[kind])}
    return complete(kind, given, lambda name, _: "2 hours" if name in SPANS else "today 17:30 (UTC+1)")


def _members(item: Mapping[str, Any], given: Any, in_words: InWords) -> Any:
    if isinstance(given, Mapping):
        return _with_words({**item, **given}, in_words)
    return tuple([_with_words({**item, **one}, in_words) for one in given])


def _with_words(values: dict[str, Any], in_words: InWords) -> dict[str, Any]:
    for name in _times(tuple(values)):
        at_ms = values[name]
        values[name.removesuffix("_ms")] = in_words(name, at_ms) if at_ms is not None else ""
        if name == "left_ms":
            values["over"] = at_ms is not None and at_ms <= 0
    return values


@lru_cache(maxsize=256)
def _times(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that stand for a time; remembered, since the letters of a kind have the same names."""
    return tuple([name for name in names if name.endswith("_ms")])


_DEFAULTS: dict[LetterKind, dict[str, Any]] = {
    kind: {value.name: value.default for value in (*COMMON, *rows)} for kind, rows in VALUES.items()
}
_WITH_ITEMS = {kind: tuple(value for value in rows if value.item) for kind, rows in VALUES.items()}
