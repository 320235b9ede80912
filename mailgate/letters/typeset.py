"""Chinese sentences with names and figures in them, set as Chinese is.

A space stands where Latin letters or figures meet Chinese characters, and a date reads as a date: 已转到 Billing,
2026年11月27日 09:00. Only what is filled in is looked at; the sentence itself is written that way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

_HAN = re.compile("[\u3400-\u9fff]")
_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)( \d\d:\d\d)?")


def filled(text: str, names: Mapping[str, str]) -> str:
    """``text`` with its ``{names}`` filled in, and spaces where the two scripts meet."""
    set_: list[str] = []
    for literal, name, _, _ in Formatter().parse(text):
        for piece in (literal, names[name] if name is not None else ""):
            if piece:
                set_.append(f" {piece}" if set_ and _meet(set_[-1][-1], piece[0]) else piece)
    return "".join(set_)


def dated(text: str) -> str:
    """A day, or a moment, of the desk's own (``2026-11-27 09:00``) in Chinese; anything else as it is."""
    found = _STAMP.fullmatch(text)
    return f"{found[1]}年{int(found[2])}月{int(found[3])}日{found[4] or ''}" if found else text


def _meet(before: str, after: str) -> bool:
    """Whether one is a Chinese character and the other a Latin letter, a figure, or a sign before one."""
    one, other = (before, after) if _HAN.match(before) else (after, before)
    return bool(_HAN.match(one)) and other.isascii() and (other.isalnum() or other == "#")
