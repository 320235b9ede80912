"""The Chinese of the phrases about assignment, vacations and teams."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "assigned to {name}, who is away until {day}": "已指派给{name}，其外出至{day}",
    "moved to {team}; {why}": "已转到{team}；{why}",
    "{name} reads, and does nothing else": "{name}只能阅读，不能做别的",
    "everybody of {team} is away": "{team}的人都不在",
    "everybody of {team} who is there holds as many tickets as they can": "{team}在岗的人手上的工单都满了",
    "given to {agent}, who holds the fewest ({count})": "分配给{agent}，手上的工单最少（{count}）",
    "given to {agent}, who served this customer last": "分配给{agent}，上次由其服务这位客户",
    "given to {agent}, whose turn it is": "分配给{agent}，轮到了",
    "nobody else is in {team}": "{team}没有别人了",
    "nobody of {team} who is free has the skill: {skills}": "{team}有空的人里没有人具备技能：{skills}",
    "nobody of {team} who is free serves {region}": "{team}有空的人里没有人负责{region}",
    "nobody of {team} who is free speaks {language}": "{team}有空的人里没有人会{language}",
    "{agent} has left; these tickets are yours now": "{agent}已离开，以下工单现在归您",
    "{agent} has left; these tickets need somebody": "{agent}已离开，以下工单需要有人接手",
    "{agent} is away until {day}; these tickets wait for an answer": "{agent}外出至{day}，以下工单在等待回复",
    "{agent}, who is to have it, is away": "应由{agent}处理，但其不在",
    "{routed}; {given}": "{routed}；{given}",
    "{team} gives its tickets out by hand": "{team}的工单由人工分配",
}
