"""How people and telephones sign, and how lawyers do; per language, in lower case.

``CLOSINGS`` begin a signature when few short lines follow. ``MOBILE`` are the lines that apps add by themselves.
``DISCLAIMERS`` are phrases of which one makes a closing paragraph legal boilerplate.
"""

from __future__ import annotations

from mailgate.mail.quotes.phrase_table import Phrases, phrases

CLOSINGS: tuple[str, ...] = phrases(
    """
    # English
    best regards | kind regards | warm regards | warmest regards | regards | best wishes | with best regards |
    with kind regards | yours sincerely | sincerely | sincerely yours | yours faithfully | yours truly | cheers |
    best | all the best | many thanks | thanks and regards | thanks & regards | thanks in advance | respectfully |
    cordially | with regards | br | rgds |
    # German
    mit freundlichen grüßen | mit freundlichen gruessen | mit freundlichen grüssen | mit freundlichem gruß |
    mit freundlichem gruss | freundliche grüße | freundliche grüsse | freundlicher gruß | viele grüße |
    viele gruesse | beste grüße | beste grüsse | liebe grüße | schöne grüße | herzliche grüße | hochachtungsvoll |
    mfg | lg | vg | mit besten grüßen | gruß | grüße |
    # French
    cordialement | bien cordialement | bien à vous | sincères salutations | salutations | meilleures salutations |
    cdlt | amicalement | veuillez agréer | bonne journée | bonne réception | respectueusement |
    # Spanish, Portuguese, Italian
    saludos | saludos cordiales | un saludo | cordiales saludos | atentamente | un cordial saludo | muchas gracias |
    atenciosamente | cumprimentos | com os melhores cumprimentos | melhores cumprimentos | saudações | abraços |
    att | abs | cordiali saluti | distinti saluti | saluti | cordialmente | un saluto | buona giornata |
    # Dutch, Scandinavian, Finnish
    met vriendelijke groet | met vriendelijke groeten | vriendelijke groet | vriendelijke groeten | groeten |
    hartelijke groet | mvg | med vänlig hälsning | med vänliga hälsningar | vänliga hälsningar | vänlig hälsning |
    bästa hälsningar | hälsningar | mvh | med venlig hilsen | venlig hilsen | de bedste hilsner | bedste hilsner |
    hilsen | med vennlig hilsen | vennlig hilsen | vh | kh | ystävällisin terveisin | terveisin | yt |
    parhain terveisin |
    # Polish, Czech, Slovak, Russian, Turkish
    pozdrawiam | z poważaniem | z powazaniem | serdecznie pozdrawiam | pozdrowienia | z wyrazami szacunku |
    s pozdravem | s přátelským pozdravem | hezký den | s úctou | s pozdravom | с уважением |
    с наилучшими пожеланиями | всего доброго | с наилучшими | з повагою | saygılarımla | iyi çalışmalar |
    iyi günler | saygılar | sevgiler |
    # Chinese, Japanese, Korean, Vietnamese, Arabic, Hebrew
    此致 | 敬上 | 顺祝商祺 | 祝好 | 祝工作顺利 | 祝商祺 | 順頌商祺 | 順祝商祺 | 敬祝 | 谨上 | 謹上 |
    よろしくお願いいたします | よろしくお願い致します | 宜しくお願い致します | 以上、よろしくお願いいたします |
    敬具 | 감사합니다 | 드림 | 올림 | trân trọng | thân mến | مع أطيب التحيات | مع خالص التحية | تحياتي | בברכה |
    בכבוד רב
    """
)

MOBILE_MINE: tuple[str, ...] = phrases(
    """
    sent from my | envoyé de mon | envoyé depuis mon | enviado desde mi | enviado do meu |
    enviado a partir do meu | inviato dal mio | inviato da mio | verzonden vanaf mijn | verstuurd vanaf mijn |
    wysłane z mojego | отправлено с моего | skickat från min | sendt fra min | odesláno z mého | 发自我的 |
    发送自我的 | 发自我 | 從我的 | 从我的 | 寄自我的 | 來自我的 | 內文自我的 | 나의 iphone | 내 iphone |
    أُرسلت من ال | أرسلت من ال | נשלח מה- | iphone'umdan gönderildi | iphone’umdan gönderildi | get outlook for
    """
)
"""These stand at the beginning of the line and need nothing else."""

