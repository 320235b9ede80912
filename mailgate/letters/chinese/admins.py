"""The Chinese of the phrases about admins' commands."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "#agent add ID ADDRESS NAME team, or #agent remove ID": "#客服 add 标识 地址 姓名 团队，或 #客服 remove 标识",
    "#held, #held show 7, #held release 7 9 or #held drop 8": (
        "#扣留、#扣留 show 7、#扣留 release 7 9 或 #扣留 drop 8"
    ),
    "#privacy export ADDRESS or #privacy erase ADDRESS": "#隐私 export 地址 或 #隐私 erase 地址",
    "#rules test, and below it a mail, forwarded, attached or as text": (
        "#规则 test，并在下方转发、附上或写下一封邮件"
    ),
    "Held mail": "被扣留的邮件",
    "Rules tried; nothing was changed": "规则试用结果；未作任何更改",
    "The desk at a glance": "服务台概况",
    "neither yes nor no, so nothing was done; answer our question with yes or no": (
        "回复既非“是”也非“否”，因此未执行任何操作；请以“是”或“否”回复我们的询问"
    ),
    "{address} gets these words: {words}": "将以下文字发给 {address}：{words}",
    "admins' commands run only on a yes that is proved to be yours; answer from your own mail program": (
        "管理员指令只在经证实确由您本人确认后才会执行；请用您自己的邮件程序回复"
    ),
    "dropped: {ids}": "已丢弃：{ids}",
    "Who works here": "客服名单",
    "everything of {address} is erased for good; a letter says when it is done": (
        "{address} 的全部数据将被永久删除；完成后会有邮件通知"
    ),
    "in which team? There are: {teams}": "加入哪个团队？现有：{teams}",
    "it would go to team {team}, by {rule}": "会分派到团队 {team}，依据：{rule}",
    "nobody removes themselves; ask another admin": "不能移除自己；请让另一位管理员操作",
    "only from your control address or a letter's own, and only where the mail is proved to be yours": (
        "只能发往您的专用地址或直接回复来信，并且邮件须经证实确由您本人发出"
    ),
    "released: {ids}": "已放行：{ids}",
    "team or mailbox": "团队或邮箱",
    "the configuration is read again; a letter says how it went": "正在重新读取配置；结果会以邮件通知",
    "that was asked more than a week ago, so nothing was done; send the mail again": (
        "确认请求已超过一周，因此未作任何操作；请重新发送邮件"
    ),
    "the data of {address} are written to a file on the server; a letter says which": (
        "{address} 的数据将写入服务器上的一个文件；文件名会以邮件通知"
    ),
    "there is an agent {id} already": "已有客服 {id}",
    "there is no held mail {id}": "没有编号为 {id} 的扣留邮件",
    "which mail? Forward it, attach it, or write its text below": "哪封邮件？请转发、附上，或在下方写出正文",
    "which one? Write its number; #held lists them": "哪一封？请写编号；#扣留 会列出全部",
    "{address} is an address of the desk itself": "{address} 是服务台自己的地址",
    "{address} is an agent's": "{address} 是客服的地址",
    "{address} is the address of {id} already": "{address} 已是 {id} 的地址",
    "{name} <{address}> becomes {role} {id} in: {teams}": "{name} <{address}> 将成为 {role} {id}，所属团队：{teams}",
    "{name} goes on": "{name} 已恢复",
    "{name} is paused: no acknowledgements, no automatic letters": "{name} 已暂停：不发确认，不发自动邮件",
    "{name} was not paused": "{name} 并未暂停",
    "{name} ({id}) is an agent no more; open tickets go back to their teams": (
        "{name}（{id}）不再是客服；其未结工单退回各团队"
    ),
    '"{address}" is no address': "“{address}”不是邮件地址",
    '"{id}" is no id: small letters, digits, - and _': "“{id}”不能作标识：只用小写字母、数字、- 和 _",
}
