"""The words by which mail programs introduce a quote, per language.

Three tables. ``WROTE``: what stands in an attribution line ("On Monday, Ana wrote:"), with the words that open such a
line. ``HEADER_LABELS``: the labels of the header block that Outlook and its kin put above a quote. ``SEPARATORS``: the
words between dashes ("-----Original Message-----"). All in lower case. A language is added here and nowhere else.
"""

from __future__ import annotations

from typing import NamedTuple

from mailgate.mail.model import SpanKind
from mailgate.mail.quotes.phrase_table import phrases


class Wrote(NamedTuple):
    """One language: ``verbs`` of which one must stand in the line, ``openers`` with which it begins, if with any."""

    language: str
    verbs: tuple[str, ...]
    openers: tuple[str, ...] = ()


WROTE: tuple[Wrote, ...] = (
    Wrote(
        "en",
        ("wrote", "writes", "said", "has written", "quoting "),
        ("on ", "at ", "in message", "in article", "quoting "),
    ),
    Wrote("zh-Hans", ("写道", "写到", "编写", "撰写"), ("在 ", "在", "于")),
    Wrote("zh-Hant", ("寫道", "寫到", "撰寫"), ("在 ", "在", "於")),
    Wrote("ja", ("のメール", "は書きました", "書き込み", "さんは書", "は次のように書", "送信:", "wrote")),
    Wrote("ko", ("작성", "썼습니다", "쓰셨습니다", "님이 쓴", "쓴 글", "보낸 메시지", "님의 말")),
    Wrote("de", ("schrieb", "hat geschrieben", "geschrieben", "zitat von "), ("am ", "an ", "vom ")),
    Wrote("fr", ("a écrit", "a ecrit", "écrit", "écrivait", "citation de"), ("le ", "en date")),
    Wrote("es", ("escribió", "escribio", "ha escrito", "citando a"), ("el ", "en ", "con fecha")),
    Wrote("pt", ("escreveu", "está escrevendo"), ("em ", "a ", "no dia", "na ")),
    Wrote("it", ("ha scritto", "scrisse", "hai scritto"), ("il ", "in data", "in ")),
    Wrote("nl", ("schreef", "heeft geschreven", "het volgende geschreven"), ("op ",)),
    Wrote("pl", ("napisał", "napisal", "pisze", "napisała"), ("w dniu", "dnia ", "on ")),
    Wrote("ru", ("написал", "пишет", "писал")),
    Wrote("uk", ("пише", "написав")),
    Wrote("tr", ("yazdı", "yazdi", "şunu yazdı", "yazmış")),
    Wrote("sv", ("skrev", "har skrivit"), ("den ", "på ", "on ")),
    Wrote("da", ("skrev", "har skrevet"), ("den ", "på ", "d. ")),
    Wrote("nb", ("skrev", "har skrevet"), ("den ", "på ")),
    Wrote("fi", ("kirjoitti",), ("on ",)),
    Wrote("cs", ("napsal", "napsala", "píše"), ("dne ",)),
    Wrote("sk", ("napísal", "píše"), ("dňa ",)),
    Wrote("ar", ("كتب", "كتبت", "كتابة")),
    Wrote("he", ("כתב", "כתבה", "מאת"), ("בתאריך", "ב-")),
    Wrote("vi", ("đã viết", "viết"), ("vào ", "ngày ", "lúc ")),
    Wrote("hu", ("ezt írta", "írta")),
    Wrote("ro", ("a scris", "a scris următoarele"), ("în ", "pe ", "la ")),
    Wrote("el", ("έγραψε",), ("στις ", "την ")),
    Wrote("bg", ("написа",), ("на ",)),
    Wrote("hr", ("je napisao", "napisao je", "napisala", "je pisao"), ("dana ",)),
    Wrote("sl", ("je napisal", "je oseba"), ("dne ", "v ")),
    Wrote("sr", ("је написао", "је написала", "je napisao/la")),
    Wrote("et", ("kirjutas",)),
    Wrote("lt", ("rašė",)),
    Wrote("lv", ("rakstīja",)),
    Wrote("fa", ("نوشت",), ("در تاریخ",)),
    Wrote("hi", ("ने लिखा",)),
    Wrote("id", ("menulis",), ("pada ",)),
    Wrote("ca", ("va escriure", "ha escrit"), ("el ",)),
    Wrote("th", ("เขียนว่า", "ได้เขียน"), ("เมื่อ ", "ในวันที่")),
)

