"""The Chinese of the phrases about what customers ask by mail."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "The law gives you a month. Export first; erasing cannot be undone.": (
        "法律给您一个月的时间。请先导出；删除后无法恢复。"
    ),
    "The sender is not proved: make sure who it is first.": "发件人身份未经证实：请先核实。",
    "The sender is proved.": "发件人身份已证实。",
    "a customer claims their right to their data": "一位客户要求行使其个人数据权利",
    "This person asks for the data that the desk holds about them: {address}.": (
        "此人要求获取服务台保存的本人数据：{address}。"
    ),
    "This person asks to be forgotten: {address}.": "此人要求删除本人数据：{address}。",
    "{what} {proof}": "{what}{proof}",
}
