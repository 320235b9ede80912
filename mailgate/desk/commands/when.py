"""Days and times as agents write them: ``2d``, ``fri 14:00``, ``2026-12-01``, ``明天``, ``下周一上午9点``.

A text is read as a day and perhaps a time of day, in the agent's zone; without a time of day the caller's is meant
(mornings for what begins, evenings for what ends). A stretch of hours or minutes counts from now; one of days, weeks or
months leads to that day. ``1/12/2026`` is read by nobody, since half of the world reads it the other way round.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)
EVENING = time(17)
FURTHEST_DAYS = 1100
"""About three years: what is further away was probably meant otherwise."""


@dataclass(frozen=True, slots=True)
class Now:
    """The hour of the decision, in the agent's zone."""

    moment: datetime

    @property
    def today(self) -> date:
        """The day."""
        return self.moment.date()


def moment(text: str, now_ms: int, zone: str, at: time = MORNING) -> int | None:
    """The time that ``text`` means, in ms UTC; None when it means none, or one that is past or too far away."""
    words = " ".join(text.casefold().translate(_WIDE).replace(",", " ").split())
    for opener in _OPENERS:
        words = words.removeprefix(opener)
    now = Now(datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone)))
    found = _stretch(words, now) or _day_and_time(words, now, at)
    if found is None:
        return None
    meant_ms = int(found.timestamp() * 1000)
    return meant_ms if now_ms < meant_ms <= now_ms + FURTHEST_DAYS * 86_400_000 else None


