"""The Chinese of the phrases about reminders, warnings, closing and surveys."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "the day until which we waited has come": "等待的期限已到",
    "the day until which it was snoozed has come": "暂缓的期限已到",
    "it is due soon": "即将到期",
    "it is overdue": "已经逾期",
    "nobody took it in time": "无人及时处理",
    "nobody took it in time; {reason}": "无人及时处理；{reason}",
    "we have not heard from you": "我们一直未收到您的回复",
}
