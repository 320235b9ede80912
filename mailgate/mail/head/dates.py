"""The Date header to milliseconds since 1970 UTC. It is shown, never believed: clocks of the desk run from receipt."""

from __future__ import annotations

from email.utils import mktime_tz, parsedate_tz

_LAST = 8_204_889_600_000  # 2 January 2230


def read(value: str) -> int | None:
    """Milliseconds since 1970 UTC, or None for a date that is none, or lies outside 1970 to 2229.

    Accepts what ``email.utils.parsedate_tz`` does (RFC 5322 section 3.3 and its obsolete forms); a date without a zone
    is taken for UTC.
    """
    if not value or len(value) > 100:
        return None
    try:
        fields = parsedate_tz(value)
        milliseconds = None if fields is None else int(mktime_tz((*fields[:9], fields[9] or 0))) * 1000
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return milliseconds if milliseconds is not None and 0 <= milliseconds <= _LAST else None
