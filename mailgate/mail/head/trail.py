"""The way of a mail: its Received headers as hops, oldest first, by mail-parser.

Shown by ``explain``, never used to decide anything, and never on the hot path: mail-parser is imported
when the first trail is asked for. Where it can read nothing, the trail is empty.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.mail.head.headers import RawHeaders
from mailgate.mail.text import encoded_word

_MAX_HOPS = 60
_MAX_HEADER = 2_000


@dataclass(frozen=True, slots=True)
class Hop:
    """One relay: who handed over, who took it, by which protocol, when, and after how many seconds.

    ``date`` is UTC in ISO 8601, empty where the header has none; ``delay`` counts from the hop before.
    """

    number: int
    from_: str
    by: str
    protocol: str
    date: str
    delay: float


def received_trail(raw_headers: RawHeaders) -> tuple[Hop, ...]:
    """The hops of a mail, oldest first; empty where there is no Received header that can be read."""
    received = [
        encoded_word.decode(encoded_word.raw_text(value[:_MAX_HEADER]))
        for name, value in raw_headers
        if name.lower() == "received"
    ]
    if not received:
        return ()
    from mailparser.utils import receiveds_parsing  # slow to import

    try:
        hops = receiveds_parsing(received[:_MAX_HOPS])
    except Exception:  # its patterns and dates let various errors out on odd headers
        return ()
    return tuple(
        Hop(
            number=int(hop.get("hop", at)),
            from_=str(hop.get("from", "")),
            by=str(hop.get("by", "")),
            protocol=str(hop.get("with", "")),
            date=str(hop.get("date_utc") or ""),
            delay=float(hop.get("delay") or 0.0),
        )
        for at, hop in enumerate(hops, 1)
    )
