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
        "Re: Urlaub",
        "",
        "Re:",
    ],
)
def test_titles_that_only_speak_of_such_things_are_no_notices(subject: str) -> None:
    assert not vacation.notice_in_subject(subject)


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nI am out of the office until 7 December.",
        "Guten Tag,\nich bin im Urlaub und lese keine Mails.",
        "Bonjour,\nje suis absent jusqu'au 3 décembre.",
        "您好，我正在休假，12月3日回来。",
        "Olen lomalla 3.12. asti.",
        "Я в отпуске до 3 декабря.",
        "休暇中のため、返信が遅れます。",
        "휴가 중입니다.",
        "This is an automatic reply. We have received your mail.",
    ],
)
def test_the_first_words_of_notices_are_known(text: str) -> None:
    assert vacation.notice_in_text(text)


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
