"""A customer's wish is a mail that says that and nothing else; every real question stays a question."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from mailgate.desk.letter import LetterKind
from mailgate.desk.outcome.wish import Right, Wish, WishKind, claims, wish
from mailgate.desk.outcome.wish_words import ERASE, EXPORT
from mailgate.letters.address import Return
from mailgate.letters.buttons import buttons
from tests.desk.conversation import attachment, mail

NUDGES = (
    "Any news?",
    "Hi,\n\nany update on this?\n\nThanks,\nCleo",
    "Hello team, is there any news on my ticket #1042 yet? Kind regards",
    "I'm still waiting for an answer.",
    "Just following up on this.",
    "friendly reminder",
    "what's the status?",
    "Gibt es schon Neuigkeiten?\n\nViele Grüße",
    "Gibt es Neues?",
    "Gibt es schon etwas Neues zu meiner Anfrage?",
    "What is the current status?",
    "Guten Tag, wie ist der aktuelle Stand? Danke",
    "Bonjour,\navez-vous des nouvelles ?\nMerci",
    "¿Alguna novedad?".lstrip("¿"),
    "Ci sono novità?",
    "Is er al nieuws?",
    "Есть новости?",
    "催单",
    "麻烦催一下",
    "请问处理到哪一步了？",
    "您好，有进展吗？谢谢",
    "请尽快处理",
    "請盡快回覆",
    "处理得怎么样了？",
    "その後いかがでしょうか。",
)

QUESTIONS = (
    "Any news? The printer now also smokes.",
    "Is there any news on the price list for 2027?",
    "Any update to the firmware available?",
    "The status light is red.",
    "What is the status code 550 about?",
    "status quo is not acceptable to us",
    "Statusbericht bitte an Herrn Maier",
    "My order status page shows an error",
    "How do I unsubscribe a colleague from the newsletter?",
    "Please unsubscribe bob@customer.example and add me",
    "I still wait for the parcel, but the address was wrong: it is 5 High Street.",
    "Ping timeout when I log in",
    "Reminder emails do not arrive",
    "Wie ist der Stand bei der Rechnung 4711?",
    "Gibt es Neuigkeiten zur Version 5?",
    "Gibt es Neues zur Rechnung 4711?",
    "Avez-vous des nouvelles de mon colis 12345 ?",
    "状态灯是红色的",
    "请尽快把发票寄给我，地址是北京路五号",
    "有进展吗？另外我的密码也忘了",
    "查询余额失败",
    "没有退订短信的入口",
    "Yes",
    "Thanks!",
    "",
)


@pytest.mark.parametrize("text", NUDGES)
def test_who_only_asks_for_news_nudges(text: str) -> None:
    """Greetings, thanks and the author's own name take nothing away from it."""
    assert wish(mail(text)) == Wish(WishKind.NUDGE)


@pytest.mark.parametrize("text", QUESTIONS)
def test_whatever_says_more_is_a_persons_to_read(text: str) -> None:
    """Near misses in several languages: none of them is taken for a wish."""
    assert wish(mail(text)) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("status", None),
        ("Status #1042", 1042),
        ("status please", None),
        ("Stand der Dinge?", None),
        ("status 1042, please", 1042),
        ("Hello,\nstatus of my ticket 1042\nCleo", 1042),
        ("进度", None),
        ("查询进度 1042", 1042),
        ("my tickets", None),
        ("＃", None),
    ],
)
def test_status_may_name_a_ticket(text: str, number: int | None) -> None:
    """The word alone asks for all of one's own, with a number for that one."""
    expected = None if text == "＃" else Wish(WishKind.STATUS, number)
    assert wish(mail(text)) == expected


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("status #1042", "", WishKind.STATUS),
        ("Status: #1042", "", WishKind.STATUS),
        ("进度：1042", "", WishKind.STATUS),
        ("Status", "Thanks, Cleo", WishKind.STATUS),
        ("Re: [#1042] any news", "", WishKind.NUDGE),
        ("unsubscribe", "", WishKind.UNSUBSCRIBE),
        ("status", "What is the status of my order? I never got the invoice.", None),
        ("unsubscribe", "from what? I never signed up, who are you?", None),
        ("Re: [#1042] Printer", "", None),
    ],
)
def test_the_subject_speaks_where_the_text_is_silent(subject: str, text: str, kind: WishKind | None) -> None:
    """A mailto link writes a subject; a text that says something of its own comes before it."""
    found = wish(mail(text, subject=subject))
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize("text", ["unsubscribe", "Please remove me from this thread.", "退订", "Bitte abmelden, danke"])
def test_who_wants_out_says_so(text: str) -> None:
    """Whether it counts is the ticket's matter: only a watcher can leave."""
    assert wish(mail(text)) == Wish(WishKind.UNSUBSCRIBE)


