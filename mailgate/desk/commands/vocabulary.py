"""The whole vocabulary: every command that there is, and how one is run.

``COMMANDS`` is joined from the tables of the modules that know a subject; ``words`` has what each is called. ``run``
asks in order whether the command is known, whether the agent's role is enough (an admin's mail must also carry the own
token and be proved), whether there is a ticket for it to act on and a token where it destroys something, and whether
the agent has the right; then the command itself answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailgate.desk.commands import absence, admin, filing, memory, people, properties, queries, relations, states
from mailgate.desk.commands.line import Command
from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.identity.rights import allowed
from mailgate.desk.identity.trust import Commands
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.policy import Role

COMMANDS: tuple[Meaning, ...] = (
    *people.COMMANDS,
    *properties.COMMANDS,
    *states.COMMANDS,
    *relations.COMMANDS,
    *filing.COMMANDS,
    *queries.COMMANDS,
    *memory.COMMANDS,
    *absence.COMMANDS,
    *admin.COMMANDS,
)

BY_NAME: Mapping[str, Meaning] = {meaning.name: meaning for meaning in COMMANDS}


def run(command: Command, scene: Scene) -> Result:
    """What the command would do; refused with the reason where it may not, or is none."""
    meaning = BY_NAME.get(command.name)
    if meaning is None:
        return refuse(unknown(command))
    objection = _objection(meaning, scene)
    return refuse(objection) if objection else meaning.run(command.argument, scene)


def unknown(command: Command) -> Phrase:
    """What is said of a word that is no command: the nearest one, where one is near."""
    if command.nearest:
        return phrase('not understood; did you mean "#{word}"?', word=command.nearest)
    return phrase("not understood; #help lists the commands")


def wanted(commands: Iterable[Command], asker: Asker) -> Wants:
    """All that the commands want to know."""
    found = [BY_NAME[one.name].wants(one.argument, asker) for one in commands if one.name in BY_NAME]
    return Wants(
        numbers=tuple(dict.fromkeys(number for one in found for number in one.numbers)),
        queries=tuple(dict.fromkeys(query for one in found for query in one.queries)),
        addresses=tuple(dict.fromkeys(address for one in found for address in one.addresses)),
        crew=tuple(dict.fromkeys(agent for one in found for agent in one.crew)),
        family=any(one.family for one in found),
        last_act=any(one.last_act for one in found),
        owned=any(one.owned for one in found),
    )


def opens_none(commands: Iterable[Command], has_words: bool) -> bool:
    """Whether a fresh mail with these commands opens no ticket: none of them acts on one, and where some are not
    understood, there are no words that might be the matter."""
    found = [BY_NAME.get(command.name) for command in commands]
    if not found or any(meaning is not None and meaning.needs_ticket for meaning in found):
        return False
    return not has_words or None not in found


def _objection(meaning: Meaning, scene: Scene) -> Phrase:
    if not meaning.open_to(scene.agent):
        return _ONLY[meaning.role]
    if meaning.role is Role.ADMIN and not scene.proved:
        return phrase("only from your control address or a letter's own, and only where the mail is proved to be yours")
    if meaning.needs_ticket and scene.ticket is None:
        return phrase("which ticket? Answer one of its letters, or name it in the subject")
    if meaning.destroys and scene.case.trust.treatment.commands is not Commands.ALL:
        return phrase("only in answer to a letter of the ticket")
    return allowed(meaning.act, scene.agent, scene.ticket if meaning.needs_ticket else None, scene.policy)


_ONLY: Mapping[Role, Phrase] = {
    Role.WATCHER: NOTHING,
    Role.AGENT: phrase("watchers read, and do nothing else"),
    Role.SUPERVISOR: phrase("only supervisors may do that"),
    Role.ADMIN: phrase("only admins may do that"),
}
