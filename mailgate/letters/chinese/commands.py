"""The Chinese of the phrases about agents' commands: what was done, refused, understood."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    # the engine
    'not understood; did you mean "#{word}"?': "无法识别；您是指“#{word}”吗？",
    "not understood; #help lists the commands": "无法识别；发送“#帮助”可查看全部指令",
    "which ticket? Answer one of its letters, or name it in the subject": (
        "哪个工单？请回复该工单的邮件，或在主题中注明编号"
    ),
    "only in answer to a letter of the ticket": "只能在回复该工单的邮件时使用",
    "only supervisors may do that": "只有主管可以执行此操作",
    "since another line was refused": "因为另有一行未被接受",
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
    # absences
    "you get no new tickets until {when}; #back or any later mail of yours ends it": (
        "在{when}之前，不会再分给您新工单；发送“#回来”或之后的任何邮件即可结束"
    ),
    "welcome back": "欢迎回来",
    # filing
    "filed as a ticket of {address}": "已立为{address}的工单",
    "a ticket of {address} is open": "已为{address}新建工单",
    "{agent} noted: {note}": "{agent} 备注：{note}",
    "split off as a ticket of its own": "已拆分为单独的工单",
    "the customer is told": "已通知客户",
    "the customer is not told": "未通知客户",
    "{address} is one of the desk's own": "{address}是服务台自己的地址",
    "{address} is a colleague's": "{address}是同事的地址",
    "there is no forwarded mail in it; forward one whole, or write #new": (
        "其中没有转发的邮件；请完整转发一封，或使用“#新建”"
    ),
    "for whom? Write #new address subject": "为谁新建？请写“#新建 邮箱 主题”",
    "about what? Write a subject behind the address, or the matter below": (
        "关于什么？请在地址后写主题，或在下方写明事由"
    ),
    "there is nothing to split off; attach or quote the mail": "没有可拆分的内容；请附上或引用那封邮件",
    "a rule holds such mail: {why}": "规则会扣留此类邮件：{why}",
    "{what}; {told}": "{what}；{told}",
    "the ready reply needs what the ticket has not: {names}": "常用回复需要工单中没有的内容：{names}",
    "with the ready reply {name}": "已使用常用回复{name}",
    "ready reply": "常用回复",
    # undo
    "there is nothing of yours to undo on this ticket": "此工单上没有您可以撤销的操作",
    "taken back": "已撤回",
    "undone: {command}": "已撤销：{command}",
    # people
    "whom? Write an address": "谁？请写明邮箱地址",
    "kept as a note for {names}; nothing goes to the customer": "已存为给{names}的内部备注，不会发给客户",
    "copied in: {addresses}": "已抄送：{addresses}",
    "{address} is on the customer's side of this ticket; just answer": "{address}属于客户一方，直接回复即可",
    "{address} is a colleague; write #note @name": "{address}是同事；请使用“#备注 @姓名”",
    "there is nothing to ask; write it below the commands": "没有要询问的内容；请写在指令下方",
    "the note is empty": "备注是空的",
    "the requester cannot be left out": "不能移除提单人",
    "{address} gets no copies of this ticket": "{address}并未收到此工单的抄送",
    "gets no more copies: {addresses}": "不再抄送：{addresses}",
    "whom? Write one address behind #ask": "询问谁？请在“#询问”后写一个邮箱地址",
    "asked {address}; the answer comes back as a note": "已询问{address}；答复会作为内部备注返回",
    "{name} may not see the notes of this ticket": "{name}无权查看此工单的备注",
    # giving and giving back
    "it is yours": "由您处理",
    "it is not yours to give back": "它并非由您负责，无法退回",
    "back with the team": "已放回团队",
    "why? Write it behind #refuse": "为什么？请在“#退回”后写明原因",
    "given back to {name}": "已退回给{name}",
    "handed over by {name}": "由{name}转交",
    "the ready reply was not sent, since nothing of this mail is for the customer": (
        "常用回复未发送，因为此邮件没有给客户的内容"
    ),
    "{why}; your words are kept as a note, and nothing was sent": "{why}；您的内容已存为备注，未发送任何内容",
    # questions
    "Found for {words}": "“{words}”的搜索结果",
    "Tickets: {conditions}": "工单：{conditions}",
    "Open tickets": "未结工单",
    "Your tickets: {conditions}": "您的工单：{conditions}",
    "Your open tickets": "您的未结工单",
    "There is no command in your mail, so nothing was done. What you can write on its first line:": (
        "您的邮件中没有指令，因此未作任何操作。以下指令可写在第一行："
    ),
    "these are the commands": "全部指令如下",
    "for what? Write words behind #search": "搜索什么？请在“#搜索”后写关键词",
    "the desk cannot tell just now": "服务台暂时无法回答",
    "which ticket? Write its number": "哪个工单？请写明编号",
    "Ticket {number}": "工单 {number}",
    "History of ticket {number}": "工单 {number} 的历史",
    "Why ticket {number} is where it is": "工单 {number} 的处理依据",
    # relations
    "there is no ticket {number} that you may see": "没有您可以查看的工单 {number}",
    "Ticket {number} ({subject}) was merged into this one.": "工单 {number}（{subject}）已并入此工单。",
    "{said}\n\n{asked}": "{said}\n\n{asked}",
    "not linked any more: {numbers}": "已取消关联：{numbers}",
    "{team} has the task; this ticket waits for it": "任务已交给{team}；此工单等待其完成",
    "a part of ticket {number}": "工单 {number} 的一部分",
    "that is this ticket itself": "那就是此工单本身",
    "ticket {number} is {state} itself": "工单 {number} 本身的状态是 {state}",
    "linked: {numbers}": "已关联：{numbers}",
    "into which ticket? Write one number behind #merge": "并入哪个工单？请在“#合并”后写一个编号",
    "merged; it goes on in ticket {number}": "已合并；后续在工单 {number} 中处理",
    "{what}, with copies to {addresses}": "{what}，并抄送{addresses}",
    "write it as #child team: subject": "请写成“#子工单 团队：主题”",
    "this ticket has ended; #reopen it first": "此工单已结束；请先“#重开”",
    "ticket {number}, which it waited for, has ended: {subject}": "它所等待的工单 {number} 已结束：{subject}",
    # times and states
    "until when? Write 2d, fri, tomorrow 14:00 or 2026-12-01, a time to come": (
        "到什么时候？请写“2天”“周五”“明天 14:00”或“2026-12-01”，须是将来的时间"
    ),
    "it is {state} now": "现在的状态是{state}",
    "state": "状态",
    "waits for the customer": "等待客户",
    "has no due date": "没有截止日期",
    "waits for the customer until {when}": "等待客户，直到{when}",
    "sleeps until {when}": "{when}之前不再提醒",
    "due {when}": "截止：{when}",
}