def test_a_mail_with_a_file_is_no_wish() -> None:
    """The file is what it is about; a logo in the signature is not."""
    assert wish(mail("any news?", attachments=(attachment("contract.pdf"),))) is None
    logo = attachment("logo.png", "image/png", inline=True)
    assert wish(mail("any news?", attachments=(logo,))) == Wish(WishKind.NUDGE)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Under Article 17 GDPR I ask you to erase my personal data.", Right.ERASE),
        ("Please delete all my personal\ndata, I have had enough.", Right.ERASE),
        ("Ich verlange die Löschung meiner personenbezogenen Daten.", Right.ERASE),
        ("J'exerce mon droit à l'oubli.", Right.ERASE),
        ("请删除我的个人信息", Right.ERASE),
        ("请删除我的全部个人数据。", Right.ERASE),
        ("请清除本人的所有个人资料", Right.ERASE),
        ("Please delete my data.", Right.ERASE),
        ("Remove all my personal information from your systems.", Right.ERASE),
        ("Erasure please (GDPR Art. 17).", Right.ERASE),
        ("Please send me all data that you hold about me (GDPR article 15).", Right.EXPORT),
        ("Could you please export my personal data?", Right.EXPORT),
        ("What information do you hold about me? Send me a copy of my personal information.", Right.EXPORT),
        ("Ich bitte um Auskunft über meine gespeicherten Daten.", Right.EXPORT),
        ("请导出我的个人数据", Right.EXPORT),
        ("请提供我的全部个人信息", Right.EXPORT),
        ("This is a subject access request.", Right.EXPORT),
        ("Bitte um Auskunft nach Art. 15 DSGVO.", Right.EXPORT),
        ("Please send me a copy of all my data.", Right.EXPORT),
        ("Is your product GDPR compliant?", None),
        ("Please delete my last message, it had a typo.", None),
        ("How long do you keep personal data of visitors?", None),
        ("Wir haben eine Frage zur DSGVO.", None),
        ("The export of the sales data fails.", None),
        ("For more information about the data sheet see page 3.", None),
        ("删除数据库里的记录失败", None),
    ],
)
def test_a_claim_to_ones_data_is_recognised_and_a_question_about_the_law_is_not(text: str, right: Right | None) -> None:
    """In the words in which people claim it, in several languages."""
    assert claims(mail(text)) == right


@pytest.mark.parametrize(("phrases", "right"), [(ERASE, Right.ERASE), (EXPORT, Right.EXPORT)])
def test_each_claim_is_recognised_however_its_lines_break(phrases: tuple[str, ...], right: Right) -> None:
    """The quick look for a word that all claims share passes none of them over."""
    for phrase in phrases:
        assert claims(mail(f"Hello,\n{phrase}\nBye")) == right, phrase
        assert claims(mail("\n".join(phrase.split(" ")).upper())) == right, phrase


@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.STATUS])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_button_of_a_customers_letter_writes_a_wish_that_is_understood(kind: LetterKind, language: str) -> None:
    """Also where the reference line rides in the ready text, below it."""
    back = Return("support@acme.example", "Ref: 1042-t-aaaaaaaaaaaaaaaaaa", carried=False)
    for button in buttons(kind, back, "Printer", language):
        body = unquote(button["link"].partition("body=")[2])
        assert wish(mail(body)) is not None, body
        assert wish(mail(button["write"])) is not None
