"""What the desk says, in the reader's language: its phrases and their Chinese.

The rules of the desk speak in English ``Phrase`` values (``mailgate.desk.phrase``). ``spoken`` says one as a reader of
that language would. The Chinese stands in ``mailgate/letters/chinese/``, a table a subject: the English sentence as it
is written in the code, and the Chinese with the same ``{names}``. A test walks every phrase of the program and fails
for one that has no Chinese, for one whose names differ, and for Chinese that nobody says any more.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping

from mailgate.desk.phrase import Given, Phrase
from mailgate.letters.chinese import admins, alerts, clock, commands, customers, duties, identity, rules, teams
from mailgate.letters.typeset import dated, filled
from mailgate.letters.vocabulary import said

SECTIONS: tuple[Mapping[str, str], ...] = (
    commands.CHINESE,
    identity.CHINESE,
    teams.CHINESE,
    customers.CHINESE,
    admins.CHINESE,
    alerts.CHINESE,
    clock.CHINESE,
    duties.CHINESE,
    rules.CHINESE,
)

CHINESE: Mapping[str, str] = ChainMap(*[dict(section) for section in SECTIONS])
"""Every phrase's English text, and its Chinese."""


OWN = frozenset({"state", "priority", "role"})
DAYS = frozenset({"day", "when"})


def spoken(value: Phrase | str, language: str) -> str:
    """``value`` in Chinese for readers of ``zh``, ``zh-Hans`` and so on, else in English; a str is said as it is."""
    if isinstance(value, str):
        return value
    names = {name: _given(name, given, language) for name, given in value.names}
    if language.startswith("zh"):
        return filled(CHINESE.get(value.text, value.text), names)
    return value.text.format(**names)


def _given(name: str, given: Given, language: str) -> str:
    """What stands for a name; a state, a priority and a role are words of the desk's own, unless an admin made them,
    and a day is one of the reader's language."""
    if isinstance(given, tuple):
        return ("、" if language.startswith("zh") else ", ").join([_given(name, one, language) for one in given])
    if isinstance(given, str) and name in OWN:
        return said(given, language)
    if isinstance(given, str) and name in DAYS and language.startswith("zh"):
        return dated(given)
    return spoken(given, language)
