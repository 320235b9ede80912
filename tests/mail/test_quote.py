"""The whole of ``quote``: the voices together, spans that are sound, and text that nobody may swallow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.mail.model import Span, SpanKind
from mailgate.mail.quotes import quote
from tests.mail.cost import expect_cpu_within


def new(text: str, subject: str = "Re: printer") -> str:
    return quote.reply_text(text, quote.mark(text, "", subject))


def unsigned(text: str, subject: str = "Re: printer") -> str:
    return quote.reply_text_nosig(text, quote.mark(text, "", subject))


def kinds(text: str, subject: str = "Re: printer") -> list[SpanKind]:
    return [span.kind for span in quote.mark(text, "", subject)]


# ------------------------------------------------------------------ our own marker line


@pytest.mark.parametrize("language", quote.MARKER_LINE)
def test_all_below_our_marker_line_is_ours(language: str) -> None:
    text = f"Yes, thank you.\n\n{quote.MARKER_LINE[language]}\n\nDear Ana, is it solved?\n\n[#1042]\n"
    assert new(text) == "Yes, thank you."


def test_an_attribution_in_an_unknown_language_above_the_marker_is_known_by_its_place() -> None:
    text = f"Yes.\n\nSupport, 16/11/2026:\n{quote.MARKER_LINE['en']}\nIs it solved?\n"
    assert new(text) == "Yes."


def test_a_quoted_marker_leaves_the_answer_below_it_new() -> None:
    text = f"> {quote.MARKER_LINE['en']}\n> Is it solved?\n\nNo, it is not.\n"
    assert new(text) == "No, it is not."
    assert SpanKind.MARKER in kinds(text)


def test_the_marker_is_known_in_emphasis_and_other_dashes() -> None:
    assert new("Yes.\n\n*–– Please  write above this line ––*\nold\n".replace("  ", " ")) == "Yes."


def test_talking_about_the_marker_is_no_marker() -> None:
    text = "You say please write above this line, but which line do you mean?\n"
    assert new(text) == text.strip()


@pytest.mark.parametrize("language", quote.MARKER_LINE)
def test_the_marker_of_every_language_is_known_again(language: str) -> None:
    assert new(f"Yes.\n\n*{quote.MARKER_LINE[language]}*\nold\n") == "Yes."


# ------------------------------------------------------------------ top, bottom, between


def test_answers_between_quotes_stay_new() -> None:
    text = (
        "On 16 Nov 2026, at 9:12, Desk <d@desk.example> wrote:\n> Which floor?\n"
        "The third.\n> And which room?\n\nTwelve.\n\n> Thanks\n"
    )
    assert new(text).split() == ["The", "third.", "Twelve."]


def test_a_line_that_a_mail_program_broke_out_of_a_quote_stays_quote() -> None:
    text = (
        "Fine.\n\n> Please look at the back of the machine where the serial number "
        "is printed on a\nsmall label\n> and send it to us.\n"
    )
    assert new(text) == "Fine."


def test_a_short_answer_right_below_a_short_question_is_no_broken_line() -> None:
    assert new("> Is it on?\nyes it is\n> Is it loud?\nno\n").split("\n") == ["yes it is", "no"]


def test_a_mail_without_any_quote_is_all_new() -> None:
    text = "Hello,\n\nthe printer is broken: it smokes.\n\nWhat now?"
    assert quote.mark(text, "", "Printer") == ()
    assert new(text) == text


def test_a_bare_forward_says_what_it_forwards() -> None:
    text = (
        "---------- Forwarded message ---------\nFrom: Bo <bo@x.example>\nDate: "
        "Mon\nSubject: Bill\nTo: Ana\n\nThe bill is wrong.\n"
    )
    assert SpanKind.FORWARDED in kinds(text, "Fwd: Bill")
    assert "The bill is wrong." in new(text, "Fwd: Bill")


def test_a_forward_with_a_comment_says_the_comment() -> None:
    text = (
        "Please see below.\n\nBegin forwarded message:\n\nFrom: Bo <bo@x.example>\n"
        "Date: Mon\nSubject: Bill\n\nThe bill is wrong.\n"
    )
    assert new(text, "Fwd: Bill") == "Please see below."


@pytest.mark.parametrize(
    "subject", ["Fwd: Bill", "FW: Bill", "WG: Rechnung", "TR: Facture", "转发：账单", "轉寄: 帳單"]
)
def test_a_header_block_in_a_forwarded_mail_begins_a_forwarded_part(subject: str) -> None:
    text = "See below\n\nFrom: Bo <bo@x.example>\nSent: Monday\nTo: Ana\nSubject: Bill\n\nThe bill is wrong.\n"
    assert SpanKind.FORWARDED in kinds(text, subject)


# ------------------------------------------------------------------ signatures and what apps and lawyers add


@pytest.mark.parametrize("delimiter", ["-- ", "--", "—"])
def test_a_signature_is_new_text_but_not_without_signature(delimiter: str) -> None:
    text = f"It smokes.\n\n{delimiter}\nAna Lima\n+351 123\n"
    assert "Ana Lima" in new(text)
    assert unsigned(text) == "It smokes."


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my Galaxy",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Sent from Yahoo Mail on Android",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "iPhone'umdan gönderildi",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu",
        "发自我的iPhone",
        "從我的iPhone傳送",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "Gửi từ iPhone của tôi",
        "أُرسلت من الـ iPhone",
        "נשלח מה-iPhone שלי",
        "Sent with Proton Mail secure email.",
        "Holen Sie sich Outlook für Android<https://aka.ms/AAb9ysg>",
        "Obtenez Outlook pour iOS<https://aka.ms/o0ukef>",
        "Get BlueMail for Android",
    ],
)
def test_what_a_telephone_adds_is_signature(line: str) -> None:
    assert unsigned(f"It smokes.\n\n{line}\n") == "It smokes."
    assert SpanKind.SIGNATURE in kinds(f"It smokes.\n\n{line}\n")


@pytest.mark.parametrize(
    "closing",
    [
        "Best regards,",
        "Kind regards",
        "Mit freundlichen Grüßen",
        "Viele Grüße,",
        "Cordialement,",
        "Saludos cordiales,",
        "Atenciosamente,",
        "Cordiali saluti",
        "Met vriendelijke groet,",
        "Pozdrawiam,",
        "С уважением,",
        "Saygılarımla,",
        "Med vänliga hälsningar",
        "Med venlig hilsen",
        "Vennlig hilsen",
        "Ystävällisin terveisin",
        "S pozdravem",
        "此致",
        "よろしくお願いいたします。",
        "감사합니다.",
        "Trân trọng,",
        "مع أطيب التحيات",
        "בברכה,",
    ],
)
def test_a_closing_phrase_with_a_name_below_is_signature(closing: str) -> None:
    assert unsigned(f"It smokes.\n\n{closing}\nAna Lima\nLisbon\n") == "It smokes."


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my desk, is much easier than my mobile phone.",
        "With regards to the bill, it is wrong.\nPlease look again.",
        "Best of all would be a new printer.",
        "Points\n\n- one\n- two\n- three",
        "Thanks for the quick help yesterday, but it smokes again.",
        "The file was sent from my iPhone app and never arrived, so I send it again.",
        "Disclaimer: I am no expert, but it smokes.",
        (
            "Regards\n\nI forgot to say that it also smells, and that the lamp on the "
            "left hand side is red since this morning at nine."
        ),
    ],
)
def test_ordinary_text_that_looks_like_a_signature_is_kept(text: str) -> None:
    assert unsigned(text) == text


def test_a_box_around_an_address_is_signature_and_rules_around_a_log_are_not() -> None:
    rule = "-" * 29
    assert unsigned(f"It smokes.\n\n{rule}\nExample K.K.\nTEL: 03-0000-0000\n{rule}\n") == "It smokes."
    log = f"It says\n\n{rule}\nerror 17 at line 4\n{rule}"
    assert unsigned(log) == log


def test_a_disclaimer_is_neither_new_text_nor_signature() -> None:
    text = (
        "It smokes.\n\nThis email and any attachments are confidential and intended "
        "solely for the addressee.\nIf you are not him, delete it.\n"
    )
    assert kinds(text) == [SpanKind.DISCLAIMER]
    assert new(text) == "It smokes."


@pytest.mark.parametrize(
    "legal", ["Disclaimer: nobody vouches for this.", "免责声明：本邮件仅供收件人阅读，请勿转发给他人，谢谢。"]
)
def test_a_disclaimer_is_found_where_it_runs_on_for_thirty_lines(legal: str) -> None:
    """It begins far above the lines among which a signature is looked for."""
    text = f"It smokes.\n\n{legal}\n" + "This line says what nobody may do.\n" * 30
    assert kinds(text) == [SpanKind.DISCLAIMER]
    assert new(text) == "It smokes."


def test_the_first_line_of_a_text_is_no_disclaimer_nor_is_one_within_a_paragraph() -> None:
    legal = "Disclaimer: nobody vouches for this."
    for text in (legal, f"{legal}\nIt smokes.", f"It smokes.\n{legal}"):
        assert new(text) == text


def test_the_footer_of_a_list_is_not_the_authors() -> None:
    text = (
        "It smokes.\n\n_______________________________________________\nprinters mailing list\nprinters@lists.example\n"
    )
    assert new(text) == "It smokes."


def test_a_signature_between_answer_and_quote_is_found() -> None:
    text = "It smokes.\n\nBest regards,\nAna\n\nOn 16 Nov 2026, at 9:12, Desk <d@desk.example> wrote:\n\n> Does it?\n"
    assert new(text) == "It smokes.\n\nBest regards,\nAna"
    assert unsigned(text) == "It smokes."


# ------------------------------------------------------------------ soundness

PIECES = st.sampled_from(
    [
        "On 1 Jan 2026, Ana <a@x.example> wrote:",
        "> quoted",
        ">",
        "",
        "",
        "answer",
        "-- ",
        "From: a@x.example",
        "Sent: today",
        "Subject: x",
        "To: b",
        "Sent from my iPhone",
        "Best regards,",
        "-----Original Message-----",
        quote.MARKER_LINE["en"],
        "> " + quote.MARKER_LINE["zh-Hans"],
        "____________",
        "写道：",
        "\u202b:\u202c",
        "   ",
        "This email and any attachments are confidential",
        "a" * 700 + ":",
    ]
)


def check_sound(text: str, spans: tuple[Span, ...]) -> None:
    at = 0
    for span in spans:
        assert at <= span.start < span.end <= len(text)
        assert 0.0 <= span.confidence <= 1.0
        assert span.evidence
        at = span.end


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=14), st.sampled_from(["Re: x", "Fwd: x", ""]))
def test_spans_of_any_sequence_of_lines_are_sorted_apart_and_inside_the_text(lines: list[str], subject: str) -> None:
    text = "\n".join(lines)
    spans = quote.mark(text, "", subject)
    check_sound(text, spans)
    assert all(line in text for line in quote.reply_text(text, spans).splitlines())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.text(alphabet='<>/="abcdivblockquoteclass gmail_quote', max_size=300))
def test_spans_of_any_text_and_html_are_sound(text: str, html: str) -> None:
    check_sound(text, quote.mark(text, f'<div class="gmail_quote">{html}', ""))


EVIL = {
    "spaces": " " * 100_000 + "x",
    "wrote": "On " * 33_000,
    "attributions": "On Mon, 1 Jan 2026 at 10:00, x\n" * 3_200,
    "angles": ">" * 100_000,
    "angle lines": "> \n" * 33_000,
    "dashes": "-" * 100_000,
    "underscores": "_" * 100_000,
    "newlines": "\n" * 100_000,
    "tags": "<" * 100_000,
    "addresses": "a@" * 50_000,
    "labels": "From: " * 16_000,
    "label lines": "From: a\n" * 12_000,
    "signatures": "-- \n" * 25_000,
    "colons": "wrote 2026 10:00:\n" * 5_500,
    "delimited": "--\n\n> \n" * 14_000,
    "blanks": "\u00a0\u2003\u3000" * 33_000 + "x",
    "growing": "\u0130\u1e9e\ufb03" * 33_000,
    "stars": "*" * 100_000,
    "closings": "Best regards,\n" * 7_000,
    "blocks": "From: a\nSent: b\nx\ny\nz\n" * 5_000,
}


@pytest.mark.parametrize("name", EVIL)
def test_a_hundred_kilobytes_of_anything_are_marked_in_a_quarter_of_a_second(name: str) -> None:
    with expect_cpu_within(0.75):  # three readings
        quote.mark(EVIL[name], "", EVIL[name][:998])
        quote.mark("x\n", '<div class="gmail_quote">' + EVIL[name], "")
        quote.mark("x\n", '<div class="gmail_quote"><p ' + EVIL[name], "")
