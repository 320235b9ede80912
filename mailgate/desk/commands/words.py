"""What each command is called, in English and Chinese.

A name here is a ``Meaning`` of ``vocabulary``; a word means one command only, and a test says so. Words are compared
without regard to case. The first English word and the first Chinese one are those that help and letters show.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

ON_TICKETS: Mapping[str, tuple[str, ...]] = {
    "note": ("note", "internal", "备注", "内部备注", "備註", "內部備註"),
    "assign": ("assign", "指派", "分配", "转给", "轉給"),
    "take": ("take", "认领", "接手", "認領"),
    "drop": ("drop", "放下", "退回团队", "放回"),
    "refuse": ("refuse", "decline", "退回", "拒绝", "拒絕"),
    "team": ("team", "团队", "转组", "團隊"),
    "priority": ("priority", "prio", "优先级", "優先級"),
    "tag": ("tag", "tags", "标签", "標籤"),
    "untag": ("untag", "去标签", "删除标签", "去標籤"),
    "status": ("status", "state", "状态", "狀態"),
    "pending": ("pending", "wait", "等待", "待回复", "等待客户"),
    "snooze": ("snooze", "later", "稍后", "暂缓", "稍後"),
    "due": ("due", "deadline", "截止", "期限"),
    "resolve": ("resolve", "resolved", "solved", "解决", "已解决", "解決"),
    "close": ("close", "closed", "关闭", "關閉"),
    "reopen": ("reopen", "open", "重开", "重新打开", "重開"),
    "spam": ("spam", "垃圾", "垃圾邮件", "垃圾郵件"),
    "merge": ("merge", "合并", "合併"),
    "split": ("split", "拆分"),
    "link": ("link", "关联", "關聯"),
    "unlink": ("unlink", "取消关联", "取消關聯"),
    "child": ("child", "subtask", "子工单", "子任务", "子工單"),
    "cc": ("cc", "抄送"),
    "uncc": ("uncc", "取消抄送"),
    "ask": ("ask", "询问", "问", "詢問"),
    "field": ("field", "set", "字段", "欄位"),
    "canned": ("canned", "reply", "template", "模板", "常用回复", "範本"),
}
"""What is done to the ticket that the mail belongs to."""

ON_THE_DESK: Mapping[str, tuple[str, ...]] = {
    "new": ("new", "新建", "新工单"),
    "as": ("as", "for", "代", "代客户"),
    "show": ("show", "view", "查看", "显示"),
    "history": ("history", "log", "历史", "歷史"),
    "why": ("why", "explain", "为什么", "為什麼", "原因"),
    "list": ("list", "queue", "列表", "队列"),
    "mine": ("mine", "my", "我的"),
    "search": ("search", "find", "搜索", "查找", "搜尋"),
    "undo": ("undo", "撤销", "撤消", "撤銷"),
    "help": ("help", "commands", "帮助", "幫助"),
    "away": ("away", "vacation", "外出", "休假"),
    "back": ("back", "回来", "已回", "回來"),
}
"""What needs no ticket, or can name one."""

FOR_ADMINS: Mapping[str, tuple[str, ...]] = {
    "held": ("held", "quarantine", "扣留", "隔离", "隔離"),
    "health": ("health", "概况", "概況"),
    "rules": ("rules", "规则", "規則"),
    "reload": ("reload", "重载", "重新加载", "重載"),
    "pause": ("pause", "暂停", "暫停"),
    "resume": ("resume", "恢复", "恢復"),
    "privacy": ("privacy", "隐私", "隱私"),
    "agents": ("agents", "客服名单", "客服名單"),
    "agent": ("agent", "客服"),
}
"""What changes the desk itself (``admin.py``)."""

WORDS: Mapping[str, tuple[str, ...]] = {**ON_TICKETS, **ON_THE_DESK, **FOR_ADMINS}
"""The whole vocabulary; it grows by adding lines."""

ALONE = frozenset(
    {"take", "drop", "resolve", "close", "reopen", "spam", "split", "mine", "undo", "help", "back"}
    | {"health", "reload", "agents"}
)
"""Commands that are but their word."""

_NAME_OF = {word.casefold(): name for name, words in WORDS.items() for word in words}


def name_of(word: str) -> str:
    """The command that the word means; empty for none."""
    return _NAME_OF.get(word.casefold(), "")


_GLUED = tuple(
    sorted(
        (word for name, words in WORDS.items() for word in words if name not in ALONE and not word.isascii()),
        key=len,
        reverse=True,
    )
)
_SHORTEST = 2
"""Characters; a single one may begin any word."""


def glued(text: str) -> str:
    """The Chinese word of a command that the text begins with, where its argument may stand right behind it, as
    Chinese is written (等待周五); empty for none."""
    return next((word for word in _GLUED if len(word) >= _SHORTEST and text.startswith(word)), "")


def nearest(word: str) -> str:
    """The word that was probably meant, of two that are as near the one that stands first; empty where none is near."""
    written = word.casefold()[:40]
    likeness = 0.7 if written.isascii() else 0.5  # of a word of two characters, one may be wrong
    near = difflib.get_close_matches(written, _NAME_OF, 3, likeness)
    in_order = (each for each in _NAME_OF if each in near)
    return max(in_order, key=lambda each: difflib.SequenceMatcher(None, each, written).ratio(), default="")
