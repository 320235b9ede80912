"""Commands: where they stand, what they are called, what they do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.commands.line import LIMIT, Command, as_subject, in_subject, split
from mailgate.desk.commands.names import addresses
from mailgate.desk.commands.scene import Meaning
from mailgate.desk.commands.tally import line
from mailgate.desk.commands.vocabulary import COMMANDS, run, wanted
from mailgate.desk.commands.words import ALONE, WORDS
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.lifecycle import Happening
from tests.desk.conversation import Desk, letters, scene, ticket
from tests.mail.cost import expect_cpu_within

HERE = scene(ticket(tags=("old", "trial")))


@pytest.mark.parametrize(
    ("text", "names", "rest"),
    [
        ("#close", ["close"], ""),
        ("#assign ben\n#tag vip\n\nHello", ["assign", "tag"], "Hello"),
        ("\n\n  #note\nthe rest\n#close", ["note"], "the rest\n#close"),
        ("Hello\n#close", [], "Hello\n#close"),
        ("#1042 is the number", [], "#1042 is the number"),
        ("# heading", [], "# heading"),
        ("#", [], "#"),
        ("＃关闭", ["close"], ""),
        ("#关闭\n#转给 ben", ["close", "assign"], ""),
        ("#Assign: ben", ["assign"], ""),
        ("#CLOSE", ["close"], ""),
        ("", [], ""),
        ("#close.\nHello", ["close"], "Hello"),
        ("#关闭。", ["close"], ""),
        ("\u200b#close\nHello", ["close"], "Hello"),
        ("#priority\u00a0high", ["priority"], ""),
        ("#priority=high", ["priority"], ""),
        ("#take #priority high\nHello", ["take", "priority"], "Hello"),
        ("#take, #priority high", ["take", "priority"], ""),
        ("#认领，#优先级 高", ["take", "priority"], ""),
        ("#note he wants #take and #close\n", ["note"], ""),
        ("[priority: high]\n[认领]\nHello", ["priority", "take"], "Hello"),
        ("[Closed] is what it says.", [], "[Closed] is what it says."),
        ("[sic]\nHello", [], "[sic]\nHello"),
        ("#等待周五\n您好", ["pending"], "您好"),
        ("#稍后2天", ["snooze"], ""),
        ("#等待周五，#优先级高", ["pending", "priority"], ""),
        ("#备注客户很急，请尽快", ["note"], ""),
        ("#退回团队", ["drop"], ""),
    ],
)
def test_commands_are_the_lines_at_the_top(text: str, names: list[str], rest: str) -> None:
    commands, left = split(text)
    assert [command.name for command in commands] == names
    assert left == rest


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("#等待周五", "周五"),
        ("#稍后2天", "2天"),
        ("#指派小王", "小王"),
        ("#备注客户很急，请尽快", "客户很急，请尽快"),
        ("#合并1007 ", "1007"),
        ("#note call him!", "call him!"),
        ("[pending: fri 14:00]", "fri 14:00"),
    ],
)
def test_what_stands_behind_a_command_is_its_argument_with_a_space_or_without(text: str, argument: str) -> None:
    """Chinese has none."""
    [command], _ = split(text)
    assert command.argument == argument


def test_only_what_takes_an_argument_is_cut_off_from_one() -> None:
    """ "#解决不了" (it cannot be solved) is not "#解决"."""
    [command], _ = split("#解决不了")
    assert command.name == ""
    assert {meaning.name for meaning in COMMANDS if not meaning.example} - {"note", "held"} == ALONE


@pytest.mark.parametrize(
    "text",
    ["# take", "* #take", "- #close", '"#take"', "`#take`", "#take/#resolve", "#认领、解决", "“#认领”"],
)
def test_S31_what_looks_like_a_command_and_is_none_never_goes_to_the_customer(text: str) -> None:
    """It is not understood, so the mail waits for its agent."""
    plan = Desk(tickets=(ticket(),)).answer(f"{text}\n\nWhich model is it?", Purpose.AGENT, "ana@acme.example")
    assert not letters(plan, LetterKind.ANSWER)
    [told] = letters(plan, LetterKind.TRANSCRIPT)
    assert told.values["unsent"]


def test_more_commands_than_one_mail_may_give_are_no_answer_to_the_customer() -> None:
    """The first that is too many is not understood: nothing is done, and the words below wait for their agent."""
    many = "\n".join(f"#tag no{number}" for number in range(1000))
    plan = Desk(tickets=(ticket(),)).answer(f"{many}\n\nWhich model is it?", Purpose.AGENT, "ana@acme.example")
    assert not letters(plan, LetterKind.ANSWER)
    [told] = letters(plan, LetterKind.TRANSCRIPT)
    assert told.values["unsent"]
    lines = told.values["lines"]
    assert isinstance(lines, tuple)
    assert [each["command"] for each in lines] == [f"#tag no{number}" for number in range(LIMIT + 1)]


@pytest.mark.parametrize(("written", "meant"), [("#clsoe", "close"), ("#解诀", "解决")])
def test_a_word_that_is_nearly_a_command_is_met_with_the_command(written: str, meant: str) -> None:
    [command], _ = split(written)
    assert str(run(command, HERE).refused) == f'not understood; did you mean "#{meant}"?'
    assert line(command, run(command, HERE))["result"] == "unknown"


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("#assign ben", {"assignee": "ben"}),
        ("#assign Ben Okafor", {"assignee": "ben"}),
        ("#assign ben@acme.example", {"assignee": "ben"}),
        ("#assign me", {"assignee": "ana"}),
        ("#assign none", {"assignee": ""}),
        ("#take", {"assignee": "ana"}),
        ("#认领", {"assignee": "ana"}),
        ("#team Billing", {"team": "billing", "assignee": ""}),
        ("#priority HIGH", {"priority": "high"}),
        ("#优先级 紧急", {"priority": "urgent"}),
        ("#tag vip, -trial", {"tags": ("old", "vip")}),
        ("#tag OLD2 -Old", {"tags": ("trial", "OLD2")}),
    ],
)
def test_a_command_changes_what_it_names(text: str, changes: dict[str, object]) -> None:
    [command], _ = split(text)
    result = run(command, HERE)
    assert not result.refused
    assert {name: result.changes[name] for name in changes} == changes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#assign bne", 'did you mean "ben"?'),
        ("#assign gone", "there is no agent"),
        ("#assign", "to whom?"),
        ("#team marketing", "there are: help, billing"),
        ("#priority enormous", "there is no priority"),
        ("#tag", "which tag?"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_could(text: str, said: str) -> None:
    [command], _ = split(text)
    assert said in str(run(command, HERE).refused)


@pytest.mark.parametrize(
    ("text", "happening"),
    [
        ("#close", Happening.CLOSED),
        ("#solved", Happening.RESOLVED),
        ("#spam", Happening.MARKED_SPAM),
        ("#reopen", Happening.REOPENED),
    ],
)
def test_some_commands_move_the_ticket(text: str, happening: Happening) -> None:
    [command], _ = split(text)
    assert run(command, HERE).happening is happening


def test_no_word_means_two_commands() -> None:
    words = [word for meaning in COMMANDS for word in meaning.words]
    assert len(words) == len(set(words))


@given(st.text(max_size=400))
def test_any_text_splits_and_every_command_answers(text: str) -> None:
    commands, rest = split(text)
    assert isinstance(rest, str)
    for command in commands:
        result = run(command, HERE)
        assert result.said or result.refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#note", "the note is empty"),
        ("#note @bne call him", 'did you mean "ben"?'),
        ("#note @wim call him", "may not see the notes"),
        ("#cc", "Write an address"),
        ("#cc support@acme.example", "one of the desk's own"),
        ("#uncc eve@elsewhere.example", "gets no copies"),
        ("#uncc cleo@customer.example", "the requester cannot be left out"),
        ("#ask", "Write one address"),
        ("#ask vera@vendor.example", "nothing to ask"),
        ("#ask cleo@customer.example", "just answer"),
        ("#ask ben@acme.example", "a colleague"),
        ("#refuse", "not yours to give back"),
        ("#drop", "not yours to give back"),
        ("#assign wim", "reads, and does nothing else"),
        ("#status frozen", "there is no state"),
        ("#status merged", "there is no state"),
        ("#pending yesterday", "until when?"),
        ("#snooze", "until when?"),
        ("#due 1/12/2026", "until when?"),
        ("#merge", "into which ticket?"),
        ("#merge 1042", "this ticket itself"),
        ("#merge 7", "no ticket 7 that you may see"),
        ("#link", "which ticket?"),
        ("#link 1042", "no ticket 1042"),
        ("#child", "#child team: subject"),
        ("#child marketing: posters", "there is no team"),
        ("#as", "no forwarded mail"),
        ("#new", "for whom?"),
        ("#new cleo@customer.example", "about what?"),
        ("#new ben@acme.example Printer", "a colleague's"),
        ("#canned nothing", "there is no ready reply"),
        ("#field", "#field name=value"),
        ("#field =1", "#field name=value"),
        ("#untag", "which tag?"),
        ("#undo", "nothing of yours"),
        ("#search", "for what?"),
        ("#show 7", "no ticket 7 that you may see"),
    ],
)
def test_every_refusal_says_what_is_wanted(text: str, said: str) -> None:
    [command], _ = split(text)
    assert said in str(run(command, HERE).refused)


@pytest.mark.parametrize(
    ("text", "names", "rest"),
    [
        ("[close] Re: [#1] Printer", ["close"], "Re: [#1] Printer"),
        ("[assign: ben][tag: vip] Printer", ["assign", "tag"], "Printer"),
        ("【指派：ben】 Printer", ["assign"], "Printer"),
        ("Re: [close] Printer", [], "Re: [close] Printer"),
        ("[#1] [close] Printer", [], "[#1] [close] Printer"),
        ("[EXTERNAL] [close] Printer", [], "[EXTERNAL] [close] Printer"),
    ],
)
def test_commands_stand_at_the_very_front_of_a_subject(text: str, names: list[str], rest: str) -> None:
    commands, left = in_subject(text)
    assert ([command.name for command in commands], left) == (names, rest)


def test_a_whole_subject_is_a_command_where_its_first_word_is_one() -> None:
    assert [command.name for command in as_subject("#lsit open")] == [""]
    assert [(one.name, one.argument) for one in as_subject("list open")] == [("list", "open")]
    assert as_subject("Re: list open") == ()
    assert as_subject("Printer broken") == ()


@given(st.sampled_from(COMMANDS), st.text(max_size=60))
def test_any_argument_is_answered_with_a_result_or_a_reason(meaning: Meaning, argument: str) -> None:
    result = meaning.run(argument, HERE)
    assert result.said or result.refused or result.answer
    asker = HERE.asker
    assert wanted([Command(meaning.name, argument, "")], asker) == meaning.wants(argument, asker)


def test_every_command_has_words_in_both_languages_and_every_word_a_command() -> None:
    assert {meaning.name for meaning in COMMANDS} == set(WORDS)
    assert all(any(word.isascii() for word in words) for words in WORDS.values())
    assert all(any(not word.isascii() for word in words) for words in WORDS.values())


@pytest.mark.parametrize("front", ["[a", "[tag:", "[tag "])
def test_C26_a_subject_of_blanks_that_looks_like_a_command_costs_next_to_nothing(front: str) -> None:
    """Anybody may write so in an agent's name, and it is read where all mails are decided."""
    with expect_cpu_within(0.25):
        assert in_subject(front + " " * 1_500 + "!") == ((), front + " " * 1_500 + "!")


@pytest.mark.parametrize("word", ["a", "a@", "a.", "@a"])
def test_C26_a_line_without_an_address_costs_no_more_for_looking_like_one(word: str) -> None:
    with expect_cpu_within(0.25):
        assert addresses(word * 30_000) == ()
        assert addresses(f"{'a' * 30_000} eve@b.example") == ("eve@b.example",)
