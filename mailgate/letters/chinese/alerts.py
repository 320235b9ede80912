"""The Chinese of the phrases in alerts to admins."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "What is wrong: {problems}": "问题：{problems}",
    "It was read and found good.": "已读取，没有发现问题。",
    "mend it and send #reload again; until then the old one stays in force.": (
        "请修正后再次发送 #重载；在此之前继续使用旧配置。"
    ),
    "see what stands in the way with #held show {number}.": "用 #扣留 show {number} 查看原因。",
    "It failed while a letter was written. The plain built-in letter goes out in its place.": (
        "写信时该模板出错，已改用内置的简单文本发出。"
    ),
    "mend the template, run `mailgate check`, and reload with SIGHUP, or write #reload.": (
        "请修正模板，运行 `mailgate check`，然后以 SIGHUP 重载，或发送 #重载。"
    ),
    "the template {template} is broken": "模板 {template} 有误",
    "the held mail {number} stays held": "被扣邮件 {number} 仍未放行",
    "the new configuration is in force": "新配置已生效",
    "the new configuration is not used": "新配置未被采用",
}