_LABELS: dict[str, tuple[str, ...]] = {
    "from": phrases(
        """
        from | von | de | da | van | od | от | від | kimden | gönderen | från | fra | lähettäjä | 发件人 | 發件人 |
        寄件者 | 寄件人 | 差出人 | 送信者 | 送信元 | 보낸 사람 | 보낸사람 | 보낸이 | من | المرسل | מאת | từ |
        người gửi | feladó | de la | από | от кого | expéditeur | remitente | remetente | mittente | absender |
        afzender | odesílatel | odosielateľ | nadawca | отправитель | 発信者 | 发送人 | 來自 | 来自 | dari | จาก |
        šalje | pošiljatelj | шаље | saatja | nuo | از
        """
    ),
    "date": phrases(
        """
        sent | date | sent at | date sent | gesendet | gesendet am | datum | envoyé | envoyé le | envoyé à |
        enviado | enviado el | enviado em | enviada em | enviada | fecha | data | data e ora | date et heure |
        message du | inviato | inviato il | inviata | verzonden | verstuurd | verzonden op | wysłano | wysłane |
        data wysłania | отправлено | дата | надіслано | gönderildi | gönderme tarihi | gönderim tarihi | tarih |
        skickat | skickat den | sendt | dato | lähetetty | lähetysaika | päiväys | päivämäärä | pvm | odesláno |
        odoslané | 发送时间 | 发送日期 | 日期 | 时间 | 發送時間 | 傳送日期 | 寄件日期 | 傳送時間 | 寄送時間 | 時間 |
        送信日時 | 送信日 | 日時 | 日付 | 보낸 날짜 | 보낸날짜 | 보낸 시간 | 날짜 | 일시 | تاريخ الإرسال |
        تم الإرسال | أرسلت | التاريخ | تاريخ | נשלח | תאריך | đã gửi | ngày | ngày gửi | gửi | elküldve | dátum |
        trimis | ημερομηνία | στάλθηκε | sendt den | fecha de envío | 发件日期 | dikirim | tanggal | วันที่ | ส่ง |
        poslano | poslato | изпратено | послато | saadetud | saatmisaeg | išsiųsta | ارسال | تاریخ
        """
    ),
    "to": phrases(
        """
        to | an | à | a | para | aan | do | кому | kime | alıcı | kime/alıcı | till | til | vastaanottaja | komu |
        收件人 | 收件者 | 宛先 | 받는 사람 | 받는사람 | 수신 | إلى | الى | אל | tới | đến | người nhận | címzett |
        către | προς | до | destinataire | destinatario | destinatário | empfänger | ontvanger | adresat |
        получатель | kepada | ถึง | per | pour | za | prejemnik |
        prima | прима | adressaat | kam | به
        """
    ),
    "cc": phrases(
        """
        cc | kopie | kopie an | copie | copie à | copia | cópia | 抄送 | 副本 | 副本抄送 | 参照 | 참조 | копия |
        копія | dw | do wiadomości | bilgi | kopia | kopi | kopio | نسخة | نسخة إلى | עותק | đồng kính gửi |
        đồng gửi | másolatot kap | bcc | c.c. | ccn | cco
        """
    ),
    "subject": phrases(
        """
        subject | betreff | objet | sujet | asunto | assunto | oggetto | onderwerp | temat | тема | konu | ämne |
        emne | aihe | předmět | predmet | 主题 | 主題 | 主旨 | 标题 | 標題 | 件名 | 題名 | 제목 | الموضوع | موضوع |
        נושא | chủ đề | tiêu đề | tárgy | subiect | θέμα | perihal | subjek | เรื่อง | re |
        thema | ogg | zadeva | teema
        """
    ),
}

HEADER_LABELS: dict[str, str] = {label: role for role, labels in _LABELS.items() for label in labels}
"""Lower-case label → its role: ``from``, ``date``, ``to``, ``cc`` or ``subject``."""

