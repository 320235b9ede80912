"""The Chinese of the phrases about rules on events, schedules, alerts and retention."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "The export is in {out} on the server, for its owner only.": "导出文件位于服务器上的 {out}，仅其所有者可读。",
    "hand it over by a way that you trust, then delete it.": "请通过可信的途径交付，然后删除该文件。",
    "the data of {address} are erased": "{address} 的数据已删除",
    "the data of {address} are exported": "{address} 的数据已导出",
    "It was stopped on ticket {number}; other tickets may be next.": (
        "已在工单 {number} 上停止它；其他工单也可能出现同样的情况。"
    ),
    "look at what makes it match again: its own change, or another rule's.": (
        "请检查是什么让它再次匹配：它自己的修改，还是另一条规则的修改。"
    ),
    "the rule {rule} escalates it": "规则 {rule} 将其升级",
    "the rule {rule} gives it back to its team": "规则 {rule} 将其退回团队",
    "the rule {rule} runs away on itself": "规则 {rule} 反复触发自己",
}
