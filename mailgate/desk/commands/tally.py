"""What the commands of one mail come to: fields to set, effects, letters, a line of transcript each, what undoes it.

Every command counts, or none when one is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailgate.desk.commands.line import Command
from mailgate.desk.commands.scene import Result
from mailgate.desk.effect import NEW_TICKET, ChangeTicket, Effect, RecordAct
from mailgate.desk.letter import LetterOrder
from mailgate.desk.lifecycle import Happening
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Agent
from mailgate.desk.ticket import Ticket

Line = dict[str, object]
"""One line of a transcript."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the commands of one mail come to; ``ticket`` is as they leave it, ``before`` as they found it."""

    agent: Agent
    before: Ticket | None
    ticket: Ticket | None
    changed: dict[str, object] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    results: tuple[tuple[Command, Result], ...] = ()
    together: bool = True

    @property
    def counted(self) -> tuple[Result, ...]:
        """The results that count: all of them or none, or (not ``together``) those that were not refused."""
        return tuple(result for _, result in self.results if self.settled or not (self.together or result.refused))

    @property
    def settled(self) -> bool:
        """Whether every command is understood and allowed; else nothing of them is done."""
        return not any(result.refused for _, result in self.results)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The transcript, a line per command."""
        return tuple(line(command, result, self.settled or not self.together) for command, result in self.results)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What comes on top of the changed fields."""
        return tuple(effect for result in self.counted for effect in result.effects)

    @property
    def letters(self) -> tuple[LetterOrder, ...]:
        """The letters that commands order."""
        return tuple(letter for result in self.counted for letter in result.letters)

    @property
    def more(self) -> tuple[Plan, ...]:
        """The plans of other tickets."""
        return tuple(plan for result in self.counted for plan in result.more)

    @property
    def told(self) -> tuple[str, ...]:
        """The agents to be notified, by id."""
        return tuple(dict.fromkeys(one for result in self.counted for one in result.told))

    @property
    def words(self) -> str:
        """What commands say to the customer, above the mail's own words."""
        return "\n\n".join(result.words for result in self.counted if result.words)

    @property
    def note(self) -> bool:
        """Whether the mail's text is for agents only."""
        return any(result.note for result in self.counted)

    @property
    def takes_text(self) -> bool:
        """Whether the mail's text is a command's."""
        return any(result.takes_text for result in self.counted)

    @property
    def undo(self) -> tuple[Effect, ...]:
        """What brings back all of it; nothing for a ticket that is only just being opened."""
        forgotten = any(result.forgets for result in self.counted)
        if self.before is None or self.before.id == NEW_TICKET or not self.settled or forgotten:
            return ()
        was = {name: getattr(self.before, name) for name in self.changed}
        fields = (ChangeTicket(self.before.id, was, "undone", self.agent.id),) if was else ()
        return (*fields, *(effect for result in self.counted for effect in result.undo))

    @property
    def undoable(self) -> bool:
        """Whether ``#undo`` in answer to the transcript would take back anything; that answer needs a ticket."""
        alone = self.before is not None or (len(self.more) == 1 and not self.effects)
        filed = any(isinstance(effect, RecordAct) for plan in self.more for effect in plan.effects)
        return bool(self.undo) or (alone and filed)

    def record(self) -> Iterator[RecordAct]:
        """The memory that ``#undo`` needs."""
        if self.before is None or not self.undo:
            return
        elsewhere = next((result.recorded_on for result in self.counted if result.recorded_on is not None), None)
        ticket = self.before.id if elsewhere is None else elsewhere
        yield RecordAct(ticket, self.agent.id, "; ".join(one.line for one, _ in self.results), self.undo)


def line(command: Command, result: Result, settled: bool = True) -> Line:
    """The command's line of the transcript. Where another line was refused, what would have been done is not, so that
    the same mail, mended, can be sent again as a whole; a question is answered all the same."""
    word = "unknown" if not command.name else "refused" if result.refused else "done"
    detail: Phrase = result.refused or result.said
    if word == "done" and not settled and result.answer is None:
        word, detail = "refused", phrase("since another line was refused")
    return {
        "command": command.line,
        "result": word,
        "detail": detail,
        "answer": result.answer,
        "title": result.title,
        "help": command.name == "help" and not result.refused,
    }
