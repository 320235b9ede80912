"""Ready replies, and how a ticket fills them: ``Dear {requester}, we are looking at "{subject}" ...``

A text is the admin's; its variables are looked up once and put in as they are, so that braces, commands or line breaks
in a customer's name or subject are nothing but characters of one line. ``{{`` and ``}}`` stand for a brace.

===============  ===================================================================================
variable         what stands there
===============  ===================================================================================
{requester}      the customer's name, else the address
{agent}          the name of the agent who answers; the desk's where a rule writes
{number}         the ticket's number
{subject}        its subject
{brand}          the name of the brand
{team}           the name of the team, in the reader's language
{due}            the day by which it is due, in the brand's time zone
{field:NAME}     the ticket's field of that name
===============  ===================================================================================

``missing`` says which of them the ticket has nothing for, so that "by ." reaches no customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from string import Formatter
from zoneinfo import ZoneInfo

from mailgate.desk.policy import Agent, Canned, Policy
from mailgate.desk.ticket import Ticket

LONGEST = 200
"""Characters of a value; a subject may be longer than anybody wants to read in a sentence."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What the variables are taken from; ``agent`` is None where a rule writes."""

    ticket: Ticket
    agent: Agent | None
    policy: Policy
    language: str


def fill(text: str, filling: Filling) -> str:
    """The text with its variables filled; what the ticket has nothing for is empty. Raises ``ValueError`` for a text
    that ``variables`` refuses."""
    return "".join(
        literal + (_line(VARIABLES[name](filling, argument)) if name else "")
        for literal, name, argument in _parts(text)
    )


def literal(text: str) -> str:
    """A text that ``fill`` leaves as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def missing(text: str, filling: Filling) -> tuple[str, ...]:
    """The variables of the text that the ticket has nothing for, as they are written in it."""
    empty = (
        (name, argument) for _, name, argument in _parts(text) if name and not _line(VARIABLES[name](filling, argument))
    )
    return tuple(dict.fromkeys(f"{name}:{argument}" if argument else name for name, argument in empty))


def variables(text: str) -> tuple[str, ...]:
    """The names of the text's variables. Raises ``ValueError``, in words for the admin, for braces that are none."""
    return tuple(dict.fromkeys(name for _, name, _ in _parts(text) if name))


def wording(canned: Canned, language: str) -> str:
    """The reply in that language, else in a wider one of it (``zh`` for ``zh-Hans``), else as it is by default."""
    wanted = (language, language.partition("-")[0], "")
    found = next((canned.texts[tag] for tag in wanted if tag in canned.texts), None)
    return next(iter(canned.texts.values()), "") if found is None else found


def _requester(filling: Filling, argument: str) -> str:
    return filling.ticket.requester.name or filling.ticket.requester.email


def _agent(filling: Filling, argument: str) -> str:
    return filling.agent.name if filling.agent else _brand(filling, argument)


def _brand(filling: Filling, argument: str) -> str:
    brand = filling.policy.brands.get(filling.ticket.brand)
    return brand.name if brand else ""


def _team(filling: Filling, argument: str) -> str:
    team = filling.policy.teams.get(filling.ticket.team)
    return team.name_in(filling.language) if team else ""


def _due(filling: Filling, argument: str) -> str:
    due_ms, brand = filling.ticket.due_ms, filling.policy.brands.get(filling.ticket.brand)
    if due_ms is None:
        return ""
    zone = ZoneInfo(brand.timezone if brand else "UTC")
    return datetime.fromtimestamp(due_ms / 1000, UTC).astimezone(zone).date().isoformat()


VARIABLES: Mapping[str, Callable[[Filling, str], str]] = {
    "requester": _requester,
    "agent": _agent,
    "number": lambda filling, argument: str(filling.ticket.number or ""),
    "subject": lambda filling, argument: filling.ticket.subject,
    "brand": _brand,
    "team": _team,
    "due": _due,
    "field": lambda filling, argument: filling.ticket.fields.get(argument, ""),
}
"""What each is; all of them, so that one more is one line."""


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """The pieces of a text: plain words, and the variable behind them (empty at the end) with its argument."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError("a brace stands alone; write {{ for one that is meant") from error
    for literal, name, argument, conversion in pieces:
        if name is None:
            yield literal, "", ""
            continue
        argument = (argument or "").strip()
        if name not in VARIABLES or conversion or (name == "field") != bool(argument) or "{" in argument:
            raise ValueError(f"there is no variable {{{name}{':' + argument if argument else ''}}}")
        yield literal, name, argument


def _line(value: str) -> str:
    """Somebody's words on one clean line."""
    clean = " ".join("".join(char if char.isprintable() else " " for char in value).split())
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}…"
