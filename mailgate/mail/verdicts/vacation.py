"""Vacation notices: known by their subject or their first words, and when the person is back.

Most notices carry ``Auto-Submitted`` and need none of this. ``notice_in_subject`` and ``notice_in_text`` are for those
that do not; they want the notice's own wording at the very beginning, since people write about holidays too, and go on
holiday with an open ticket. Who asks something is a person.
``away_until`` reads a date only beside a word that says what it means ("until", "back on") and believes it only within
``MAX_DAYS`` of the mail; of several the latest counts. The words are in ``vacation_words`` and ``absence_words``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from mailgate.mail.quotes.phrase_table import Phrases
from mailgate.mail.verdicts.absence_words import AWAY, GOES_ON, MACHINES, SELF
from mailgate.mail.verdicts.vacation_words import BACK, BARE_SUBJECTS, MONTHS, SUBJECTS, UNTIL, WEEKDAYS

MAX_TEXT = 4_000
MAX_NOTICE = 2_000
MAX_DAYS = 400
MAX_FIRST = 240
MAX_SENTENCE = 100
_NEAR = 40
_STARTS = (*UNTIL, "from", "vom", "du ", "del ")
_TITLES = Phrases((*BARE_SUBJECTS, *SUBJECTS))

_ANSWER = re.compile(r"(?:(?:re|aw|sv|vs|odp|ynt|回复|回覆|答复|antw|res|rif|r)\s?[:：]\s?)")
_NEGATION = re.compile(r"\b(?:not|isn't|doesn't|don't|nicht|keine?|pas|no se|não|non|niet|nie|не|inte|ikke|nem)\b")
"""Who says that the automatic reply does not come is a person."""
_GREETING = re.compile(
    r"(?:hi|hello|dear|hallo|guten tag|liebe|bonjour|hola|olá|ciao|hej|您好|你好|здравствуйте|お世話)[^\n]{0,60}\n\s*"
)
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_WEEKDAY = "|".join(sorted(map(re.escape, WEEKDAYS), key=len, reverse=True))
_DATE = re.compile(
    r"(?P<y>\d{4})\s?[-/.年년]\s?(?P<m>\d{1,2})\s?[-/.月월]\s?(?P<d>\d{1,2})"
    r"|(?P<m2>\d{1,2})\s?[月월]\s?(?P<d2>\d{1,2})\s?[日일号號]?"
    r"|(?P<a>\d{1,2})\s?(?P<sep>[./-])\s?(?P<b>\d{1,2})(?:\s?[./-]\s?(?P<y3>\d{4}|\d{2})(?!\d))?"
    r"|(?P<d4>\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?\s(?:de |of |ב)?"
    rf"(?P<name4>{_MONTH})(?![^\W\d_])\.?(?:,? (?:de |d\. )?(?P<y4>\d{{4}}))?"
    rf"|(?<![^\W\d_])(?P<name5>{_MONTH})\.? (?P<d5>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y5>\d{{4}}))?(?![\d:])"
    rf"|(?<![^\W\d_])(?P<weekday>{_WEEKDAY})(?![a-z])"
)


def notice_in_subject(subject: str) -> str:
    """Evidence that the subject is a vacation notice's, or the empty string."""
    lowered = subject[:300].replace("\xa0", " ").lower().strip()
    for _ in range(3):
        match = _ANSWER.match(lowered)
        if match is None:
            break
        lowered = lowered[match.end() :]
    title = lowered.lstrip("[(【〔「 ")
    known = _stands_alone(title) or (title.startswith(SUBJECTS.possible(title)) and not _NEGATION.search(title))
    return f"Subject: {subject[:200]}" if known and not _asks(title) else ""


def _stands_alone(title: str) -> bool:
    """Whether a notice's phrase opens the title and no sentence goes on behind it."""
    possible = _TITLES.possible(title)
    if not title.startswith(possible):
        return False
    phrase = max((one for one in possible if title.startswith(one)), key=len)
    rest = title[len(phrase) :].lstrip()
    if phrase[-1] == ":" or not rest:
        return True
    return rest[0] in ":：-–—/([【】)],.!" or rest[0].isdigit() or rest.startswith(_STARTS)


def _asks(text: str) -> bool:
    return any(mark in text for mark in "?？؟")


def notice_in_text(text: str) -> str:
    """Evidence that a short text opens, behind a greeting, as a vacation notice does; or the empty string."""
    if len(text) > MAX_NOTICE or _asks(text):
        return ""
    lowered = text.lower().replace("’", "'").lstrip()
    greeting = _GREETING.match(lowered)
    first = lowered[greeting.end() if greeting else 0 :][:MAX_FIRST]
    machine = next((words for words in MACHINES if words in first), "")
    if machine:
        return f"text: {machine}"
    away = _speaks_of_absence(first)
    if away and (any(words in lowered for words in GOES_ON) or _names_a_return(lowered[: MAX_FIRST * 2])):
        return f"text: {away}"
    return ""


