"""What agents read below a reply."""

from __future__ import annotations

import pytest

from mailgate.desk.identity.token import Purpose, reference_line
from mailgate.desk.outcome.earlier import earlier
from tests.desk.conversation import NOW_MS, mail, ticket

REFERENCE = reference_line(1042, Purpose.CUSTOMER, "ndbhrhqsry5epy3k6t")
ANSWER = f"Please open the tray.\n\nCleo wrote:\n> It is broken.\n\n{REFERENCE}"
WROTE = "On Sat, Nov 21, 2026 at 1:30 PM Acme Support\n<support@acme.example> wrote:"
ANSWERED = ticket(answered_ms=NOW_MS - 1)


def marked(letter: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in letter.splitlines())


def below(rest: str, new: str = "I did.", on: object = ANSWERED) -> str:
    return earlier(mail(f"{new}\n\n{rest}", reply_text=new), on)  # type: ignore[arg-type]


def test_an_answer_of_ours_is_shown_without_what_programs_and_we_put_around_it() -> None:
    asked = ANSWER.replace("Please open", "-- Please write above this line --\n\nPlease open")
    assert below(f"{WROTE}\n\n{marked(asked)}") == "Please open the tray.\n\nCleo wrote:\n> It is broken."


def test_while_nobody_has_answered_our_letters_are_no_news() -> None:
    assert below(marked(f"We have your message.\n\n{REFERENCE}"), on=ticket()) == ""


@pytest.mark.parametrize(
    "rest",
    [
        f"{WROTE}\n\n{marked(ANSWER)}\n\nAnd the lamp is red.",
        marked(ANSWER).replace("> Cleo wrote", "It is open now.\n> Cleo wrote"),
        f"-----Original Message-----\nFrom: Acme Support\n\n{ANSWER}",
        f"My own list is:\nlamp\nfan\nfeet\ntray:\n\n{marked(ANSWER)}",
        f"The lamp is red.\n\n{marked(ANSWER)}",
        f"{WROTE}\n\n{marked('What somebody else wrote.')}",
    ],
    ids=["below it", "between its lines", "no marks", "much above it", "words above it", "no letter of ours"],
)
def test_nothing_that_somebody_may_have_written_is_taken_away(rest: str) -> None:
    assert below(rest) == rest
    assert below(rest, on=ticket()) == rest


def test_a_first_mail_is_shown_with_all_that_it_quotes() -> None:
    assert below(f"{WROTE}\n\n{marked(ANSWER)}", on=None) == f"{WROTE}\n\n{marked(ANSWER)}"


def test_a_mail_without_new_text_is_shown_once() -> None:
    assert earlier(mail(marked(ANSWER), reply_text=""), ANSWERED) == ""
