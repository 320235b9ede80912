"""The Chinese of the phrases in alerts to admins."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "It was read and found good.": "已读取，没有发现问题。",
    "mend it and send #reload again; until then the old one stays in force.": (
        "请修正后再次发送 #reload；在此之前继续使用旧配置。"
    ),
    "the new configuration is in force": "新配置已生效",
    "the new configuration is not used": "新配置未被采用",
}
