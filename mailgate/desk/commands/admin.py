"""What admins do to the desk by mail: held mail, rules, reload, pauses, health, and people's data.

All of it needs the admin's own token and a proved sender, always (``vocabulary``): an admin's forged word must be worth
nothing. Questions are answered in the transcript; what is asked of the daemon (a reload, an export) is a request that
the clock process carries out and answers by a letter of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from mailgate.desk.commands.enrolment import AGENTS
from mailgate.desk.commands.names import addresses, no_such, numbers, team_named
from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.effect import DropHeld, Effect, Pause, ReleaseHeld, RequestPrivacy, RequestReload
from mailgate.desk.identity.rights import Act
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.policy import Policy, Role
from mailgate.desk.query import Answer, Ask, DecisionRow, Query
from mailgate.desk.routing.rule import Actions
from mailgate.mail.model import Address, Mail, Proof, Reading, Verdict, VerdictKind

_SHOW = frozenset({"show", "view", "查看", "显示", "顯示"})
_RELEASE = frozenset({"release", "accept", "放行", "释放", "釋放"})
_DROP = frozenset({"drop", "delete", "删除", "丢弃", "刪除", "丟棄"})
_LIST = frozenset({"", "list", "列表"})
_TEST = frozenset({"test", "try", "测试", "試", "测", "測試"})
_RIGHTS: Mapping[str, str] = {
    **dict.fromkeys(("export", "导出", "匯出"), "export"),
    **dict.fromkeys(("erase", "forget", "删除", "抹除", "刪除"), "erase"),
}


def _split(argument: str) -> tuple[str, str]:
    """The word in front, folded, and the rest."""
    word, _, rest = argument.strip().partition(" ")
    return word.casefold(), rest.strip()


def _held_queries(argument: str, asker: Asker) -> tuple[Query, ...]:
    """The list, or one for each mail that is named."""
    word, rest = _split(argument)
    ids = numbers(rest) if word in _SHOW | _RELEASE | _DROP else numbers(argument)[:1]
    return tuple(Query(Ask.HELD, asker.brand, held=one) for one in ids) or (Query(Ask.HELD, asker.brand),)


def _held(argument: str, scene: Scene) -> Result:
    """``#held``, ``#held show 7``, ``#held release 7 9``, ``#held drop 8``."""
    word, rest = _split(argument)
    queries = _held_queries(argument, scene.asker)
    if word in _LIST or word in _SHOW or word.lstrip("#").isdigit():
        found = scene.answer(queries[0])
        if found is None or (queries[0].held and not found.rows):
            return refuse(_not_held(queries[0].held))
        return Result(answer=found, title=phrase("Held mail"))
    if word not in _RELEASE | _DROP:
        return refuse(phrase("#held, #held show 7, #held release 7 9 or #held drop 8"))
    if not numbers(rest):
        return refuse(phrase("which one? Write its number; #held lists them"))
    for query in queries:
        found = scene.answer(query)
        if found is None or not found.rows:
            return refuse(_not_held(query.held))
    ids = [query.held for query in queries]
    shown = tuple(str(one) for one in ids)
    effects: tuple[Effect, ...] = (
        tuple(ReleaseHeld(one, scene.agent.id) for one in ids)
        if word in _RELEASE
        else tuple(DropHeld(one, scene.agent.id) for one in ids)
    )
    said = phrase("released: {ids}", ids=shown) if word in _RELEASE else phrase("dropped: {ids}", ids=shown)
    return Result(effects=effects, said=said)


def _not_held(held: int) -> Phrase:
    return phrase("there is no held mail {id}", id=held) if held else phrase("the desk cannot tell just now")


def _health(argument: str, scene: Scene) -> Result:
    found = scene.answer(_health_query(scene.asker))
    if found is None:
        return refuse(phrase("the desk cannot tell just now"))
    return Result(answer=found, title=phrase("The desk at a glance"))


def _health_query(asker: Asker) -> Query:
    return Query(Ask.HEALTH, asker.brand)


def _reload(argument: str, scene: Scene) -> Result:
    return Result(
        effects=(RequestReload(scene.agent.id),),
        said=phrase("the configuration is read again; a letter says how it went"),
    )


def _paused(on: bool) -> Callable[[str, Scene], Result]:
    """``#pause billing``, ``#resume support@…``: acknowledgements and automatic letters of a team or mailbox."""

    def run(argument: str, scene: Scene) -> Result:
        name = _stoppable(argument, scene.policy)
        if not name:
            known = (*scene.policy.teams, *(box.address for box in scene.policy.mailboxes))
            return refuse(no_such(phrase("team or mailbox"), argument, known))
        if not on and name not in scene.facts.paused:
            return Result(said=phrase("{name} was not paused", name=name))
        said = (
            phrase("{name} is paused: no acknowledgements, no automatic letters", name=name)
            if on
            else phrase("{name} goes on", name=name)
        )
        return Result(effects=(Pause(name, on, "by command", scene.agent.id),), said=said)

    return run


def _stoppable(argument: str, policy: Policy) -> str:
    """The team's id, or the mailbox's address in lower case, as the gate knows them; empty for neither."""
    team, box = team_named(argument, policy), policy.mailbox(argument.strip())
    return team.id if team else box.address.lower() if box else ""


