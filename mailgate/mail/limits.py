"""How much of one mail is read, as a table.

A mail beyond a limit costs its own structure and nothing else: it becomes a minimal ``Mail`` (headers only) or, ten
times beyond, ``Permanent("too-complex")``. The figures are generous for honest mail: the largest seen in real
threads and newsletters lie at a fifth of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one reading; sizes in octets unless said otherwise.

    Postfix takes 100 KiB of headers and 100 levels of nesting; RFC 5322 sets no limit but the 998 octets of a line.
    """

    header_block: int = 256 * 1024
    headers: int = 2_000
    address_header: int = 32 * 1024
    references_header: int = 64 * 1024
    text_header: int = 8 * 1024
    boundary_lines: int = 2_000
    multiparts: int = 100
    parts: int = 2_000
    depth: int = 60
    attachments: int = 200
    addresses: int = 1_000
    references: int = 100
    text: int = 1024 * 1024
    html: int = 2 * 1024 * 1024
    unpacked: int = 64 * 1024 * 1024


DEFAULT_LIMITS = Limits()
"""What the daemon reads with."""

HOPELESS = 10
"""So many times beyond a limit of ``scan`` no honest mail has ever been: it is refused, not read in part."""
