"""A Chinese desk: whatever the desk itself says in a letter is Chinese."""

from __future__ import annotations

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
        "分配给Ana Ruiz，手上的工单最少（0）"
    )
    assert said in desk.read(ANA)


def test_notes_of_the_desk_itself_are_in_its_language(desk: Conversation) -> None:
    """What a merge brings is told on the target."""
    desk.write(CLEO, "商品坏了。", "订单")
    desk.write(CLEO, "还是坏的。", "又是订单")
    desk.reply(BEN, "#merge 1")
    desk.reply(BEN, "#show 1")
    assert "工单 2（又是订单）已并入此工单。" in text_of(desk.boxes[BEN][-1])