MOBILE: tuple[str, ...] = phrases(
    """
    von meinem | von meiner | gửi từ |
    sent from | sent via | sent using | sent with | envoyé | télécharger | obtenir | provenance | gesendet |
    diese nachricht wurde | holen sie sich | get bluemail | outlook for | outlook voor | obtenez | enviado |
    obtener | obter | obtenha | inviato | scarica | ottieni | verzonden |
    verstuurd | download | wysłane | wysłano | pobierz | отправлено | скачать | ios için | android için | skickat |
    hämta | sendt | hent | skaff | få outlook | lähetetty | hanki | odesláno | odoslané | 发自 | 来自我的 | 获取 |
    取得 | 使用 | gửi | được gửi | tải | أرسلت | أُرسلت | مرسل | الحصول على | נשלח | קבל את | trimis | küldve |
    iphoneから | ipadから | ios용 | android용
    """
)
"""These need the name of a device or a program besides, out of ``DEVICES``."""

DEVICES: tuple[str, ...] = phrases(
    """
    iphon | ipad | ipod | android | blackberry | samsung | galaxy | huawei | xiaomi | windows | outlook | phone |
    mobile | handy | telefon | mobil | mail | proton | yahoo | gmail | ios | nokia | pixel | 手机 | 手機 | tablet |
    móvil | portable | celular | cellulare | device | verizon | spark | tutanota | aol | телефон | htc | wireless |
    휴대폰
    """
)

MOBILE_ENDINGS: tuple[str, ...] = phrases(
    """
    から送信 | 에서 보냄 | gesendet | cihazımdan gönderildi | gönderildi | dan gönderildi | 发送 | 發送 | 傳送 |
    寄出
    """
)

CONTACTS: tuple[str, ...] = phrases("tel | @ | http | www. | fax | phone | mobil | 電話 | 电话 | 手机 | 〒 | 전화")
"""Of these one stands in a signature that is drawn as a box."""

DISCLAIMERS: Phrases = phrases(
    """
    this email and any attachments | this e-mail and any attachments | this message and any attachments |
    this email is confidential | this e-mail is confidential | this message is confidential | intended solely for |
    intended only for | intended recipient | confidentiality notice | privileged and confidential |
    legally privileged | if you have received this | please consider the environment | disclaimer: |
    diese e-mail enthält vertrauliche | vertrauliche und/oder rechtlich geschützte |
    diese nachricht ist vertraulich | nicht der richtige adressat | ce message et toutes les pièces jointes |
    ce message est confidentiel | si vous avez reçu ce message par erreur | este mensaje y sus archivos |
    este correo electrónico | aviso legal | si ha recibido este mensaje por error | esta mensagem |
    se você recebeu esta mensagem por engano | aviso de confidencialidade | le informazioni contenute |
    questo messaggio | se avete ricevuto questo messaggio | dit bericht is uitsluitend | de informatie in dit |
    ta wiadomość | niniejsza wiadomość | niniejszy e-mail | это сообщение | настоящее сообщение содержит |
    bu e-posta | bu mesaj | detta meddelande | denne e-mail | denne e-posten | tämä viesti | tato zpráva |
    tento e-mail | 本邮件及其附件 | 此邮件及其附件 | 本邮件内容 | 本電子郵件 | 本郵件及其附件 | 保密声明 |
    免责声明 | このメールには | 本メールは | 이 메일은 | 본 메일은
    """
)

LIST_FOOTERS: tuple[str, ...] = phrases(
    """
    mailing list | mailinglist | mailman/listinfo | to unsubscribe |
    you received this message because you are subscribed | list-unsubscribe | 邮件列表 | 取消订阅 |
    liste de diffusion | lista de correo
    """
)
"""Of these one stands in what a list server adds below every mail."""
