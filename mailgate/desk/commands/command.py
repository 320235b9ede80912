"""What an agent writes at the top of a mail to make the desk do something: lines such as ``#assign ana``.

Commands are the lines at the very top of the new text that begin with ``#`` and a letter; the first other line ends
them, so a ``#`` further down, in a quote or in a signature is text. Each has words in English and Chinese and means one
thing, written down in ``COMMANDS``; what it does is a change of the ticket's fields or a happening of ``lifecycle``.
A word that is not in the table is answered with the nearest one, and nothing goes to the customer until that is
settled.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mailgate.desk.lifecycle import Happening
from mailgate.desk.policy import Agent, Policy

_LINE = re.compile(r"\s*[#＃](?P<word>[^\W\d_][\w-]*)(?:[ \t:：]+(?P<rest>.*))?\s*\Z")
LIMIT = 20
"""Commands in one mail; what stands below them is text."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line as it was written, and which command it is (``name`` empty: none that we know)."""

    name: str
    argument: str
    line: str
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command would do: fields to set, or a happening; ``refused`` says why it does nothing."""

    changes: Mapping[str, object] = field(default_factory=dict)
    happening: Happening | None = None
    done: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the commands act on: the ticket as the commands before have left it."""

    tags: tuple[str, ...]
    agent: Agent
    policy: Policy


@dataclass(frozen=True, slots=True)
class Meaning:
    """A command: its words, what it does, and whether it loses anything (then it needs a token)."""

    name: str
    words: tuple[str, ...]
    run: Callable[[str, Subject], Result]
    destroys: bool = False


def split(new_text: str) -> tuple[tuple[Command, ...], str]:
    """The commands at the top of a text, and the rest of it."""
    lines = new_text.lstrip("\ufeff").splitlines()
    commands: list[Command] = []
    position = 0
    while position < len(lines) and len(commands) < LIMIT:
        found = _LINE.match(lines[position])
        if found:
            commands.append(_command(found["word"], (found["rest"] or "").strip(), lines[position].strip()))
        elif lines[position].strip():
            break
        position += 1
    return tuple(commands), "\n".join(lines[position:]).strip() if commands else new_text.strip()


def run(command: Command, subject: Subject) -> Result:
    """What the command does; one that is unknown is refused with the nearest that is known."""
    if not command.name:
        hint = f'; did you mean "#{command.nearest}"?' if command.nearest else ""
        return Result(refused=f"not understood{hint}")
    return _BY_NAME[command.name].run(command.argument, subject)


def destroys(command: Command) -> bool:
    """Whether the command loses something."""
    return _BY_NAME[command.name].destroys if command.name else False


def line(command: Command, result: Result) -> dict[str, object]:
    """The command's line of the transcript."""
    word = "unknown" if not command.name else "refused" if result.refused else "done"
    return {"command": command.line, "result": word, "detail": result.refused or result.done}


def _command(word: str, argument: str, line: str) -> Command:
    meaning = _BY_WORD.get(word.casefold())
    if meaning:
        return Command(meaning.name, argument, line)
    near = difflib.get_close_matches(word.casefold()[:40], _BY_WORD, 1, 0.6)
    return Command("", argument, line, near[0] if near else "")


def _note(argument: str, subject: Subject) -> Result:
    return Result(done="kept as a note; nothing goes to the customer")


def _assign(argument: str, subject: Subject) -> Result:
    wanted = argument.casefold()
    if wanted in ("", "none", "nobody", "-", "无"):
        return Result({"assignee": ""}, done="assigned to nobody") if wanted else Result(refused="to whom?")
    if wanted in ("me", "我"):
        return _take(argument, subject)
    agents = (a for a in subject.policy.agents.values() if a.active)
    agent = next((a for a in agents if wanted in (a.id.casefold(), a.name.casefold(), a.address.lower())), None)
    if agent is None:
        return Result(refused=_unknown("agent", argument, [a.id for a in subject.policy.agents.values() if a.active]))
    return Result({"assignee": agent.id}, done=f"assigned to {agent.name or agent.id}")


def _take(argument: str, subject: Subject) -> Result:
    return Result({"assignee": subject.agent.id}, done=f"assigned to {subject.agent.name or subject.agent.id}")


def _team(argument: str, subject: Subject) -> Result:
    wanted = argument.casefold()
    team = next((t for t in subject.policy.teams.values() if wanted in (t.id.casefold(), t.name.casefold())), None)
    if team is None:
        return Result(refused=_unknown("team", argument, list(subject.policy.teams)))
    return Result({"team": team.id, "assignee": ""}, done=f"moved to {team.name}")


_PRIORITIES = {"低": "low", "普通": "normal", "正常": "normal", "高": "high", "紧急": "urgent", "緊急": "urgent"}


def _priority(argument: str, subject: Subject) -> Result:
    wanted = _PRIORITIES.get(argument, argument.casefold())
    if wanted not in subject.policy.priorities:
        return Result(refused=_unknown("priority", argument, list(subject.policy.priorities)))
    return Result({"priority": wanted}, done=f"priority {wanted}")


def _tag(argument: str, subject: Subject) -> Result:
    """``#tag vip -trial`` adds the one and removes the other."""
    given = [word for word in re.split(r"[\s,，、]+", argument)[:20] if word.strip("+-")]
    if not given:
        return Result(refused="which tag?")
    removed = {word[1:].casefold() for word in given if word.startswith("-")}
    added = [word.removeprefix("+")[:60] for word in given if not word.startswith("-")]
    kept = [tag for tag in dict.fromkeys((*subject.tags, *added)) if tag.casefold() not in removed]
    return Result({"tags": tuple(kept)}, done=f"tags: {', '.join(kept) or 'none'}")


def _move(happening: Happening, done: str) -> Callable[[str, Subject], Result]:
    return lambda argument, subject: Result(happening=happening, done=done)


def _unknown(what: str, given: str, known: list[str]) -> str:
    near = difflib.get_close_matches(given.casefold()[:40], [name.casefold() for name in known], 1, 0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known[:20])}"
    return f'there is no {what} "{given[:40]}"; {hint}'


COMMANDS: tuple[Meaning, ...] = (
    Meaning("note", ("note", "internal", "备注", "內部備註", "内部备注", "備註"), _note),
    Meaning("assign", ("assign", "指派", "分配", "转给", "轉給"), _assign),
    Meaning("take", ("take", "mine", "认领", "接手", "認領"), _take),
    Meaning("team", ("team", "queue", "团队", "转组", "團隊"), _team),
    Meaning("priority", ("priority", "prio", "优先级", "優先級"), _priority),
    Meaning("tag", ("tag", "tags", "标签", "標籤"), _tag),
    Meaning("close", ("close", "closed", "关闭", "關閉"), _move(Happening.CLOSED, "closed"), destroys=True),
    Meaning(
        "resolve", ("resolve", "resolved", "solved", "解决", "已解决", "解決"), _move(Happening.RESOLVED, "resolved")
    ),
    Meaning(
        "spam", ("spam", "垃圾", "垃圾邮件", "垃圾郵件"), _move(Happening.MARKED_SPAM, "marked as spam"), destroys=True
    ),
    Meaning("reopen", ("reopen", "open", "重开", "重新打开", "重開"), _move(Happening.REOPENED, "open again")),
)
"""The whole vocabulary; it grows by adding lines."""

_BY_NAME = {meaning.name: meaning for meaning in COMMANDS}
_BY_WORD = {word.casefold(): meaning for meaning in COMMANDS for word in meaning.words}