_ORIGINAL = phrases(
    """
    original message | original mail | original email | original appointment | original e-mail | replied message |
    reply message | ursprüngliche nachricht | ursprüngliche mail | originalnachricht | original-nachricht |
    message d'origine | message d’origine | message original | message initial | mensaje original |
    mensagem original | messaggio originale | messaggio d'origine | oorspronkelijk bericht |
    oorspronkelijk e-mailbericht | origineel bericht | oprindelig besked | oprindelig e-mail | ursprünglicher text |
    wiadomość oryginalna | oryginalna wiadomość | исходное сообщение | оригинальное сообщение |
    оригінальне повідомлення | özgün ileti | orijinal mesaj | orijinal ileti | ursprungligt meddelande |
    originalmeddelande | oprindelig meddelelse | original meddelelse | opprinnelig melding | original melding |
    alkuperäinen viesti | původní zpráva | pôvodná správa | 原始邮件 | 原始郵件 | 原邮件 | 原郵件 | 回复的原邮件 |
    回覆的原郵件 | 原始信件 | 原件 | 邮件原件 | 元のメッセージ | オリジナルメッセージ | 元のメール | 원본 메일 |
    원본 메시지 | 원본메일 | 원본 내용 | الرسالة الأصلية | رسالة أصلية | הודעה מקורית | thư gốc | thông điệp gốc |
    tin nhắn gốc | eredeti üzenet | mesaj original | mesajul original | αρχικό μήνυμα | pesan asli |
    ข้อความต้นฉบับ | izvorna poruka | izvirno sporočilo
    """
)
_FORWARDED = phrases(
    """
    forwarded message | begin forwarded message | forwarded by | forwarded mail | forward message |
    weitergeleitete nachricht | anfang der weitergeleiteten nachricht | anfang der weitergeleiteten e-mail |
    message transféré | début du message transféré | début du message réexpédié | mensaje reenviado |
    inicio del mensaje reenviado | mensagem encaminhada | mensagem reencaminhada | início da mensagem encaminhada |
    messaggio inoltrato | inizio messaggio inoltrato | doorgestuurd bericht | begin doorgestuurd bericht |
    wiadomość przekazana | przekazana wiadomość | początek przekazywanej wiadomości | пересылаемое сообщение |
    пересланное сообщение | начало переадресованного сообщения | iletilen mesaj | yönlendirilmiş ileti |
    iletilmiş mesaj | vidarebefordrat meddelande | vidarebefordrat brev | påbörjat vidarebefordrat meddelande |
    videresendt meddelelse | start på videresendt besked | videresendt melding | videresendt e-post |
    välitetty viesti | edelleenlähetetty viesti | přeposlaná zpráva | 转发的邮件 | 转发邮件 | 转发邮件信息 |
    轉寄郵件 | 轉寄的郵件 | 已轉寄郵件 | 轉寄的信件 | 转发的消息 | 开始转发的邮件 | 転送されたメッセージ |
    転送メッセージ | 전달된 메시지 | 전달된 메일 | رسالة معاد توجيهها | رسالة تم تحويلها | הודעה שהועברה |
    thư đã chuyển tiếp | chuyển tiếp thư | thông điệp được chuyển tiếp | továbbított üzenet | mesaj redirecționat
    """
)

_FOREIGN_MARKERS = phrases(
    """
    please type your reply above this line | type your reply above this line | reply above this line |
    please reply above this line | please respond above this line | write a reply above this line |
    do not reply below this line | please do not write below this line | bitte oberhalb dieser linie antworten |
    répondre au-dessus de cette ligne
    """
)

SEPARATORS: dict[str, SpanKind] = {
    **dict.fromkeys(_ORIGINAL, SpanKind.QUOTE),
    **dict.fromkeys(_FOREIGN_MARKERS, SpanKind.MARKER),
    **dict.fromkeys(_FORWARDED, SpanKind.FORWARDED),
}
"""The words of a separator line → what follows it; below ``MARKER``, another helpdesk's own line, its old letter."""

FORWARD_PREFIXES: tuple[str, ...] = phrases(
    """
    fw: | fwd: | wg: | tr: | rv: | i: | enc: | doorst: | pd: | vs: | vb: | 转发: | 转发： | 轉寄: | 轉寄： | 転送: |
    전달: | ilt: | vl: | пересл:
    """
)
"""How the subject of a forwarded mail begins, lower case."""