def stamp(at_ms: int, zone: str) -> str:
    """How a transcript writes a time: ``2026-12-01 09:00``, in that zone."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


_WIDE = str.maketrans("０１２３４５６７８９：／－．，、　", "0123456789:/-.,  ")
_OPENERS = ("until ", "till ", "by ", "on ", "in ", "am ", "bis ", "到", "直到", "于")

_NUMBERS = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_NUMBERS |= {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "半": 0}
_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟", "分鐘"), "minutes"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "小时", "小時", "个小时", "個小時", "钟头"), "hours"),
    **dict.fromkeys(("d", "day", "days", "t", "tag", "tage", "天", "日"), "days"),
    **dict.fromkeys(("w", "wk", "week", "weeks", "周", "週", "星期", "个星期", "礼拜"), "weeks"),
    **dict.fromkeys(("mo", "month", "months", "个月", "個月", "月"), "months"),
}
_COUNT = "|".join((r"\d{1,3}", *_NUMBERS))
_STRETCH = re.compile(rf"(?P<count>{_COUNT}) ?(?P<unit>[^\W\d_]+?)(?:后|以后|之后|後)?")


def _stretch(words: str, now: Now) -> datetime | None:
    """``2d``, ``3 hours``, ``3天``, ``半小时``."""
    found = _STRETCH.fullmatch(words)
    unit = _UNITS.get(found["unit"]) if found else None
    if found is None or unit is None:
        return None
    count = int(found["count"]) if found["count"].isdigit() else _NUMBERS[found["count"]]
    if unit in ("minutes", "hours"):
        passed = timedelta(minutes=30) if found["count"] == "半" else timedelta(**{unit: count})
        # Added to the moment itself: across a change of the clocks an hour is an hour.
        return datetime.fromtimestamp(now.moment.timestamp() + passed.total_seconds(), now.moment.tzinfo)
    day = _months(now.today, count) if unit == "months" else now.today + timedelta(**{unit: count})
    return datetime.combine(day, now.moment.time(), now.moment.tzinfo) if count else None


def _day_and_time(words: str, now: Now, at: time) -> datetime | None:
    """A day, or a time of day, or both, in this order."""
    found = _TIME.search(words)
    clock = _time(found) if found else None
    if found and clock is None:
        return None
    before = words[: found.start()].strip() if found else words
    day = _day(before, now) if before else (now.today if found else None)
    if day is None:
        return None
    meant = datetime.combine(day, clock or at, now.moment.tzinfo)
    return meant + timedelta(days=1) if not before and meant <= now.moment else meant


_TIME = re.compile(
    r"(?:^|\s|(?<=[^\W\da-z]))(?:at |um )?(?P<half>上午|早上|中午|下午|晚上|)(?P<hour>\d{1,2})"
    r"(?:(?:[:点點时時](?P<minute>\d{2})?分?(?P<quarter>半)?)|(?=\s?[ap]m)) ?(?P<meridiem>am|pm|uhr|)$"
)


def _time(found: re.Match[str]) -> time | None:
    hour, minute = int(found["hour"]), int(found["minute"] or (30 if found["quarter"] else 0))
    afternoon = found["meridiem"] == "pm" or found["half"] in ("下午", "晚上")
    if afternoon and hour < 12:
        hour += 12
    if found["meridiem"] == "am" and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


_WEEKDAYS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "montag", "周一", "星期一", "礼拜一", "週一"),
            ("tue", "tues", "tuesday", "dienstag", "周二", "星期二", "礼拜二", "週二"),
            ("wed", "wednesday", "mittwoch", "周三", "星期三", "礼拜三", "週三"),
            ("thu", "thur", "thurs", "thursday", "donnerstag", "周四", "星期四", "礼拜四", "週四"),
            ("fri", "friday", "freitag", "周五", "星期五", "礼拜五", "週五"),
            ("sat", "saturday", "samstag", "周六", "星期六", "礼拜六", "週六"),
            ("sun", "sunday", "sonntag", "周日", "周天", "星期日", "星期天", "礼拜天", "週日"),
        )
    )
    for name in names
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED: Mapping[str, Callable[[date], date]] = {
    **dict.fromkeys(("today", "tonight", "heute", "今天", "今日", "今晚"), lambda day: day),
    **dict.fromkeys(("tomorrow", "tmr", "morgen", "明天", "明日"), lambda day: day + timedelta(days=1)),
    **dict.fromkeys(("后天", "後天", "übermorgen", "day after tomorrow"), lambda day: day + timedelta(days=2)),
    **dict.fromkeys(("大后天", "大後天"), lambda day: day + timedelta(days=3)),
    **dict.fromkeys(("next week", "下周", "下週", "下星期"), lambda day: day + timedelta(days=7 - day.weekday())),
    **dict.fromkeys(("next month", "下个月", "下個月", "下月"), lambda day: _months(day.replace(day=1), 1)),
    **dict.fromkeys(
        ("end of month", "month end", "月底"), lambda day: day.replace(day=monthrange(day.year, day.month)[1])
    ),
}


def _day(words: str, now: Now) -> date | None:
    words = words.strip()
    if words in _NAMED:
        return _NAMED[words](now.today)
    return _weekday(words, now.today) or _dated(words, now.today)


def _weekday(words: str, today: date) -> date | None:
    """The next day of that name; with ``next`` or ``下`` that of the next week, which begins on Monday."""
    bare = re.sub(r"^(?:next |下个?|下個)", "", words)
    wanted = _WEEKDAYS.get(bare, _WEEKDAYS.get(f"周{bare}") if bare != words and len(bare) == 1 else None)
    if wanted is None:
        return None
    if bare != words:
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


_DATES = (
    re.compile(r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"),
    re.compile(r"(?:(?P<year>\d{4}) ?年 ?)?(?P<month>\d{1,2}) ?月 ?(?P<day>\d{1,2}) ?[日号號]?"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?"),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? (?P<name>{'|'.join(_MONTHS)})[a-z]*\.? ?(?P<year>\d{{4}})?"),
    re.compile(rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)? ?(?P<year>\d{{4}})?"),
)


def _dated(words: str, today: date) -> date | None:
    """A date; one without a year is the next that comes."""
    found = next((match for pattern in _DATES if (match := pattern.fullmatch(words))), None)
    if found is None:
        return None
    parts = found.groupdict()
    month = _MONTHS.index(parts["name"]) + 1 if parts.get("name") else int(parts["month"] or 0)
    for year in (int(parts["year"]),) if parts.get("year") else (today.year, today.year + 1):
        meant = _valid(year, month, int(parts["day"] or 0))
        if meant and (meant >= today or parts.get("year")):
            return meant
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months(day: date, count: int) -> date:
    """So many months later; the last day of a month that is shorter."""
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
