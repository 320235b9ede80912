"""Chinese with names and figures in it reads as if it had been set by hand."""

from __future__ import annotations

import pytest

from mailgate.letters.typeset import dated, filled


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("已转到{name}", "Billing", "已转到 Billing"),
        ("已转到{name}", "财务", "已转到财务"),
        ("{name}已恢复", "billing", "billing 已恢复"),
        ("已转到{name}；请看", "IT", "已转到 IT；请看"),
        ("工单 {name} 已结束", "7", "工单 7 已结束"),
        ("并入{name}", "#7", "并入 #7"),
        ("标签：{name}", "vip", "标签：vip"),
        ("“{name}”的结果", "vip", "“vip”的结果"),
        ("{{{name}}}", "vip", "{vip}"),
        ("由{name}转交", "", "由转交"),
        ("由{name}转交", "{name}", "由{name}转交"),
    ],
)
def test_a_space_stands_where_the_scripts_meet(text: str, name: str, said: str) -> None:
    assert filled(text, {"name": name}) == said


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        ("2026-11-27 09:00", "2026年11月27日 09:00"),
        ("2026-01-05", "2026年1月5日"),
        ("vip", "vip"),
        ("2026-01-05 and more", "2026-01-05 and more"),
    ],
)
def test_a_date_reads_as_a_date(stamp: str, said: str) -> None:
    assert dated(stamp) == said