def _speaks_of_absence(first: str) -> str:
    """The word by which the author says of himself that he is away; empty when he does not."""
    if not any(word in first for word in AWAY):
        return ""
    for one in SELF:
        at = first.find(one)
        if at >= 0:
            near = first[at : at + MAX_SENTENCE]
            away = next((word for word in AWAY if word in near), "")
            if away:
                return away
    return ""


def _names_a_return(lowered: str) -> bool:
    """Whether a date stands beside a word that makes it the end of an absence."""
    return any(
        _meaning(lowered[max(0, match.start() - _NEAR) : match.start()], lowered[match.end() : match.end() + 24])
        for match in _DATE.finditer(lowered)
    )


def away_until(text: str, language: str, received_ms: int) -> int | None:
    """When the person is back, in milliseconds since 1970 UTC, or None when the text does not say.

    It is the beginning (UTC) of the first day on which mail may be read again. ``received_ms`` settles the year that a
    date leaves out; ``language`` (BCP 47) whether 03/04 is March or April.
    """
    today = datetime.fromtimestamp(received_ms / 1000, UTC).date() if received_ms > 0 else date(1970, 1, 1)
    lowered = text[:MAX_TEXT].lower().replace("\xa0", " ")
    month_first = language.startswith("en")
    days = [day for day in _days(lowered, today, month_first=month_first) if 0 < (day - today).days <= MAX_DAYS]
    if not days:
        return None
    return int(datetime(*max(days).timetuple()[:3], tzinfo=UTC).timestamp()) * 1000


def _days(lowered: str, today: date, *, month_first: bool) -> Iterator[date]:
    """The first day back of each date that has a meaning beside it."""
    for match in _DATE.finditer(lowered):
        day = _day(match, today, month_first=month_first)
        if day is None:
            continue
        meaning = _meaning(
            lowered[max(0, match.start() - _NEAR) : match.start()], lowered[match.end() : match.end() + 24]
        )
        if meaning:
            yield day + timedelta(days=meaning == "until")


def _meaning(before: str, after: str) -> str:
    """``until``, ``back`` or nothing, by the nearest word before the date, or right behind it (まで, 까지, kadar)."""
    if after.lstrip(" .,日일号號)").startswith(
        ("まで", "까지", "tarihine", "kadar", "'a kadar", "saakka", "asti", "前")
    ):
        return "until"
    if after.lstrip(" .,日일号號)").startswith(
        ("回来", "返回", "上班", "より出社", "から出社", "に戻", "복귀", "恢复", "返岗")
    ):
        return "back"
    until = max((_last(before, word) for word in UNTIL), default=-1)
    back = max((_last(before, word) for word in BACK), default=-1)
    if max(until, back) < 0:
        return ""
    return "until" if until > back else "back"


def _last(before: str, word: str) -> int:
    """Where ``word`` last stands in ``before`` as a word of its own (in scripts with spaces); -1 when it does not."""
    at = before.rfind(word)
    if at < 0 or not word[0].isascii():
        return at + len(word) if at >= 0 else -1
    alone = (at == 0 or not before[at - 1].isalpha()) and not before[at + len(word) : at + len(word) + 1].isalpha()
    between = before[at + len(word) :]
    return at + len(word) if alone and not any(mark in between for mark in ".!?\n") else -1


def _day(match: re.Match[str], today: date, *, month_first: bool) -> date | None:
    """The day that a match of ``_DATE`` names, in the year it says or the next that fits; None when there is none."""
    part = match.groupdict()
    if part["y"]:
        return _date(int(part["y"]), int(part["m"]), int(part["d"]))
    if part["m2"]:
        return _coming(today, int(part["m2"]), int(part["d2"]))
    if part["a"]:
        return _numeric(part, today, month_first=month_first)
    if part["name4"] or part["name5"]:
        month = MONTHS[part["name4"] or part["name5"]]
        day = int(part["d4"] or part["d5"])
        year = part["y4"] or part["y5"]
        return _date(int(year), month, day) if year else _coming(today, month, day)
    ahead = (WEEKDAYS[part["weekday"]] - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _numeric(part: dict[str, str | None], today: date, *, month_first: bool) -> date | None:
    """A date of two or three numbers: day first, but for ``/`` in English, where the month may be."""
    first, second = int(part["a"] or 0), int(part["b"] or 0)
    if second > 12 or (month_first and part["sep"] == "/" and first <= 12):
        first, second = second, first
    year = part["y3"]
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), second, first)
    return _coming(today, second, first) if part["sep"] != "-" else None


def _coming(today: date, month: int, day: int) -> date | None:
    """The next such day from today on; one that passed less than half a year ago is meant as it was."""
    this_year = _date(today.year, month, day)
    if this_year is not None and (this_year - today).days < -180:
        return _date(today.year + 1, month, day)
    return this_year


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
