"""Questions by mail: lists, searches, one ticket whole, its history, why its mails went where they did, and help.

The store answers inside the same transaction; what an agent may not see is kept out by the query itself, and looked at
once more here. A question changes nothing, and is answered also where another line of the mail was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mailgate.desk.commands.names import addresses, agent_named, numbers, team_named
from mailgate.desk.commands.properties import ME, NOBODY, PRIORITIES
from mailgate.desk.commands.relations import no_ticket
from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.commands.states import WORDS
from mailgate.desk.identity.rights import Act, allowed, visible_teams
from mailgate.desk.lifecycle import named
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.policy import Role
from mailgate.desk.query import Ask, MessageRow, Order, Query, Row

WORDS_LIMIT = 200
"""Characters of a search."""

OPEN = frozenset({"open", "offen", "未结", "未关闭"})
EVERYTHING = frozenset({"all", "any", "everything", "alle", "全部", "所有"})
NEWEST = frozenset({"newest", "new first", "latest", "最新"})


def _listed(argument: str, asker: Asker) -> Query:
    """Conditions in any order: a state, a team, an agent, ``me``, ``nobody``, a priority, ``tag:x``, an address; what
    is none of these is searched for."""
    query = _queue(asker)
    left: list[str] = []
    for word in argument[:WORDS_LIMIT].split():
        narrowed = _narrowed(query, word, asker)
        if narrowed is None:
            left.append(word)
        else:
            query = narrowed
    return replace(query, words=" ".join(left))


def _queue(asker: Asker) -> Query:
    return Query(Ask.TICKETS, asker.brand, visible_teams(asker.agent, asker.policy), open_only=True)


def _narrowed(query: Query, word: str, asker: Asker) -> Query | None:
    """The query with one condition more; None where the word is none."""
    for read in (_by_plain_word, _by_state, _by_name):
        found = read(query, word, asker)
        if found is not None:
            return found
    return None


def _by_plain_word(query: Query, word: str, asker: Asker) -> Query | None:
    folded = word.casefold()
    if folded in OPEN:
        return query
    if folded in EVERYTHING:
        return replace(query, open_only=False)
    if folded in NEWEST:
        return replace(query, order=Order.NEWEST)
    if folded in ME:
        return replace(query, assignee=asker.agent.id)
    if folded in NOBODY or folded in ("unassigned", "未指派"):
        return replace(query, assignee="-")
    key, sign, value = word.replace("：", ":").partition(":")
    if sign and key.casefold() in ("tag", "标签") and value:
        return replace(query, tag=value)
    found = addresses(word)
    return replace(query, requester=found[0].lower()) if found else None


def _by_state(query: Query, word: str, asker: Asker) -> Query | None:
    state = named(word, None)
    status = state[1] if state else WORDS.get(word.casefold())
    if status is not None:
        return replace(query, statuses=(*query.statuses, status.value), open_only=False)
    priority = PRIORITIES.get(word, word.casefold())
    return replace(query, priority=priority) if priority in asker.policy.priorities else None


def _by_name(query: Query, word: str, asker: Asker) -> Query | None:
    team = team_named(word, asker.policy)
    if team:
        return replace(query, team=team.id)
    agent = agent_named(word, asker.policy)
    return replace(query, assignee=agent.id) if agent else None


def _mine(argument: str, asker: Asker) -> Query:
    return replace(_listed(argument, asker), assignee=asker.agent.id)


def _searched(argument: str, asker: Asker) -> Query:
    return replace(_queue(asker), open_only=False, words=argument[:WORDS_LIMIT], order=Order.RELEVANCE)


def _answering(
    query: Callable[[str, Asker], Query], title: Callable[[str], Phrase], needs_words: bool = False
) -> Callable[[str, Scene], Result]:
    """The command that shows what the query found."""

    def run(argument: str, scene: Scene) -> Result:
        if needs_words and not argument.strip():
            return refuse(phrase("for what? Write words behind #search"))
        answer = scene.answer(query(argument, scene.asker))
        if answer is None:
            return refuse(phrase("the desk cannot tell just now"))
        return Result(answer=answer, title=title(argument))

    return run


def _wanting(query: Callable[[str, Asker], Query]) -> Callable[[str, Asker], Wants]:
    return lambda argument, asker: Wants(queries=(query(argument, asker),))


def _list_title(argument: str) -> Phrase:
    return phrase("Tickets: {conditions}", conditions=argument) if argument else phrase("Open tickets")


def _mine_title(argument: str) -> Phrase:
    return phrase("Your tickets: {conditions}", conditions=argument) if argument else phrase("Your open tickets")


def _search_title(argument: str) -> Phrase:
    return phrase("Found for {words}", words=argument[:WORDS_LIMIT])


def _about(ask: Ask, argument: str, asker: Asker) -> Query:
    number = next(iter(numbers(argument)), asker.number)
    return Query(ask, asker.brand, visible_teams(asker.agent, asker.policy), number=number)


def _one(ask: Ask, title: Callable[[int], Phrase]) -> Callable[[str, Scene], Result]:
    """The command that shows one ticket: the one that it names, else the mail's own."""

    def run(argument: str, scene: Scene) -> Result:
        query = _about(ask, argument, scene.asker)
        if not query.number:
            return refuse(phrase("which ticket? Write its number"))
        ticket = scene.other(query.number)
        answer = scene.answer(query)
        if ticket is None or answer is None or allowed(Act.SEE, scene.agent, ticket, scene.policy):
            return refuse(no_ticket(query.number))
        if allowed(Act.SEE_NOTES, scene.agent, ticket, scene.policy):
            answer = replace(answer, rows=tuple(_public(answer.rows)))
        return Result(answer=answer, title=title(query.number))

    return run


