"""Who reads an answer of the desk: the language, the time zone and the names of agents and teams."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.desk.policy import Policy
from mailgate.letters import when
from mailgate.letters.vocabulary import said


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose language, zone and desk it is, and when it is read."""

    policy: Policy
    language: str
    zone: str
    now_ms: int

    @property
    def chinese(self) -> bool:
        """Whether it is read in Chinese."""
        return self.language.startswith("zh")

    def at(self, at_ms: int) -> str:
        """The moment in the reader's words."""
        return when.brief(at_ms, self.now_ms, self.zone, self.language)

    def since(self, at_ms: int | None) -> str:
        """How long ago that was; empty for never, and for just now."""
        if at_ms is None or self.now_ms - at_ms < 60_000:
            return ""
        return when.lapse(self.now_ms - at_ms, self.language)

    def joined(self, *facts: str) -> str:
        """The facts that there are, with the comma of the language."""
        return ("，" if self.chinese else ", ").join([fact for fact in facts if fact])

    def state(self, status: str) -> str:
        """A ticket's state, an event or an outcome as the reader says it."""
        return said(status, self.language)

    def who(self, agent: str) -> str:
        """An agent's name; whoever is no agent is named as given."""
        known = self.policy.agents.get(agent)
        return known.name if known else agent

    def team(self, team: str) -> str:
        """A team's name in that language; one that there is no more is named as given."""
        known = self.policy.teams.get(team)
        return known.name_in(self.language) if known else team
