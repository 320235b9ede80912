"""The Chinese of the phrases about who may do what, and how somebody proved to be who they say."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "answer the customer": "回复客户",
    "close the ticket": "关闭工单",
    "give the ticket to somebody else": "把工单转给别人",
    "in {team} only the ticket's owner may {what}; take it first (#take)": (
        "在{team}，只有工单的负责人可以{what}；请先认领（#认领）"
    ),
    "in {team} only {who} may {what}": "在{team}，只有{who}可以{what}",
    "merge the ticket": "合并工单",
    "only admins may do that": "只有管理员可以这样做",
    "see its notes": "查看它的备注",
    "supervisors": "主管",
    "the ticket's owner": "工单的负责人",
    "watchers read, and do nothing else": "观察者只能阅读，不能做别的",
    "you are no agent of this desk any more": "您已不是本服务台的客服",
    "you have no right on this ticket": "您无权处理这个工单",
}
