"""The manual that agents get by mail: each command as it is written, and what it does, in one line.

It is the short form of ``docs/agents.md``, and what ``#help`` and the welcome letter show. A test holds all of it
against the vocabulary, so that no command is without its line and none is told of that there is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailgate.desk.commands.vocabulary import BY_NAME
from mailgate.desk.policy import Agent

Usage = tuple[str, str]

ENGLISH: Mapping[str, Usage] = {
    "take": ("#take", "the ticket is yours"),
    "assign": ("#assign ana", "it is Ana's (also me, none, or a team)"),
    "drop": ("#drop", "nobody's: back to the team"),
    "refuse": ("#refuse why", "back to who gave it to you, with your reason"),
    "team": ("#team billing", "another team's"),
    "note": ("#note", "what follows stays inside; #note @ana tells Ana"),
    "priority": ("#priority high", "low, normal, high, urgent"),
    "tag": ("#tag refund", "adds a tag"),
    "untag": ("#untag refund", "takes a tag away"),
    "status": ("#status testing", "a state, your team's own too"),
    "pending": ("#pending fri", "we wait for the customer, until then"),
    "snooze": ("#snooze 2d", "no reminders until then"),
    "due": ("#due 2026-12-01", "when it is due"),
    "resolve": ("#resolve", "done; the customer is asked whether it is"),
    "close": ("#close", "over, without asking whether it is solved"),
    "reopen": ("#reopen", "goes on"),
    "spam": ("#spam", "kept aside, nobody is told"),
    "merge": ("#merge 1007", "this goes on in ticket 1007"),
    "split": ("#split", "the quoted or attached mail becomes its own ticket"),
    "link": ("#link 1007", "the two have to do with each other"),
    "unlink": ("#unlink 1007", "or have not"),
    "child": ("#child it: new disk", "a part for another team; this one waits"),
    "cc": ("#cc eve@b.example", "the customer's side: gets the answers"),
    "uncc": ("#uncc eve@b.example", "no more"),
    "ask": ("#ask it@b.example", "asks somebody outside; the answer stays inside"),
    "field": ("#field contract=A7", "sets a field"),
    "canned": ("#canned refund", "the ready reply of that name"),
    "as": ("#as ana@b.example", "the forwarded mail is a ticket of Ana's"),
    "new": ("#new ana@b.example Subject", "starts a ticket for Ana with what she told you"),
    "show": ("#show 1042", "the whole ticket"),
    "history": ("#history 1042", "what happened to it"),
    "why": ("#why 1042", "how its mails were decided"),
    "list": ("#list open billing", "tickets of a queue, most urgent first"),
    "mine": ("#mine", "your own"),
    "search": ("#search printer", "in subjects, mails, notes, names of files"),
    "undo": ("#undo", "takes back what you did last to the ticket"),
    "away": ("#away until friday", "no new tickets for you until then"),
    "back": ("#back", "you are back"),
    "help": ("#help", "this list"),
    "held": ("#held", "held mail; #held show 7, release 7, drop 7"),
    "health": ("#health", "the desk at a glance"),
    "rules": ("#rules test", "where the rules send the mail below"),
    "reload": ("#reload", "the configuration is read again"),
    "pause": ("#pause billing", "a team or mailbox sends nothing by itself"),
    "resume": ("#resume billing", "or does again"),
    "agents": ("#agents", "who is enrolled"),
    "agent": ("#agent add eve eve@b.example Eve billing", "enrols Eve; #agent remove eve ends it"),
    "privacy": ("#privacy export eve@b.example", "all that is held about Eve; #privacy erase forgets it"),
}
"""How each command is written and what it does, in the order of the manual: what agents do most comes first."""

CHINESE: Mapping[str, Usage] = {
    "take": ("#认领", "由我处理"),
    "assign": ("#指派 ana", "转交给某人（me、none 或团队）"),
    "drop": ("#放下", "放回团队，无人处理"),
    "refuse": ("#退回 原因", "退回给转交人，并附原因"),
    "team": ("#团队 billing", "转给另一个团队"),
    "note": ("#备注", "以下内容仅内部可见；可 @ana 提醒"),
    "priority": ("#优先级 高", "低、普通、高、紧急"),
    "tag": ("#标签 退款", "添加标签"),
    "untag": ("#去标签 退款", "移除标签"),
    "status": ("#状态 测试中", "设为某状态（含团队自定状态）"),
    "pending": ("#等待 周五", "等待客户，直到该日"),
    "snooze": ("#稍后 2天", "在此之前不再提醒"),
    "due": ("#截止 2026-12-01", "设定截止日期"),
    "resolve": ("#解决", "标为已解决，并请客户确认"),
    "close": ("#关闭", "直接关闭"),
    "reopen": ("#重开", "重新打开"),
    "spam": ("#垃圾", "标为垃圾邮件"),
    "merge": ("#合并 1007", "并入工单 1007"),
    "split": ("#拆分", "将引用或附带的邮件另立工单"),
    "link": ("#关联 1007", "关联两个工单"),
    "unlink": ("#取消关联 1007", "取消关联"),
    "child": ("#子工单 it：换硬盘", "交由另一团队的子工单"),
    "cc": ("#抄送 eve@b.example", "让其收到回复"),
    "uncc": ("#取消抄送 eve@b.example", "取消抄送"),
    "ask": ("#询问 it@b.example", "询问第三方，答复仅内部可见"),
    "field": ("#字段 合同=A7", "填写字段"),
    "canned": ("#模板 refund", "使用常用回复"),
    "as": ("#代 ana@b.example", "将转发的邮件立为该客户的工单"),
    "new": ("#新建 ana@b.example 主题", "代客户新建工单，下方写明客户所述"),
    "show": ("#查看 1042", "查看整个工单"),
    "history": ("#历史 1042", "查看历史"),
    "why": ("#为什么 1042", "查看邮件的分派依据"),
    "list": ("#列表 open billing", "列出队列中的工单"),
    "mine": ("#我的", "列出我的工单"),
    "search": ("#搜索 打印机", "搜索主题、正文、备注和附件名"),
    "undo": ("#撤销", "撤销您对该工单的上一次操作"),
    "away": ("#外出 周五", "在此之前不再分派给您"),
    "back": ("#回来", "恢复分派"),
    "help": ("#帮助", "本列表"),
    "held": ("#扣留", "被扣留的邮件；可加 show 7、release 7、drop 7"),
    "health": ("#概况", "服务台概况"),
    "rules": ("#规则 test", "试用规则，看下方邮件会分派到哪里"),
    "reload": ("#重载", "重新读取配置"),
    "pause": ("#暂停 billing", "某团队或邮箱暂停自动邮件"),
    "resume": ("#恢复 billing", "恢复自动邮件"),
    "agents": ("#客服名单", "列出全部客服"),
    "agent": ("#客服 add eve eve@b.example Eve billing", "添加客服；remove eve 则移除"),
    "privacy": ("#隐私 export eve@b.example", "导出某人的数据；erase 则永久删除"),
}
"""The same in Chinese."""


def manual(agent: Agent, language: str) -> Iterator[Usage]:
    """Usage and meaning of every command that the agent may give, in the reader's language."""
    lines = CHINESE if language.startswith("zh") else ENGLISH
    return (lines[name] for name in ENGLISH if name in BY_NAME and BY_NAME[name].open_to(agent))
