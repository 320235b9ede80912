"""The Chinese of the phrases in alerts to admins."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "What is wrong: {problems}": "问题：{problems}",
    "It was read and found good.": "已读取，没有发现问题。",
    "mend it and send #reload again; until then the old one stays in force.": (
        "请修正后再次发送 #reload；在此之前继续使用旧配置。"
    ),
    "see what stands in the way with #held show {number}.": "用 #held show {number} 查看原因。",
    "the held mail {number} stays held": "被扣邮件 {number} 仍未放行",
    "the new configuration is in force": "新配置已生效",
    "the new configuration is not used": "新配置未被采用",
}
