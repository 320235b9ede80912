"""Times, sizes and counts in a reader's words.

Each function takes what storage holds (milliseconds, octets) and gives the words of one language; any language but
Chinese reads English. A time is said in the zone of its reader and names the zone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIZES = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"))


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """The zone of that IANA name, or UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment(at_ms: int, now_ms: int, zone_name: str, language: str) -> str:
    """``today 17:30 (UTC+1)``, ``Mon 24 Nov 09:00 (UTC+1)``; ``今天17:30（UTC+8）``, ``11月24日 09:00（UTC+8）``."""
    return f"{brief(at_ms, now_ms, zone_name, language)}{_in_zone(at_ms, zone_name, language)}"


def dated(at_ms: int, now_ms: int, zone_name: str, language: str) -> str:
    """The same with its date even where it is today: ``Sat 21 Nov 17:30 (UTC+1)``."""
    at, now = local(at_ms, zone_name), local(now_ms, zone_name)
    day = _date_zh(at, now) if language.startswith("zh") else _date_en(at, now)
    return f"{day}{at:%H:%M}{_in_zone(at_ms, zone_name, language)}"


def brief(at_ms: int, now_ms: int, zone_name: str, language: str) -> str:
    """The same without the zone, for lists of many times: ``today 17:30``, ``11月24日 09:00``."""
    at, now = local(at_ms, zone_name), local(now_ms, zone_name)
    return f"{_day_zh(at, now) if language.startswith('zh') else _day_en(at, now)}{at:%H:%M}"


def local(at_ms: int, zone_name: str) -> datetime:
    """That moment on the clock of the zone."""
    return datetime.fromtimestamp(at_ms // 1000, zone(zone_name))


def lapse(span_ms: int, language: str) -> str:
    """About how long: ``2 hours``, ``35 minutes``, ``3 days``; in Chinese ``2小时``, ``35分钟``, ``3天``."""
    minutes = max(1, span_ms // 60_000)
    for size, english, chinese in ((2880, "day", "天"), (60, "hour", "小时"), (1, "minute", "分钟")):
        if minutes >= size:
            count = minutes // (1440 if english == "day" else size)
            return f"{count}{chinese}" if language.startswith("zh") else f"{count} {english}{'s' * (count != 1)}"
    raise AssertionError("one minute is the least")


def size(octets: int) -> str:
    """``3 KB``, ``1.4 MB``: what a file is, not what it is exactly."""
    for unit, name in _SIZES:
        if octets >= unit:
            value = octets / unit
            return f"{value:.1f} {name}" if value < 10 and name != "KB" else f"{value:.0f} {name}"
    return f"{octets} B"


@lru_cache(maxsize=16)
def header_date(at_ms: int, zone_name: str) -> str:
    """The Date header's value (RFC 5322 section 3.3): English names whatever the locale of the machine."""
    at = local(at_ms, zone_name)
    return f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d} {at:%H:%M:%S %z}"


def _day_en(at: datetime, now: datetime) -> str:
    if at.date() == now.date():
        return "today "
    if at.date() == now.date() + timedelta(days=1):
        return "tomorrow "
    return _date_en(at, now)


def _date_en(at: datetime, now: datetime) -> str:
    year = f" {at.year}" if at.year != now.year else ""
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}{year} "


def _day_zh(at: datetime, now: datetime) -> str:
    if at.date() == now.date():
        return "今天"
    if at.date() == now.date() + timedelta(days=1):
        return "明天"
    return _date_zh(at, now)


def _date_zh(at: datetime, now: datetime) -> str:
    year = f"{at.year}年" if at.year != now.year else ""
    return f"{year}{at.month}月{at.day}日 "


def _in_zone(at_ms: int, zone_name: str, language: str) -> str:
    offset = _offset(local(at_ms, zone_name))
    return f"（{offset}）" if language.startswith("zh") else f" ({offset})"


def _offset(at: datetime) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}{f':{rest:02d}' if rest else ''}"
