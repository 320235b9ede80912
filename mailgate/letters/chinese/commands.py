"""The Chinese of the phrases about agents' commands: what was done, refused, understood."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    # the engine
    'not understood; did you mean "#{word}"?': "无法识别；您是指“#{word}”吗？",
    "not understood; #help lists the commands": "无法识别；发送“#帮助”可查看全部命令",
    "which ticket? Answer one of its letters, or name it in the subject": "哪个工单？请回复该工单的邮件，或在主题中注明编号",
    "only in answer to a letter of the ticket": "只能在回复该工单的邮件时使用",
    "only supervisors may do that": "只有主管可以执行此操作",
    "not done yet, since another line was refused": "尚未执行，因为另有一行未被接受",
    "the mail has no text; nothing was sent": "邮件没有正文，未发送任何内容",
    "{why}; nothing was sent": "{why}；未发送任何内容",
    # names
    "agent": "客服",
    "team": "团队",
    "priority": "优先级",
    'there is no {what} "{given}"; did you mean "{near}"?': "没有名为“{given}”的{what}；您是指“{near}”吗？",
    'there is no {what} "{given}"; there are: {known}': "没有名为“{given}”的{what}；可选：{known}",
    # notes
    "kept as a note; nothing goes to the customer": "已存为内部备注，不会发给客户",
    # properties
    "to whom?": "指派给谁？",
    "assigned to nobody": "已取消指派",
    "assigned to {name}": "已指派给{name}",
    "moved to {team}": "已转到{team}",
    "priority {priority}": "优先级：{priority}",
    "which tag?": "哪个标签？",
    "tags: {tags}": "标签：{tags}",
    "no tags left": "已无标签",
    "write it as #field name=value": "请写成“#字段 名称=值”",
    "{name} is cleared": "已清空{name}",
    "{name} is {value}": "{name}已设为{value}",
    # states
    "resolved": "已解决",
    "closed": "已关闭",
    "open again": "已重新打开",
    "marked as spam": "已标为垃圾邮件",
}
