"""The desk's own words, as readers say them: marks on a mail, states of a ticket, what happened to it, roles."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    # marks
    "unverified": ("The sender could not be verified.", "无法核实发件人的身份。"),
    "proof failed": ("The sender's address is probably forged.", "发件人地址很可能是伪造的。"),
    "third party": ("From a third party, not from the customer.", "来自第三方，而非客户本人。"),
    "automatic": ("Written by a machine.", "由系统自动发出。"),
    "not read whole": ("This mail could not be read whole; the original is kept.", "此邮件未能完整读取，原件已保留。"),
    "no right": ("From an agent without a right on this ticket.", "来自无权处理此工单的客服。"),
    "asked": ("Asked of a third party.", "向第三方的询问。"),
    "answered": ("This answer went to the customer.", "此答复已发给客户。"),
    "unsent": ("Not sent, since a command above it was not carried out.", "因上方指令未能执行，未发送。"),
    "filed": ("Written down by an agent.", "由客服代为登记。"),
    "not solved": ("The customer says that it is not solved.", "客户表示问题尚未解决。"),
    "rated 1": ("The customer rates it 1 of 5.", "客户评分：1 分（满分 5 分）。"),
    "rated 2": ("The customer rates it 2 of 5.", "客户评分：2 分（满分 5 分）。"),
    "rated 3": ("The customer rates it 3 of 5.", "客户评分：3 分（满分 5 分）。"),
    "rated 4": ("The customer rates it 4 of 5.", "客户评分：4 分（满分 5 分）。"),
    "rated 5": ("The customer rates it 5 of 5.", "客户评分：5 分（满分 5 分）。"),
    # states
    "new": ("new", "新建"),
    "open": ("open", "处理中"),
    "waiting-customer": ("waiting for the customer", "等待客户回复"),
    "waiting-third-party": ("waiting for a third party", "等待第三方"),
    "waiting-child": ("waiting for another ticket", "等待其他工单"),
    "resolved": ("resolved", "已解决"),
    "closed": ("closed", "已关闭"),
    "spam": ("spam", "垃圾邮件"),
    "merged": ("merged", "已合并"),
    # what a digest counts
    "waiting for an answer": ("waiting for an answer", "等待答复"),
    "overdue": ("overdue", "已逾期"),
    "due today": ("due today", "今日到期"),
    "yours": ("yours", "由您处理"),
    "nobody's": ("nobody's", "无人处理"),
    # priorities
    "low": ("low", "低"),
    "normal": ("normal", "普通"),
    "high": ("high", "高"),
    "urgent": ("urgent", "紧急"),
    # what a mail became
    "link": ("a new ticket, linked to an older one", "新工单，并关联旧工单"),
    "append": ("added to the ticket", "已归入工单"),
    "event": ("an event only", "仅作记录"),
    "hold": ("held", "已扣留"),
    "duplicate": ("the same mail again", "重复邮件"),
    # what happened to a ticket
    "opened": ("opened", "新建工单"),
    "message": ("message", "新消息"),
    "note": ("note", "备注"),
    "internal note": ("internal note", "内部备注"),
    "changed": ("changed", "已更改"),
    "participant": ("somebody joined", "新增参与人"),
    "linked": ("linked", "已关联"),
    "letter": ("letter queued", "邮件待发"),
    "letter-sent": ("letter delivered", "邮件已送达"),
    "letter-failed": ("letter failed", "邮件未送达"),
    "letter-queued": ("letter queued again", "邮件重新排队"),
    "letter-handing": ("letter on its way", "邮件发送中"),
    "letter-retry": ("letter to be tried again", "邮件待重试"),
    "letter-unknown": ("letter's fate unknown", "邮件结果未知"),
    "letter-cancelled": ("letter cancelled", "邮件已取消"),
    "bounce": ("bounced", "退信"),
    "rated": ("rated", "已评分"),
    "reminded": ("team reminded", "已提醒团队"),
    "commands": ("commands", "执行指令"),
    "survey sent": ("survey sent", "已发送满意度调查"),
    "survey not sent": ("survey not sent", "未发送满意度调查"),
    "rating came too late": ("rating came too late", "评分已过期"),
    "customer reminded": ("customer reminded", "已提醒客户"),
    "status asked": ("customer asked for the status", "客户查询进度"),
    "privacy request": ("asked for own data", "客户行使数据权利"),
    "participant-gone": ("somebody left", "参与人已移除"),
    "unlinked": ("not linked any more", "已取消关联"),
    "appended": ("mail added", "新增邮件"),
    "agent away": ("agent away", "客服外出"),
    "agent mail held": ("agent's mail held", "客服邮件待确认"),
    "confirmation": ("confirmation answered", "已回复确认"),
    "confirmation doubted": ("confirmation not believed", "确认未被采信"),
    "confirmation unclear": ("confirmation unclear", "确认不明确"),
    "former agent refused": ("former agent refused", "已拒绝前客服"),
    "denied": ("refused", "已拒绝"),
    "rule": ("rule", "规则"),
    "idle": ("nothing happened", "长时间无动静"),
    "date": ("a date came near", "日期临近"),
    "rule stopped": ("rule stopped", "规则已停止"),
    "erased": ("a person's data erased", "已删除个人数据"),
    "webhook failed": ("webhook failed", "Webhook 调用失败"),
    "promise kept": ("promise kept", "已按时兑现承诺"),
    "promise late": ("promise kept late", "未按时兑现承诺"),
    "sla warning": ("warned of a promise", "承诺即将超时，已提醒"),
    "sla broken": ("promise broken", "承诺已超时"),
    # letters, and the desk at a glance
    "queued": ("queued", "待发"),
    "retry": ("to be tried again", "待重试"),
    "handing": ("on their way", "发送中"),
    "failed": ("failed", "失败"),
    "unknown": ("fate unknown", "结果未知"),
    "waiting_ms": ("longest wait", "最长等待"),
    # who wrote
    "customer": ("customer", "客户"),
    "agent": ("agent", "客服"),
    "third-party": ("third party", "第三方"),
    "robot": ("machine", "系统"),
    "system": ("the desk", "工单系统"),
    # roles
    "watcher": ("watcher", "观察者"),
    "supervisor": ("supervisor", "主管"),
    "admin": ("admin", "管理员"),
}
"""Each in English and Chinese; a word that is not here (an admin's own priority) is shown as it is."""

_TO_CUSTOMERS: Mapping[str, tuple[str, str]] = {
    "new": ("received", "已收到"),
    "open": ("in progress", "处理中"),
    "waiting-customer": ("waiting for your answer", "等待您的答复"),
    "waiting-third-party": ("in progress, waiting for somebody else", "处理中，等待第三方答复"),
    "waiting-child": ("in progress", "处理中"),
    "resolved": ("solved, we think", "应已解决"),
    "closed": ("closed", "已关闭"),
}
"""States of a ticket in words to the customer."""

_FORMS: Mapping[str, tuple[str, str]] = {
    "priority": ("{} priority", "优先级：{}"),
    "waiting": ("waiting {}", "已等待{}"),
    "due": ("due {}", "应于{}前答复"),
    "with": ("with {}", "处理人：{}"),
    "for": ("for {}", "团队：{}"),
    "rule": ("rule {}", "规则：{}"),
    "rules of": ("rules {}", "规则版本：{}"),
    "no acknowledgement": ("not acknowledged: {}", "未发送确认：{}"),
    "files": ("Files: {}", "附件：{}"),
    # figures of the desk's health
    "letters": ("letters, {}", "邮件（{}）"),
    "held": ("held mail, {}", "扣留的邮件（{}）"),
    "open": ("open tickets of {}", "{}的未结工单"),
}
"""How a fact about a ticket or a mail is put, with ``{}`` for the fact."""


COUNTED = frozenset({"letters", "held", "open"})
"""The sorts of things that the desk's health counts."""


def said(word: str, language: str) -> str:
    """``word`` as a reader of that language says it."""
    found = _WORDS.get(word)
    return found[language.startswith("zh")] if found else word


def told(status: str, language: str) -> str:
    """A ticket's state as its requester is told of it."""
    found = _TO_CUSTOMERS.get(status)
    return found[language.startswith("zh")] if found else said(status, language)


def put(form: str, fact: object, language: str) -> str:
    """The fact with the words around it: ``with Bo Chen``; empty where the fact is."""
    return _FORMS[form][language.startswith("zh")].format(fact) if fact else ""
