"""The desk's own words, as readers say them: marks on a mail, states of a ticket, priorities."""

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
    # priorities
    "low": ("low", "低"),
    "normal": ("normal", "普通"),
    "high": ("high", "高"),
    "urgent": ("urgent", "紧急"),
}
"""Each in English and Chinese; a word that is not here (an admin's own priority) is shown as it is."""


def said(word: str, language: str) -> str:
    """``word`` as a reader of that language says it."""
    found = _WORDS.get(word)
    return found[language.startswith("zh")] if found else word
