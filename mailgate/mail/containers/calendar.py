"""An invitation in words: what, when, where, who (RFC 5545), as a few lines below the text."""

from __future__ import annotations

import re

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"^([A-Z-]{2,30})((?:;(?:[^:\n\"]|\"[^\"\n]*\")*)?):(.*)$", re.MULTILINE)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z)?)?")
_ZONE = re.compile(r"TZID=\"?([^;:\"]{1,60})")
_METHODS = {
    "REQUEST": "Invitation",
    "ADD": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Answer to an invitation",
    "COUNTER": "New time proposed",
    "DECLINECOUNTER": "Proposal declined",
    "PUBLISH": "Event",
}
_ESCAPES = re.compile(r"\\([nN,;\\])")
_MAX = 64 * 1024


def is_one(content_type: str, name: str) -> bool:
    """Whether a part is a calendar, by its type or, where that says nothing, by its name."""
    known = content_type in ("text/calendar", "application/ics")
    return known or (content_type == "application/octet-stream" and name.lower().endswith(".ics"))


def summary(text: str) -> str:
    """A few lines in brackets about the first event of a calendar, or an empty string where there is none."""
    unfolded = _FOLD.sub("", text[:_MAX].replace("\r", ""))
    event = unfolded.partition("BEGIN:VEVENT\n")[2].partition("END:VEVENT")
    if not event[1]:
        return ""
    fields: dict[str, tuple[str, str]] = {}
    for name, parameters, value in _LINE.findall(event[0]):
        fields.setdefault(name, (parameters, _ESCAPES.sub(_unescaped, value.strip())))
    method = re.search(r"^METHOD:(\w+)", unfolded, re.MULTILINE)
    heading = _METHODS.get(method.group(1).upper() if method else "", "Event")
    lines = [
        f"{heading}: {fields['SUMMARY'][1]}" if "SUMMARY" in fields else heading,
        _when(fields),
        f"Where: {fields['LOCATION'][1]}" if fields.get("LOCATION", ("", ""))[1] else "",
        f"Organiser: {_person(*fields['ORGANIZER'])}" if "ORGANIZER" in fields else "",
    ]
    return "[" + "\n".join(line for line in lines if line) + "]"


def _unescaped(match: re.Match[str]) -> str:
    return ", " if match.group(1) in "nN" else match.group(1)


def _when(fields: dict[str, tuple[str, str]]) -> str:
    start = _time(*fields["DTSTART"]) if "DTSTART" in fields else ""
    end = _time(*fields["DTEND"]) if "DTEND" in fields else ""
    if not start:
        return ""
    if end and end[:10] == start[:10]:
        end = end[11:]
    return f"When: {start} – {end}" if end else f"When: {start}"


def _time(parameters: str, value: str) -> str:
    """``2026-11-21 14:30 (Europe/Berlin)``; the zone as the calendar names it."""
    found = _TIME.match(value)
    if found is None:
        return ""
    year, month, day, hour, minute, utc = found.groups()
    date = f"{year}-{month}-{day}"
    if hour is None:
        return date
    zone = _ZONE.search(parameters)
    name = "UTC" if utc else zone.group(1) if zone else ""
    return f"{date} {hour}:{minute}" + (f" ({name})" if name else "")


def _person(parameters: str, value: str) -> str:
    name = re.search(r"CN=\"?([^;:\"]{1,100})", parameters)
    address = re.sub(r"(?i)^mailto:", "", value)
    return f"{name.group(1)} <{address}>" if name else address
