"""The first look at a mail's bytes, in one pass and before anything else reads them.

It counts what makes readers of mail slow, hungry or recursive: the header block, its fields, single long fields, lines
that look like boundaries, parts that hold parts. A finding has a name that goes into the mail's ``defects``; those in
``TOO_COMPLEX`` mean that only the headers are read. The cost is a few memory scans, so 25 MB take milliseconds.

========================= ===========================================================
finding                   meaning
========================= ===========================================================
empty                     nothing but white space and NULs
header-block-too-large    the header block exceeds ``Limits.header_block``
too-many-headers          more header lines than ``Limits.headers``
too-many-boundary-lines   more boundary lines than ``Limits.boundary_lines``
too-many-multiparts       more multipart or message parts than ``Limits.multiparts``
…-hopeless                the same, ten times over: refused
nul-in-header             a NUL octet among the headers
bare-cr                   lines end in CR alone
========================= ===========================================================
"""

from __future__ import annotations

import re

from mailgate.mail.limits import DEFAULT_LIMITS, HOPELESS, Limits

TOO_COMPLEX = frozenset(
    {"header-block-too-large", "too-many-headers", "too-many-boundary-lines", "too-many-multiparts"}
)
"""Findings after which only the headers are read."""

_EMPTY_LINE = re.compile(rb"\n\r*\n")
_EMPTY_FIRST_LINE = re.compile(rb"\r*\n")
_DECLARED_BOUNDARY = re.compile(rb"boundary\s{0,10}=\s{0,10}\"?([^\"\r\n;]{1,200})", re.IGNORECASE)
_HOLDS_PARTS = re.compile(
    rb"\n[Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Tt][Yy][Pp][Ee]:\s{0,20}(?:multipart|message)/", re.IGNORECASE
)


def prescan(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """The names of what was found, in the order of the table; empty for an ordinary mail. O(n)."""
    if not raw.strip(b"\0\r\n\t "):
        return ("empty",)
    findings: list[str] = []
    end = header_end(raw)
    _limit(findings, "header-block-too-large", end, limits.header_block)
    _limit(findings, "too-many-headers", raw.count(b"\n", 0, end), limits.headers)
    dashes = raw.count(b"-")  # no boundary and no Content-Type is without, and an attachment in base64 has none
    if dashes > limits.boundary_lines:
        _limit(findings, "too-many-boundary-lines", _boundary_lines(raw, limits.boundary_lines), limits.boundary_lines)
    if dashes > limits.multiparts:
        _limit(findings, "too-many-multiparts", _multiparts(raw, limits.multiparts), limits.multiparts)
    if raw.find(b"\0", 0, end) >= 0:
        findings.append("nul-in-header")
    if b"\n" not in raw and b"\r" in raw:
        findings.append("bare-cr")
    return tuple(findings)


def header_end(raw: bytes, start: int = 0, end: int | None = None) -> int:
    """Where the last header line of ``raw[start:end]`` ends: before the first empty line, else at ``end``."""
    stop = len(raw) if end is None else end
    if _EMPTY_FIRST_LINE.match(raw, start, stop):
        return start
    found = _EMPTY_LINE.search(raw, start, stop)
    return stop if found is None else found.start()


def hopeless(findings: tuple[str, ...]) -> str:
    """The finding that lies ten times beyond its limit, or an empty string."""
    return next((name for name in findings if name.endswith("-hopeless")), "")


def _limit(findings: list[str], name: str, found: int, limit: int) -> None:
    if found > limit:
        findings.append(name)
    if found > limit * HOPELESS:
        findings.append(f"{name}-hopeless")


def _boundary_lines(raw: bytes, limit: int) -> int:
    """Lines that start with a declared boundary. A patch or an SQL dump is full of ``--``: those do not count."""
    if raw.count(b"\n--") <= limit:
        return 0
    declared = {match.group(1).strip() for match in _DECLARED_BOUNDARY.finditer(raw, 0, 64 * 1024)}
    return sum(raw.count(b"\n--" + boundary) for boundary in list(declared)[:20] if boundary)


def _multiparts(raw: bytes, limit: int) -> int:
    """Parts that hold parts; the exact count is taken only where the cheap one is alarming."""
    if raw.count(b"ultipart/") + raw.count(b"essage/") + raw.count(b"ULTIPART/") + raw.count(b"ESSAGE/") <= limit:
        return 0
    return sum(1 for _ in _HOLDS_PARTS.finditer(raw))
