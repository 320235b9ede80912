"""A Chinese desk: whatever the desk itself says in a letter is Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mailgate.desk.policy import Assign
from mailgate.desk.routing.rule import Actions, Condition, Rule
from tests.desk.conversation import policy
from tests.duties.desk import World, text_of
from tests.stories.conversation import ANA, BEN, CLEO, Conversation

REFUNDS = Rule("退款", Condition("test", subject="subject", relation="words", values=("退款",)), Actions(), go_on=True)
CUSTOMERS = Rule("客户", Condition("test", subject="from", relation="domain", values=("customer.example",)), Actions())


@pytest.fixture
def desk(new_world: Callable[..., World]) -> Conversation:
    """Its brand speaks Chinese, and its team gives tickets out by load."""
    plain = policy(rules=(REFUNDS, CUSTOMERS))
    brands = {name: replace(brand, language="zh") for name, brand in plain.brands.items()}
    teams = {name: replace(team, assign=Assign.LEAST_LOADED) for name, team in plain.teams.items()}
    return Conversation(new_world(replace(plain, brands=brands, teams=teams)))


def test_why_a_ticket_came_is_said_in_chinese(desk: Conversation) -> None:
    desk.write(CLEO, "商品坏了。", "退款 4711")
    said = (
        "分派依据：规则“退款”：主题含有词语“退款”；规则“客户”：发件人属于域名 customer.example；默认团队；"
        "分配给 Ana Ruiz，手上的工单最少（0）"
    )
    assert said in desk.read(ANA)


def test_a_decision_and_a_history_are_read_in_chinese(desk: Conversation) -> None:
    """They are kept in English; what stays Latin are names, addresses and what people wrote."""
    desk.write(CLEO, "商品坏了。", "退款 4711")
    desk.reply(ANA, "#优先级 高\n您好，已经安排退款。")
    desk.reply(CLEO, "谢谢，什么时候到账？")
    desk.reply(ANA, "#为什么\n#历史")
    text = text_of(desk.boxes[ANA][-1])
    for said in (
        "> 分派：规则“退款”：主题含有词语“退款”；规则“客户”：发件人属于域名 customer.example；默认团队；",
        "> 信任：参与人，有令牌：归入工单",
        "> 指令：#优先级 高：已执行：优先级：高",
        "未发送确认：属于已有工单",
        "状态：新建 → 等待客户回复，客服已答复",
        "处理人：Ana Ruiz",
        "指令：#优先级",
        "邮件待发 · 种类：回复",
    ):
        assert said in text
    known = {"Ana", "Ruiz", "authserv-id", "Re", "zh-Hans", "g1", "help", "ana"}
    rest = re.sub(r"\S+@\S+|mx\.\S+|[at]1\b|customer\.example|Ref: .*", "", text)
    assert set(re.findall(r"[A-Za-z][A-Za-z-]+", rest)) <= known


def test_what_commands_did_is_set_as_chinese_is(desk: Conversation) -> None:
    """Spaces where the scripts meet, dates and lists as Chinese has them, commands as they were written."""
    desk.write(CLEO, "商品坏了。", "订单")
    desk.reply(ANA, "#标签 退款 急件\n#截止 2026-11-27\n#指派 ben")
    text = text_of(desk.boxes[ANA][-1])
    for said in ("标签：退款、急件", "截止：2026年11月27日 17:00", "已指派给 Ben Okafor"):
        assert said in text
    desk.reply(ANA, "#撤销")
    assert "已撤销：#标签 退款 急件、#截止 2026-11-27、#指派 ben" in text_of(desk.boxes[ANA][-1])
    desk.write(ANA, "#新建 wang@customer.example 扫描仪", "电话", to=desk.control(ANA))
    desk.reply(ANA, "#撤销")
    assert "已撤销：#新建 wang@customer.example 扫描仪" in text_of(desk.boxes[ANA][-1])


def test_notes_of_the_desk_itself_are_in_its_language(desk: Conversation) -> None:
    """What a merge brings is told on the target."""
    desk.write(CLEO, "商品坏了。", "订单")
    desk.write(CLEO, "还是坏的。", "又是订单")
    desk.reply(BEN, "#merge 1")
    desk.reply(BEN, "#show 1")
    assert "工单 2（又是订单）已并入此工单。" in text_of(desk.boxes[BEN][-1])
