"""The lines between an answer and the old letter, in the languages and shapes that mail programs write."""

from __future__ import annotations

import pytest

from mailgate.mail.model import SpanKind
from mailgate.mail.quotes import quote

NEW = "It works now, see you on Thursday."
OLD = "Old words of the desk."
WHO = "Support <support@desk.example>"

ATTRIBUTIONS = {
    "en gmail": f"On Mon, Nov 16, 2026 at 9:12 AM {WHO} wrote:",
    "en gmail wrapped": "On Mon, Nov 16, 2026 at 9:12 AM Support of the Whole Desk <\nsupport@desk.example> wrote:",
    "en apple": f"On 16 Nov 2026, at 09:12, {WHO} wrote:",
    "en thunderbird": "On 16/11/2026 09:12, Support wrote:",
    "en broken address": "On 16 Nov 2026, at 09:12, Support\n<support@desk.example\n> wrote:",
    "en four lines": "On Monday,\n16 November 2026,\nat 09:12, Support\n<support@desk.example> wrote:",
    "en zoho": f"---- On Mon, 16 Nov 2026 09:12:00 +0100 {WHO} wrote ----",
    "en no colon": f"On Mon, 16 Nov 2026 09:12:00 +0100 {WHO} wrote",
    "en netease": f"At 2026-11-16 09:12:00, {WHO} wrote:",
    "zh-Hans gmail": f"{WHO} 于2026年11月16日周一 上午9:12写道：",
    "zh-Hans apple": "> 在 2026年11月16日，上午9:12，Support <support@desk.example> 写道：",
    "zh-Hans netease": '在 2026-11-16 09:12:00，"Support" <support@desk.example> 写道：',
    "zh-Hant gmail": f"{WHO} 於 2026年11月16日 週一 上午9:12寫道：",
    "ja gmail": f"2026年11月16日(月) 9:12 {WHO}:",
    "ja apple": "2026/11/16 9:12、Support <support@desk.example>のメール:",
    "ko gmail": "2026년 11월 16일 (월) 오전 9:12, Support <support@desk.example>님이 작성:",
    "ko naver": "2026. 11. 16. 오전 9:12, Support <support@desk.example> 작성:",
    "de gmail": f"Am Mo., 16. Nov. 2026 um 09:12 Uhr schrieb {WHO}:",
    "de thunderbird": "Am 16.11.26 um 09:12 schrieb Support:",
    "de apple": f"Am 16.11.2026 um 09:12 schrieb {WHO}:",
    "fr gmail": f"Le lun. 16 nov. 2026 à 09:12, {WHO} a écrit :",
    "fr wrapped": f"Le lun. 16 nov. 2026 à 09:12, {WHO}\na écrit :",
    "es gmail": f"El lun, 16 nov 2026 a las 9:12, {WHO} escribió:",
    "pt gmail": f"Em seg., 16 de nov. de 2026 às 09:12, {WHO} escreveu:",
    "it gmail": f"Il giorno lun 16 nov 2026 alle ore 09:12 {WHO} ha scritto:",
    "it thunderbird": "Il 16/11/2026 09:12, Support ha scritto:",
    "nl gmail": f"Op ma 16 nov 2026 om 09:12 schreef {WHO}:",
    "pl gmail": f"pon., 16 lis 2026 o 09:12 {WHO} napisał(a):",
    "pl thunderbird": "W dniu 16.11.2026 o 09:12, Support pisze:",
    "ru gmail": f"пн, 16 нояб. 2026 г. в 09:12, {WHO}:",
    "ru thunderbird": "16.11.2026 09:12, Support пишет:",
    "ru yandex": '16.11.2026, 09:12, "Support" <support@desk.example>:',
    "tr gmail": f"{WHO}, 16 Kas 2026 Pzt, 09:12 tarihinde şunu yazdı:",
    "sv gmail": f"Den mån 16 nov. 2026 kl 09:12 skrev {WHO}:",
    "da gmail": f"Den man. 16. nov. 2026 kl. 09.12 skrev {WHO}:",
    "nb gmail": f"man. 16. nov. 2026 kl. 09:12 skrev {WHO}:",
    "fi gmail": f"ma 16. marrask. 2026 klo 9.12 {WHO} kirjoitti:",
    "cs gmail": f"po 16. 11. 2026 v 9:12 odesílatel {WHO} napsal:",
    "cs thunderbird": "Dne 16.11.2026 v 9:12 Support napsal(a):",
    "ar gmail": (
        "\u202bفي الاثنين، 16 نوفمبر 2026 في 9:12 ص تمت كتابة ما يلي بواسطة \u202aSupport\u202c\u200f "
        "<\u202asupport@desk.example\u202c\u200f>:\u202c"
    ),
    "he gmail": (
        "\u202bבתאריך יום ב׳, 16 בנוב׳ 2026 ב-9:12 מאת \u202aSupport\u202c\u200f "
        "<\u202asupport@desk.example\u202c\u200f>:\u202c"
    ),
    "vi gmail": f"Vào 9:12, T.2, 16 thg 11, 2026 {WHO} đã viết:",
    "uk gmail": f"пн, 16 лист. 2026 р. о 09:12 {WHO} пише:",
    "hu gmail": f"{WHO} ezt írta (időpont: 2026. nov. 16., H, 9:12):",
    "zh-Hant thunderbird": "Support 於 2026/11/16 上午 09:12 寫道:",
    "zh-Hant yahoo": f"{WHO} 在 2026年11月16日 星期一 上午09:12:11 [GMT+8] 寫道：",
    "ko thunderbird": "2026-11-16 오전 9:12에 Support 이(가) 쓴 글:",
    "de proton": f"{WHO} schrieb am Montag, 16. November 2026 um 09:12:",
    "de horde": f"Zitat von {WHO}:",
    "fr yahoo": f"Le lundi 16 novembre 2026 à 09:12:11 UTC+1, {WHO} a écrit :",
    "nb thunderbird": "Den 16.11.2026 09:12, skrev Support:",
    "fi outlook": "ma 16. marrask. 2026 klo 9.12 Support (support@desk.example) kirjoitti:",
    "ar apple": f"في ١٦ نوفمبر ٢٠٢٦، الساعة ٩:١٢ ص، كتب {WHO}:",
    "he apple": f"ב-16 בנוב׳ 2026, בשעה 9:12, \u200f{WHO} כתב/ה:",
    "vi wrapped": f"Vào Th 2, 16 thg 11, 2026 vào lúc 09:12 {WHO} đã\nviết:",
    "sr gmail": f"пон, 16. нов 2026. у 09:12 {WHO} је написао/ла:",
    "fa gmail": f"در تاریخ دوشنبه ۱۶ نوامبر ۲۰۲۶ ۹:۱۲ {WHO} نوشت:",
    "groupwise": f">>> {WHO} 16.11.2026 09:12 >>>",
    "lotus notes inline": f"{WHO} wrote on 16.11.2026 09:12:11:",
    "unknown language": f"Luns 16 Nov 2026 09:12 {WHO} dixo isto:",
}


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_what_follows_an_attribution_is_old(program: str) -> None:
    line = ATTRIBUTIONS[program].removeprefix("> ")
    text = f"{NEW}\n\n{line}\n\n{OLD}\nAnd a second line.\n"
    spans = quote.mark(text, "", "Re: printer")
    assert quote.reply_text(text, spans) == NEW
    attribution = next(span for span in spans if span.kind is SpanKind.ATTRIBUTION)
    assert text[attribution.start : attribution.end].split() == line.split()


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_an_answer_below_the_quoting_stays_new(program: str) -> None:
    line = ATTRIBUTIONS[program].removeprefix("> ")
    text = f"{line}\n> {OLD}\n> And a second line.\n\n{NEW}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


