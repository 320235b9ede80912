"""What the desk keeps in English is read in Chinese: every line of a decision, and why anything was done."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailgate
from mailgate.letters.recalled import recalled

DESK = Path(mailgate.__file__).parent / "desk"
_LINE = re.compile(r"[a-z]+: ")


def _lines() -> Iterator[str]:
    """The lines of decisions, and why mail is held, as the rules write them."""
    for path in sorted(DESK.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and _LINE.match(line := _filled(node)):
                yield line
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "hold":
                yield _filled(node.args[1])


def _filled(node: ast.expr) -> str:
    """A text of the program, with a 7 for whatever is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_filled, node.values))
    return str(node.value) if isinstance(node, ast.Constant) else "7"


@pytest.mark.parametrize("line", sorted(set(_lines())))
def test_every_line_of_a_decision_has_its_chinese(line: str) -> None:
    assert not re.search("[a-z]+ [a-z]+", recalled(line, "zh")), line
    assert recalled(line, "en") == line


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        (
            "route: no rule matched: team of the mailbox support@acme.example: team support",
            "分派：没有匹配的规则：邮箱 support@acme.example 所属的团队：团队 support",
        ),
        (
            "command: #pending fri: done: waits for the customer until 2026-11-27 09:00",
            "指令：#pending fri：已执行：等待客户，直到 2026年11月27日 09:00",
        ),
        ("bounce: of our letter (answer): 1 failed", "退信：我们的邮件（回复）：1 个地址失败"),
        ("robot: put on ticket 7, which stays waiting-customer", "自动邮件：归入工单 7，状态仍为等待客户回复"),
        ("privacy: erase asked for; the admins have a ready command", "个人数据：要求删除；管理员已收到现成的指令"),
        ("report: a read receipt", "报告：已读回执"),
        (
            "agent who would act, not proved; proof unknown; not asked: budget used up: 3 letters a day of one kind",
            "客服要求操作，未证实；发件人核实：未知；未询问：已达发信上限：3 封，每天同一种类",
        ),
        (
            "looks like spam; rule hold it: subject has the word lottery",
            "looks like spam；规则“hold it”：主题含有词语“lottery”",
        ),
    ],
)
def test_what_stands_in_a_line_is_said_too(line: str, chinese: str) -> None:
    assert recalled(line, "zh") == chinese