def _public(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if not (isinstance(row, MessageRow) and row.internal))


def _wanting_one(ask: Ask) -> Callable[[str, Asker], Wants]:
    return lambda argument, asker: Wants(numbers=numbers(argument)[:1], queries=(_about(ask, argument, asker),))


def _help(argument: str, scene: Scene) -> Result:
    """The letter brings the list itself, in the reader's language and for the reader's role; and says so where it was
    not asked for."""
    lost = not scene.case.commands and scene.case.has_words
    return Result(said=phrase("these are the commands"), title=NO_COMMAND if lost else NOTHING)


NO_COMMAND = phrase("There is no command in your mail, so nothing was done. What you can write on its first line:")


COMMANDS: tuple[Meaning, ...] = (
    Meaning(
        "show",
        _one(Ask.TICKET, lambda number: phrase("Ticket {number}", number=number)),
        Act.SEE,
        needs_ticket=False,
        role=Role.WATCHER,
        wants=_wanting_one(Ask.TICKET),
        example="1042",
    ),
    Meaning(
        "history",
        _one(Ask.HISTORY, lambda number: phrase("History of ticket {number}", number=number)),
        Act.SEE,
        needs_ticket=False,
        role=Role.WATCHER,
        wants=_wanting_one(Ask.HISTORY),
        example="1042",
    ),
    Meaning(
        "why",
        _one(Ask.WHY, lambda number: phrase("Why ticket {number} is where it is", number=number)),
        Act.SEE,
        needs_ticket=False,
        wants=_wanting_one(Ask.WHY),
        example="1042",
    ),
    Meaning(
        "list",
        _answering(_listed, _list_title),
        Act.SEE,
        needs_ticket=False,
        role=Role.WATCHER,
        wants=_wanting(_listed),
        example="open billing",
    ),
    Meaning("mine", _answering(_mine, _mine_title), Act.SEE, needs_ticket=False, wants=_wanting(_mine)),
    Meaning(
        "search",
        _answering(_searched, _search_title, needs_words=True),
        Act.SEE,
        needs_ticket=False,
        role=Role.WATCHER,
        wants=_wanting(_searched),
        example="printer",
    ),
    Meaning("help", _help, Act.SEE, needs_ticket=False, role=Role.WATCHER),
)