def _rules(argument: str, scene: Scene) -> Result:
    """``#rules test``: where the rules send the mail that is attached or forwarded, or the text below."""
    word, _ = _split(argument)
    if word not in _TEST:
        return refuse(phrase("#rules test, and below it a mail, forwarded, attached or as text"))
    tried = _tried(scene)
    if tried is None:
        return refuse(phrase("which mail? Forward it, attach it, or write its text below"))
    case = scene.case
    routing = case.router.route(tried, case.delivery.mailbox, case.delivery.brand, None, scene.now_ms)
    author = tried.mail.author.email if tried.mail.author else ""
    trace = (f"route: {routing.reason}", *_told(routing.actions))
    row = DecisionRow(scene.now_ms, author, "hold" if routing.actions.hold else "new", routing.rule,
                      scene.policy.generation, "", trace)  # fmt: skip
    said = phrase("it would go to team {team}, by {rule}", team=routing.actions.team or "–", rule=routing.rule)
    return Result(
        answer=Answer((row,), 1), title=phrase("Rules tried; nothing was changed"), said=said, takes_text=True
    )


def _tried(scene: Scene) -> Reading | None:
    """The mail to try the rules on, as a reading; its sender is taken for proved."""
    found = scene.case.forwarded
    if found:
        author, subject, text = found.author, found.subject, found.text
    elif scene.text.strip():
        author, subject, text = _written(scene.text, scene.mail)
    else:
        return None
    mail = replace(
        scene.mail,
        author=author, from_=(author,), subject=subject, text=text, reply_text=text, reply_text_nosig=text,
        html="", attachments=(), to=(Address(scene.case.delivery.mailbox.address),), cc=(), headers=(),
    )  # fmt: skip
    sender = replace(scene.case.reading.sender, address=author, proof=Proof.PASS, method="")
    return replace(scene.case.reading, mail=mail, sender=sender, verdict=Verdict(VerdictKind.GENUINE, False))


def _written(text: str, mail: Mail) -> tuple[Address, str, str]:
    """A mail as somebody writes it down: ``From:`` and ``Subject:`` lines if there are any, then the text."""
    author, subject = mail.author or Address(""), ""
    lines = text.strip().splitlines()
    while lines:
        name, colon, value = lines[0].replace("：", ":", 1).partition(":")
        if not colon or name.strip().casefold() not in ("from", "subject", "发件人", "主题"):
            break
        if name.strip().casefold() in ("subject", "主题"):
            subject = value.strip()
        else:
            author = next((Address(one) for one in addresses(value)), author)
        lines.pop(0)
    return author, subject, "\n".join(lines).strip()


def _told(actions: Actions) -> tuple[str, ...]:
    """What the rules say beside the team, a line each."""
    named = (
        ("priority", actions.priority),
        ("assignee", actions.assignee),
        ("status", actions.status),
        ("kind", actions.kind),
        ("tags", ", ".join(actions.tags)),
        ("watchers", ", ".join(actions.watchers)),
        ("held", actions.hold),
        ("acknowledgement", "" if actions.acknowledge else "none"),
    )
    return tuple(f"{name}: {value}" for name, value in named if value)


def _privacy(argument: str, scene: Scene) -> Result:
    """``#privacy export ADDRESS``, ``#privacy erase ADDRESS``; the second is asked about once more."""
    word, rest = _split(argument)
    right, found = _RIGHTS.get(word, ""), addresses(rest)
    if not right or len(found) != 1:
        return refuse(phrase("#privacy export ADDRESS or #privacy erase ADDRESS"))
    if scene.policy.agent_by_address(found[0]):
        return refuse(phrase("{address} is an agent's", address=found[0]))
    said = (
        phrase("the data of {address} are written to a file on the server; a letter says which", address=found[0])
        if right == "export"
        else phrase("everything of {address} is erased for good; a letter says when it is done", address=found[0])
    )
    return Result(effects=(RequestPrivacy(right, found[0].lower(), scene.agent.id),), said=said)


def _erases(argument: str) -> bool:
    return _RIGHTS.get(_split(argument)[0]) == "erase"


def _asking(queries: Callable[[str, Asker], tuple[Query, ...]]) -> Callable[[str, Asker], Wants]:
    return lambda argument, asker: Wants(queries=queries(argument, asker))


def _meaning(name: str, run: Callable[[str, Scene], Result], example: str = "", **more: object) -> Meaning:
    return Meaning(name, run, Act.ADMIN, needs_ticket=False, role=Role.ADMIN, example=example, **more)  # type: ignore[arg-type]


COMMANDS: tuple[Meaning, ...] = (
    _meaning("held", _held, "release 7", wants=_asking(_held_queries)),
    _meaning("health", _health, wants=_asking(lambda argument, asker: (_health_query(asker),))),
    _meaning("rules", _rules, "test"),
    _meaning("reload", _reload),
    _meaning("pause", _paused(True), "billing"),
    _meaning("resume", _paused(False), "billing"),
    _meaning("privacy", _privacy, "export cleo@customer.example", asks_twice=_erases),
    *AGENTS,
)