@pytest.mark.parametrize(
    "line", ["Ana wrote:", "Ana Lima schrieb:", "2026/11/16 Ana <ana@client.example>", "16.11.2026 ana@client.example"]
)
def test_a_bare_attribution_is_known_by_the_quoting_below_it(line: str) -> None:
    text = f"{NEW}\n\n{line}\n> {OLD}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


def test_a_sentence_that_leads_over_to_a_quote_stays_new() -> None:
    text = f"I still do not understand what you meant when you wrote:\n> {OLD}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == text.partition("\n")[0]


HEADERS = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "pt": ("De", "Enviado", "Para", "Assunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "nb": ("Fra", "Sendt", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "zh-Hans": ("发件人", "发送时间", "收件人", "主题"),
    "zh-Hant": ("寄件者", "寄件日期", "收件者", "主旨"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
    "he": ("מאת", "נשלח", "אל", "נושא"),
    "vi": ("Từ", "Đã gửi", "Đến", "Chủ đề"),
    "sl": ("Pošiljatelj", "Poslano", "Prejemnik", "Zadeva"),
    "hr": ("Od", "Poslano", "Prima", "Predmet"),
    "bg": ("От", "Изпратено", "До", "Тема"),
}


def block(language: str, form: str = "{}: {}") -> str:
    values = (WHO, "2026-11-16 09:12", "ana@client.example", "Printer")
    return "\n".join(form.format(label, value) for label, value in zip(HEADERS[language], values, strict=True))


@pytest.mark.parametrize("language", HEADERS)
@pytest.mark.parametrize("form", ["{}: {}", "*{}:* {}", "{}：{}", "| {} | {} |", "{} : {}"])
def test_a_header_block_begins_the_old_letter(language: str, form: str) -> None:
    text = f"{NEW}\n\n{block(language, form)}\n\n{OLD}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


@pytest.mark.parametrize(
    "rule", ["________________________________", "-----Original Message-----", "-------- Any words --------"]
)
def test_the_rule_above_a_header_block_belongs_to_it(rule: str) -> None:
    text = f"{NEW}\n{rule}\n{block('en')}\n\n{OLD}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


SEPARATORS = [
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "----- Message d'origine -----",
    "-----Mensaje original-----",
    "-----Mensagem original-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-----Wiadomość oryginalna-----",
    "-----Исходное сообщение-----",
    "-----Özgün İleti-----".replace("İ", "i"),
    "-----Ursprungligt meddelande-----",
    "-----Oprindelig meddelelse-----",
    "-----Opprinnelig melding-----",
    "-----Alkuperäinen viesti-----",
    "-----Původní zpráva-----",
    "------------------ 原始邮件 ------------------",
    "---- 回复的原邮件 ----",
    "-----原始郵件-----",
    "-----元のメッセージ-----",
    "----- 원본 메일 -----",
    "-----الرسالة الأصلية-----",
    "-----הודעה מקורית-----",
    "-----Thư gốc-----",
    "------- Original Message -------",
    "-------- Original Message --------",
]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_begins_the_old_letter_whatever_follows(separator: str) -> None:
    text = f"{NEW}\n\n{separator}\n{OLD}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


@pytest.mark.parametrize(
    "sentence",
    [
        "You wrote in your last mail:",
        "On Monday we need the following:",
        "My colleague said this to me:",
        "From: the beginning it was broken.",
        "To: whom it may concern",
        "Meeting at 10:30, agenda:",
        "Please write to bob@client.example on 12/05/2024 at 10:30:",
        "error at 10:30: printer@1.2.3 failed:",
        "Subject: I do not know what to write there",
        "Le 16 novembre il y a une panne :",
        "错误信息如下：",
        "In 2024 the manual wrote it differently. See page 12:30",
        "Please call +49 30 1234567 after 17:00:",
        "2026-11-17 10:12:11 ana@client.example login failed:",
        "On 17.11.2026 I told Bob <bob@client.example> the following, and he did not believe a word of it:",
        ">>> print('hello') >>>",
    ],
)
def test_an_ordinary_sentence_begins_no_old_letter(sentence: str) -> None:
    text = f"Hello,\n\n{sentence}\n\nand this is what I wanted to say.\n"
    assert quote.reply_text(text, quote.mark(text, "", "Printer")) == text.strip()


def test_an_answer_below_a_separator_with_headers_and_quoting_stays_new() -> None:
    text = f"-----Original Message-----\n{block('en')}\n\n> {OLD}\n> More of it.\n\n{NEW}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


def test_a_web_form_that_begins_with_such_labels_is_all_new() -> None:
    text = "From: Ana Lima\nTo: Support\nSubject: Printer\nDate: 16.11.2026\n\nIt smokes.\n"
    assert quote.reply_text(text, quote.mark(text, "", "Contact form")) == text.strip()


def test_a_journey_is_not_taken_for_a_header_block() -> None:
    text = "Hello,\n\nmy booking:\nVon: Berlin\nAn: Hamburg\nDatum: 17.11.2026\n\nPlease change it.\n"
    assert quote.reply_text(text, quote.mark(text, "", "Booking")) == text.strip()


def test_a_form_with_labels_is_not_taken_for_a_header_block() -> None:
    text = "My order:\n\nName: Ana\nOrder: 4711\nDate: 16.11.2026\nProduct: printer\n\nIt never came.\n"
    assert quote.reply_text(text, quote.mark(text, "", "Order")) == text.strip()


NOTES_COLUMN = """Support/Desk/Example@Example
11/16/2026 09:12 AM

To
ana@client.example
cc

Subject
Re: Printer
"""
NOTES_TABLE = """
             Support
             <support@desk.example>
                                                                        To
             16.11.2026 09:12         ana@client.example
                                                                        cc

                                                                   Subject
                                      Printer
"""


@pytest.mark.parametrize("head", [NOTES_COLUMN, NOTES_TABLE])
def test_the_head_of_lotus_notes_begins_the_old_letter(head: str) -> None:
    text = f"{NEW}\n\n\n{head}\n{OLD}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


def test_a_list_of_such_words_without_date_or_address_is_text() -> None:
    text = f"{NEW}\nThe form asks for\n\nTo\ncc\nSubject\nand nothing else.\n"
    assert quote.reply_text(text, quote.mark(text, "", "Form")) == text.strip()


@pytest.mark.parametrize("mark", ["| ", "|", "AL> ", "S>"])
def test_below_an_attribution_a_bar_or_initials_quote_too(mark: str) -> None:
    text = f"On Mon, 16 Nov 2026 09:12, Support wrote:\n{mark} {OLD}\n{mark} More.\n\n{NEW}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


@pytest.mark.parametrize("text", ["| a | b |\n|---|---|\n| 1 | 2 |", "SQL> select 1\nSQL> from dual"])
def test_without_an_attribution_bars_and_prompts_are_text(text: str) -> None:
    assert quote.reply_text(text, quote.mark(text, "", "Printer")) == text


def test_yandex_s_headers_below_a_rule_belong_to_its_attribution() -> None:
    head = f'----------------\nКому: ana@client.example;\nТема: Printer;\n16.11.2026, 09:12, "Support" <{WHO[9:-1]}>:'
    text = f"{NEW}\n\n{head}\n{OLD}\n"
    assert quote.reply_text(text, quote.mark(text, "", "Re: printer")) == NEW


@pytest.mark.parametrize(
    "marker",
    [
        "##- Please type your reply above this line -##",
        "##- Bitte geben Sie Ihre Antwort über dieser Zeile ein. -##",
        "--- Reply above this line ---",
    ],
)
def test_below_another_helpdesk_s_marker_is_its_letter_but_a_letter_of_its_own_is_all_new(marker: str) -> None:
    answer = f"{NEW}\n\n{marker}\n\n{OLD}\n"
    assert quote.reply_text(answer, quote.mark(answer, "", "Re: printer")) == NEW
    letter = f"{marker}\n\n{NEW}\n"
    assert quote.reply_text(letter, quote.mark(letter, "", "Your request")) == NEW
