"""The language of a text, or "unknown"."""

from __future__ import annotations

import pytest

from mailgate.mail.text.language import detect


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Hello, I have not received my order yet. Can you please help me with this?", "en"),
        ("Guten Tag, ich habe meine Bestellung noch nicht erhalten. Können Sie mir bitte helfen?", "de"),
        ("Bonjour, je n'ai pas encore reçu ma commande. Pouvez-vous m'aider avec cela ?", "fr"),
        ("Hola, no he recibido mi pedido todavía. ¿Me pueden ayudar, por favor?", "es"),
        ("Olá, ainda não recebi a minha encomenda. Podem ajudar-me com isso, por favor?", "pt"),
        ("Buongiorno, non ho ancora ricevuto il mio ordine. Mi potete aiutare per favore?", "it"),
        ("Hallo, ik heb mijn bestelling nog niet ontvangen. Kunt u mij helpen met deze zaak?", "nl"),
        ("Dzień dobry, nie otrzymałem jeszcze zamówienia. Czy mogą Państwo mi pomóc?", "pl"),
        ("Hej, jag har inte fått min beställning ännu. Kan ni hjälpa mig med det här?", "sv"),
        ("Hei, en ole vielä saanut tilaustani. Voitteko auttaa, kiitos, se on tärkeää?", "fi"),
        ("Dobrý den, ještě jsem nedostal svou objednávku. Můžete mi prosím pomoci?", "cs"),
        ("Merhaba, siparişimi henüz almadım. Bana bu konuda yardım eder misiniz lütfen?", "tr"),
        ("Xin chào, tôi chưa nhận được đơn hàng của tôi. Anh chị có thể giúp không?", "vi"),
        ("Здравствуйте, я ещё не получил свой заказ. Вы можете мне помочь?", "ru"),
        ("Добрий день, я ще не отримав своє замовлення. Чи можете ви допомогти?", "uk"),
        ("您好，我还没有收到订单，请问什么时候发货？", "zh-Hans"),
        ("您好，我還沒有收到訂單，請問什麼時候發貨？", "zh-Hant"),
        ("こんにちは。注文した商品がまだ届いていません。", "ja"),
        ("안녕하세요, 주문한 상품이 아직 도착하지 않았습니다.", "ko"),
        ("مرحبا، لم أستلم طلبي بعد. هل يمكنكم مساعدتي؟", "ar"),
        ("שלום, עדיין לא קיבלתי את ההזמנה שלי.", "he"),
        ("Γεια σας, δεν έχω λάβει ακόμα την παραγγελία μου.", "el"),
        ("สวัสดีครับ ผมยังไม่ได้รับสินค้า", "th"),
        ("退款", "zh-Hans"),
        ("Order 4711 还没有收到，什么时候发货？请尽快处理。", "zh-Hans"),
    ],
)
def test_a_sentence_tells_its_language(text: str, tag: str) -> None:
    assert detect(text) == tag


@pytest.mark.parametrize(
    "text", ["", "ok", "12345 67890", "👍👍", "SKU-4711 X99", "https://x.example/the/and/of/you", "qwxz vbnm lkjh"]
)
def test_what_tells_nothing_is_unknown(text: str) -> None:
    assert detect(text) == "und"


def test_only_the_beginning_is_looked_at() -> None:
    assert detect("the and of you with this " * 100_000) == "en"


def test_notes_and_calendars_that_we_put_into_the_text_have_no_language() -> None:
    note = "[Invitation: Besprechung\nWhen: 2026-11-23 14:00 (W. Europe) – 15:00 (W. Europe)]"
    assert detect(note) == "und"
    assert detect("[This mail is encrypted with PGP. Its content cannot be read here.]") == "und"
    assert detect(f"Das ist nicht die Rechnung, die wir haben.\n\n{note}") == "de"
