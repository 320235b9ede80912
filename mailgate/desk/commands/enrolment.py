"""Who works at the desk, changed by mail: ``#agents``, ``#agent add``, ``#agent remove``.

Adding and removing are asked about once more, since whoever is added may answer customers, and whoever is removed
loses every token at once. An agent of the config can be removed and added again; the config itself is never written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.desk.commands.names import addresses, agent_named, no_agent, team_named
from mailgate.desk.commands.scene import Meaning, Result, Scene, refuse
from mailgate.desk.effect import NEW_TICKET, Dismiss, Enroll
from mailgate.desk.identity.rights import Act
from mailgate.desk.identity.token import split_address
from mailgate.desk.letter import LetterKind, LetterOrder
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.policy import Agent, Policy, Role
from mailgate.desk.query import AgentRow, Answer
from mailgate.mail.model import Address

_ADD = frozenset({"add", "enroll", "新增", "添加", "加入"})
_REMOVE = frozenset({"remove", "delete", "dismiss", "移除", "删除", "刪除"})
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_ROLE = re.compile(r"(?:role=|角色=)?(watcher|agent|supervisor|admin)", re.IGNORECASE)
_NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whom ``#agent add`` names."""

    id: str
    address: str
    name: str
    teams: tuple[str, ...]
    role: Role = Role.AGENT


def _agents(argument: str, scene: Scene) -> Result:
    """``#agents``: everybody who is enrolled."""
    rows = tuple(_row(agent, scene.policy) for agent in scene.policy.agents.values() if agent.active)
    return Result(answer=Answer(rows, len(rows)), title=phrase("Who works here"))


def _row(agent: Agent, policy: Policy) -> AgentRow:
    teams = tuple(team.id for team in policy.teams.values() if agent.id in team.members)
    return AgentRow(agent.id, agent.name or agent.id, agent.address, agent.role.value, teams)


def _agent(argument: str, scene: Scene) -> Result:
    """``#agent add ID ADDRESS NAME team…`` or ``#agent remove ID``."""
    word, _, rest = argument.strip().partition(" ")
    if word.casefold() in _ADD:
        return _add(rest.strip(), scene)
    if word.casefold() in _REMOVE:
        return _remove(rest.strip(), scene)
    return refuse(phrase("#agent add ID ADDRESS NAME team, or #agent remove ID"))


def _add(rest: str, scene: Scene) -> Result:
    found = read_newcomer(rest, scene.policy)
    if isinstance(found, Phrase):
        return refuse(found)
    effect = Enroll(found.id, found.name, found.address, found.role.value, found.teams, scene.agent.id)
    said = phrase(
        "{name} <{address}> becomes {role} {id} in: {teams}",
        name=found.name, address=found.address, role=found.role.value, id=found.id, teams=found.teams,
    )  # fmt: skip
    return Result(effects=(effect,), letters=(_welcome(found, scene),), said=said)


def _remove(rest: str, scene: Scene) -> Result:
    found = agent_named(rest, scene.policy)
    if found is None:
        return refuse(no_agent(rest, scene.policy))
    if found.id == scene.agent.id:
        return refuse(phrase("nobody removes themselves; ask another admin"))
    said = phrase(
        "{name} ({id}) is an agent no more; open tickets go back to their teams", name=found.name, id=found.id
    )
    return Result(effects=(Dismiss(found.id, scene.agent.id),), said=said)


def read_newcomer(text: str, policy: Policy) -> Newcomer | Phrase:
    """``ID ADDRESS NAME team…``, in this order; a role's word may stand among the teams. What is wrong, if it is."""
    words = text.replace("，", " ").replace(",", " ").split()
    if len(words) < 2:
        return phrase("#agent add ID ADDRESS NAME team, or #agent remove ID")
    ident, found = words[0].casefold(), addresses(words[1])
    if not _ID.fullmatch(ident):
        return phrase('"{id}" is no id: small letters, digits, - and _', id=words[0][:40])
    if len(found) != 1:
        return phrase('"{address}" is no address', address=words[1][:80])
    rest, teams, role = words[2:], [], Role.AGENT
    while rest:
        team, named = team_named(rest[-1], policy), _ROLE.fullmatch(rest[-1])
        if team:
            teams.append(team.id)
        elif named:
            role = Role(named[1].lower())
        else:
            break
        rest.pop()
    newcomer = Newcomer(
        ident, found[0], " ".join(rest).strip(" \"'“”")[:_NAME_LIMIT] or ident, tuple(reversed(teams)), role
    )
    return _objection(newcomer, policy) or newcomer


def _objection(newcomer: Newcomer, policy: Policy) -> Phrase | None:
    """Why nobody can be enrolled so; None where it can be done."""
    same = policy.agents.get(newcomer.id)
    if same and same.active:
        return phrase("there is an agent {id} already", id=newcomer.id)
    other = policy.agent_by_address(newcomer.address)
    if other:
        return phrase("{address} is the address of {id} already", address=newcomer.address, id=other.id)
    if split_address(newcomer.address, policy.mailboxes):
        return phrase("{address} is an address of the desk itself", address=newcomer.address)
    return None if newcomer.teams else phrase("in which team? There are: {teams}", teams=tuple(policy.teams))


def _welcome(newcomer: Newcomer, scene: Scene) -> LetterOrder:
    """What the newcomer is told: how it works, and the own control address."""
    names = tuple(scene.policy.teams[team].name_in(scene.brand.language) for team in newcomer.teams)
    return LetterOrder(
        kind=LetterKind.WELCOME,
        to=Address(newcomer.address, newcomer.name),
        ticket=NEW_TICKET,
        language=scene.brand.language,
        brand=scene.brand.id,
        mailbox=scene.brand.address,
        agent=newcomer.id,
        values={"role": newcomer.role.value, "teams": names, "by": scene.agent.name or scene.agent.id},
    )


def _asks_twice(argument: str) -> bool:
    return True


AGENTS: tuple[Meaning, ...] = (
    Meaning("agents", _agents, Act.ADMIN, needs_ticket=False, role=Role.ADMIN),
    Meaning(
        "agent",
        _agent,
        Act.ADMIN,
        needs_ticket=False,
        role=Role.ADMIN,
        example="add eve eve@b.example Eve Ng billing",
        asks_twice=_asks_twice,
    ),
)
