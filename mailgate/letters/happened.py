"""An entry of a ticket's history in words: what became of what, of whom, and why.

Entries are kept with the names of fields and the values of states, in English; here they are said to a reader, with
the names of agents and teams and with times in the reader's zone. What has no word is shown as it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.desk.commands.words import WORDS
from mailgate.desk.query import EventRow, Fact
from mailgate.letters.chinese.kept import LETTERS
from mailgate.letters.headers import clean_line
from mailgate.letters.reader import Reader
from mailgate.letters.recalled import recalled
from mailgate.letters.vocabulary import said

_CHINESE: Mapping[str, str] = {
    "agent": "客服",
    "agents": "客服",
    "assignee": "处理人",
    "commands": "指令",
    "direction": "来自",
    "due": "截止",
    "given by": "转交人",
    "kind": "种类",
    "language": "语言",
    "letter": "邮件",
    "mailbox": "邮箱",
    "merged into": "并入",
    "number": "编号",
    "nudges": "催单次数",
    "on": "事件",
    "other": "工单",
    "parent": "上级工单",
    "priority": "优先级",
    "promise": "承诺",
    "proof": "核实",
    "role": "角色",
    "rule": "规则",
    "rules": "规则",
    "score": "评分",
    "share": "已用比例",
    "sla": "承诺",
    "snoozed": "暂缓至",
    "state": "状态",
    "status": "状态",
    "team": "团队",
    "times": "次数",
    "trust": "信任",
    "until": "直到",
    "visibility": "可见",
    "webhook": "Webhook",
}
"""What facts are called; in English they are called what they are."""

_VALUES: Mapping[str, str] = {
    **LETTERS,
    "public": "所有参与人",
    "agents": "仅客服",
    "pass": "通过",
    "fail": "失败",
    "unknown": "未知",
    "requester": "提单人",
    "follower": "关注人",
}
_PEOPLE = frozenset({"agent", "agents", "assignee", "given_by"})


def happened(row: EventRow, reader: Reader) -> tuple[str, str, str]:
    """What it was, who did it, and the rest."""
    facts = [_fact(each, reader) for each in row.facts]
    words = [clean_line(recalled(each, reader.language)) for each in row.words]
    return said(row.kind, reader.language), clean_line(_who(row.actor, reader)), reader.joined(*facts, *words)


def _who(actor: str, reader: Reader) -> str:
    known = reader.who(actor)
    return known if known != actor else _value("", actor, reader) if actor else ""


def _fact(fact: Fact, reader: Reader) -> str:
    name = fact.name.removesuffix("_ms").replace("_", " ")
    now = _value(fact.name, fact.now, reader)
    told = f"{_value(fact.name, fact.before, reader)} → {now}" if fact.moved else now
    return f"{_CHINESE.get(name, name)}：{told}" if reader.chinese else f"{name}: {told}"


def _command(name: str, reader: Reader) -> str:
    """What a reader of that language would write for it."""
    words = WORDS.get(name, (name,))
    return next((word for word in words if not word.isascii()), name) if reader.chinese else name


def _value(name: str, value: object, reader: Reader) -> str:
    """A value as its reader says it."""
    if value in (None, "", ()):
        return "–"
    if isinstance(value, tuple):
        return reader.joined(*(_value(name, each, reader) for each in value))
    if name.endswith("_ms") and isinstance(value, int):
        return reader.at(value)
    if name in _PEOPLE:
        return clean_line(reader.who(str(value)))
    if name == "commands":
        return f"#{_command(str(value), reader)}"
    if name == "team":
        return clean_line(reader.team(str(value)))
    word = clean_line(str(value))
    known = _VALUES.get(word, "") if reader.chinese else ""
    named = known or said(word, reader.language)
    return recalled(word, reader.language) if named == word else named
