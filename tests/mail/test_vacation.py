"""Vacation notices: known by title or first words, and the day of return."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.mail.verdicts import vacation

RECEIVED = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()) * 1000  # a Saturday


def back_on(text: str, language: str = "und") -> str | None:
    until = vacation.away_until(text, language, RECEIVED)
    return None if until is None else datetime.fromtimestamp(until / 1000, UTC).isoformat()[:16]


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: Re: [#1234] printer",
        "Automatic reply: printer",
        "Re: Out of office",
        "Auto: printer",
        "Automatische Antwort: Drucker",
        "Abwesenheitsnotiz: Drucker",
        "Réponse automatique\xa0: imprimante",
        "Respuesta automática: impresora",
        "Resposta automática: impressora",
        "Risposta automatica: stampante",
        "Automatisch antwoord: printer",
        "Automatyczna odpowiedź: drukarka",
        "Автоматический ответ: принтер",
        "Otomatik yanıt: yazıcı",
        "Autosvar: skrivare",
        "Automatisk svar: printer",
        "Automaattinen vastaus: tulostin",
        "Automatická odpověď: tiskárna",
        "自动回复：打印机",
        "回复：自动回复",
        "自動回覆: 印表機",
        "自動応答: プリンター",
        "자동 회신: 프린터",
        "رد تلقائي: طابعة",
        "תשובה אוטומטית: מדפסת",
        "Trả lời tự động: máy in",
        "AUTO: Max Muster ist außer Haus (Rückkehr am 30.11.2026)",
        "Absence : imprimante",
        "【自動返信】お問い合わせありがとうございます",
        "On vacation until 30 November",
        "Out of Office - not in until Monday",
        "休假",
    ],
)
def test_the_titles_of_notices_are_known(subject: str) -> None:
    assert vacation.notice_in_subject(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Printer out of office supplies",
        "Please send an automatic reply",
        "Vacation request form broken",
        "Abwesenheit im System eintragen",
        "Automatic reply to customers: how do I switch it off?",
        "Automatic reply not sent to our customers",
        "Automatische Antwort geht nicht",
        "On leave request form",
        "休假申请系统登录不了",
        "自動返信が届かない",
        "자동 회신이 오지 않아요",
        "Re: Urlaub",
        "",
        "Re:",
    ],
)
def test_titles_that_only_speak_of_such_things_are_no_notices(subject: str) -> None:
    assert not vacation.notice_in_subject(subject)


NOTICES = {
    "en": "Thanks for your message. I'm on holiday until 30 November and will reply when I return.",
    "en colleagues": "I am on vacation, please ask my colleagues.",
    "en machine": "This is an automatic reply. We have received your mail.",
    "de": "Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ich bin bis zum 30.11.2026 nicht im Büro erreichbar.",
    "de unread": "Guten Tag,\nich bin im Urlaub und lese keine Mails.",
    "de back": "Hallo,\n\nich bin erst am 30.11. wieder im Büro. Ihre E-Mail wird nicht weitergeleitet.",
    "fr": "Bonjour,\n\nJe suis actuellement en congés jusqu'au 30 novembre inclus.",
    "fr absente": "Bonjour,\nActuellement absente du bureau, je prendrai connaissance de votre mail à mon retour.",
    "es": "Hola,\n\nActualmente estoy fuera de la oficina hasta el 30 de noviembre.",
    "pt": "Olá,\n\nEstou de férias até 30 de novembro.",
    "it": "Buongiorno,\n\nsono in ferie fino al 30 novembre.",
    "nl": "Beste lezer,\n\nIk ben met vakantie tot en met 30 november.",
    "pl": "Dzień dobry,\n\njestem na urlopie do 30 listopada.",
    "ru": "Здравствуйте!\n\nЯ нахожусь в отпуске до 30 ноября.",
    "tr": "Merhaba,\n\n30 Kasım tarihine kadar yıllık izindeyim.",
    "sv": "Hej!\n\nJag är på semester till och med 30 november.",
    "da": "Hej,\n\nJeg er på ferie til og med den 30. november.",
    "nb": "Hei,\n\nJeg er på ferie til 30. november.",
    "fi": "Hei,\n\nOlen lomalla 30.11. saakka.",
    "cs": "Dobrý den,\n\njsem na dovolené do 30. listopadu.",
    "ar": "مرحبا،\n\nأنا في إجازة حتى 30 نوفمبر",
    "he": "שלום,\n\nאני בחופשה עד 30 בנובמבר",
    "vi": "Xin chào,\n\nTôi đang nghỉ phép đến hết ngày 30/11.",
    "zh-Hans": "您好！\n\n我正在休假，11月30日返回。",
    "zh-Hans qq": "这是来自QQ邮箱的假期自动回复邮件。\n您好，我最近正在休假中，无法亲自回复您的邮件。",
    "zh-Hant": "您好：\n\n我將於11月30日前休假，期間無法收信。",
    "ja": "お世話になっております。\n\n11月30日まで休暇をいただいております。",
    "ja late": "休暇中のため、返信が遅れます。",
    "ko": "안녕하세요.\n\n11월 30일까지 휴가 중입니다.",
}


@pytest.mark.parametrize("language", NOTICES)
def test_the_first_words_of_notices_are_known(language: str) -> None:
    assert vacation.notice_in_text(NOTICES[language])


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin derzeit nicht in der Lage, den Drucker zu öffnen.",
        "Ich bin momentan verzweifelt, der Drucker druckt nicht.",
        "Ich bin ab morgen wieder da, bitte rufen Sie mich dann an.",
        "Ich befinde mich auf der Seite mit den Einstellungen und finde den Knopf nicht.",
        "Ich bin bis 30.11. im Urlaub. Kann ich die Rechnung später zahlen?",
        "I will be away next week, please deliver after 30 November.",
        "I'm on holiday at the moment and cannot log in.",
        "Je suis actuellement bloqué sur la page de connexion, merci de m'aider.",
        "Actualmente me encuentro con un error al iniciar sesión.",
        "Ik ben momenteel aan het testen en het werkt nog niet.",
        "Momentálně nejsem spokojen s vaší službou.",
        "我已收到您的邮件，但是问题还没有解决，请尽快处理。",
        "您好，我的订单还没有收到。",
        "我將於明天到店取貨，謝謝。",
        "휴가 중 배송을 어떻게 미룰 수 있나요?",
    ],
)
def test_what_a_person_says_of_himself_is_no_notice(text: str) -> None:
    assert not vacation.notice_in_text(text)


def test_a_long_letter_or_a_late_mention_is_no_notice() -> None:
    assert not vacation.notice_in_text("The printer smokes. " * 12 + "I am on vacation from Monday.")
    assert not vacation.notice_in_text("I am on vacation. " + "The printer smokes. " * 200)


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("I am out of the office until Monday, 7 December 2026.", "en", "2026-12-08"),
        ("I'm away until 12/24.", "en", "2026-12-25"),
        ("I'm away until 24/12.", "en", "2026-12-25"),
        ("I will be back on January 4th.", "en", "2027-01-04"),
        ("I'll return on Friday", "en", "2026-11-27"),
        ("I am out from Nov 23 until Dec 4, 2026.", "en", "2026-12-05"),
        ("Ich bin bis zum 24.12.2026 nicht im Büro.", "de", "2026-12-25"),
        ("Ab dem 5. Januar bin ich wieder da.", "de", "2027-01-05"),
        ("Je suis absent jusqu'au 3 décembre inclus.", "fr", "2026-12-04"),
        ("Estaré fuera hasta el 3 de diciembre de 2026.", "es", "2026-12-04"),
        ("Estarei ausente até 03/12/2026.", "pt", "2026-12-04"),
        ("Sono assente fino al 3 dicembre.", "it", "2026-12-04"),
        ("Ik ben afwezig tot en met 3 december.", "nl", "2026-12-04"),
        ("Jestem na urlopie do 3 grudnia.", "pl", "2026-12-04"),
        ("Я в отпуске до 3 декабря.", "ru", "2026-12-04"),
        ("3 Aralık 2026 tarihine kadar izindeyim.", "tr", "2026-12-04"),
        ("Jag är på semester till den 3 december.", "sv", "2026-12-04"),
        ("Jeg er på ferie til 3. december.", "da", "2026-12-04"),
        ("Jeg er tilbake den 3. desember.", "nb", "2026-12-03"),
        ("Olen lomalla 3. joulukuuta asti.", "fi", "2026-12-04"),
        ("Jsem na dovolené do 3. prosince.", "cs", "2026-12-04"),
        ("我休假至2026年12月3日。", "zh-Hans", "2026-12-04"),
        ("我將於12月3日返回。", "zh-Hant", "2026-12-03"),
        ("12月3日まで不在にしております。", "ja", "2026-12-04"),
        ("12월 3일까지 휴가 중입니다.", "ko", "2026-12-04"),
        ("أنا في إجازة حتى 3 ديسمبر 2026.", "ar", "2026-12-04"),
        ("אני בחופשה עד 3.12.2026.", "he", "2026-12-04"),
        ("Tôi đang nghỉ đến 3/12/2026.", "vi", "2026-12-04"),
    ],
)
def test_the_day_of_return_is_read(text: str, language: str, day: str) -> None:
    """``until`` a day means back on the next one."""
    assert back_on(text, language) == f"{day}T00:00"


@pytest.mark.parametrize(
    "text",
    [
        "I am away.",
        "Call 12-34 until then.",
        "Since 3 November I am here.",
        "Until 31 February",
        "Until 3 December 2019",
        "Until 3 December 2199",
        "Until 99/99/9999",
        "",
        "until\n\n3 December",
    ],
)
def test_no_day_is_invented(text: str) -> None:
    assert back_on(text, "en") is None


def test_an_unknown_time_of_receipt_raises_nothing() -> None:
    assert vacation.away_until("until Monday", "en", 0) is not None
