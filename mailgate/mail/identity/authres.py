"""``Authentication-Results`` (RFC 8601 section 2.2), read strictly: what does not fit the grammar says nothing.

A forger writes headers that look like a pass to a careless reader: the verdict in a comment, in a quoted ``reason=``,
behind somebody else's authserv-id. So the value is cut into tokens first (comments out, quoted strings whole), and only
``method=result`` at its place after a semicolon counts. Microsoft leaves the authserv-id out; then it is empty here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST = 16_384
_MOST_RESULTS = 50

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<quoted>"(?:[^"\\\r\n]|\\.|\r?\n[ \t])*")
    | (?P<mark>[;=])
    | (?P<word>[^\s"();=\\]+)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Result:
    """One ``method=result``, lower case, and its properties (``header.from`` …) by name; the first one counts."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str:
        """The property of that name, or the empty string."""
        return next((value for key, value in self.properties if key == name), "")


@dataclass(frozen=True, slots=True)
class AuthResults:
    """One whole header: who says it (lower case, empty if it does not say) and what."""

    authserv_id: str
    results: tuple[Result, ...]


def read(value: str) -> AuthResults | None:
    """The header's meaning, or None when it does not fit the grammar or is longer than 16 KiB."""
    if len(value) > _LONGEST:
        return None
    try:
        head, *clauses = _clauses(value)
        if len(head) >= 2 and head[1] == "=":
            head, clauses = [], [head, *clauses]
        authserv_id = _authserv_id(head)
        results = tuple(result for clause in clauses if (result := _result(clause)))
    except ValueError:
        return None
    return AuthResults(authserv_id, results[:_MOST_RESULTS])


def _authserv_id(words: list[str]) -> str:
    """The id without its version; Microsoft's is missing altogether."""
    if len(words) > 2 or (len(words) == 2 and not words[1].isdigit()):
        raise ValueError("more than an authserv-id and a version")
    return _plain(words[0]).lower() if words else ""


def _result(words: list[str]) -> Result | None:
    """``method[/version] = result`` and then ``name = value`` any number of times; ``none`` is no result."""
    if not words or [word.lower() for word in words] == ["none"]:
        return None
    pairs = list(_pairs(words))
    (method, result), *rest = pairs
    properties = tuple((key.lower(), _plain(value)) for key, value in rest if key.lower() != "reason")
    return Result(method.lower().partition("/")[0], result.lower(), properties)


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    if len(words) % 3:
        raise ValueError("not name=value throughout")
    for at in range(0, len(words), 3):
        name, equals, value = words[at : at + 3]
        if equals != "=" or name in ("=", ";") or name.startswith('"') or value == "=":
            raise ValueError("not name=value")
        yield name, value


def _plain(word: str) -> str:
    """A quoted string without its quotes."""
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


def _clauses(value: str) -> list[list[str]]:
    """The tokens between semicolons. Raises ``ValueError`` on an open comment or quote, or anything else unexpected."""
    clauses: list[list[str]] = [[]]
    at = 0
    while at < len(value):
        if value[at] == "(":
            at = _after_comment(value, at)
            continue
        match = _TOKEN.match(value, at)
        if match is None:
            raise ValueError("an illegal character")
        at = match.end()
        if match.lastgroup == "space":
            continue
        if match[0] == ";":
            clauses.append([])
        else:
            clauses[-1].append(match[0])
    return clauses


def _after_comment(value: str, at: int) -> int:
    """Where a comment that may hold comments ends (RFC 5322 section 3.2.2)."""
    depth = 0
    while at < len(value):
        char = value[at]
        if char == "\\":
            at += 1
        depth += (char == "(") - (char == ")")
        at += 1
        if depth == 0:
            return at
    raise ValueError("an open comment")
