"""How mail servers that ignore RFC 3464 word their reports; in lower case, by what the words tell.

``RETURNED_BELOW`` lines end the notice and begin the copy of the letter. ``FAILED`` and ``DELAYED`` say what became of
it. ``SUBJECTS`` are how such reports are titled. ``LABELS`` stand before a recipient on the same line. A new dialect is
a phrase in here; only one that hides its recipients otherwise needs code in ``notice``.
"""

from __future__ import annotations

from mailgate.mail.quotes.phrase_table import Phrases, phrases

RETURNED_BELOW: tuple[str, ...] = phrases(
    """
    below this line is a copy | enclosed is a copy | this is a copy of the message |
    this is a copy of your message | original message | original mail | the header of the original message |
    returned mail follows | message text follows | message header | returned mail | unsent message follows |
    undelivered message follows | your message follows | returned message | header of the message |
    bounced message follows | start of forwarded message | forwarded message | copy of the original |
    text of message follows | the following is your original | here is your original message |
    included is the original | unsent message below | message headers | original headers | received headers |
    contents of message | copy of your message | a copy of the message | mail header | 原邮件 | 原始邮件 |
    原信内容 | 退回的邮件 | 元のメッセージ | 原文
    """
)
"""On a line with dashes, bars or stars around them, or ending with a colon."""

FAILED: tuple[str, ...] = phrases(
    """
    could not be delivered | couldn't be delivered | cannot be delivered | can't be delivered |
    can not be delivered | not able to deliver | wasn't able to deliver | unable to deliver |
    unable to be delivered | was not delivered | not be delivered | wasn't delivered | not been delivered |
    delivery failed | delivery has failed | delivery failure | failed permanently | permanent error |
    permanent fatal | permanent failure | undeliverable | undelivered | undeliverable address | has failed |
    did not reach | delivery to the following | trying to deliver | returned to you | has been returned |
    being returned | returned to sender | returning message to sender | failed addresses | failed recipients |
    unknown user | user unknown | no such user | does not exist | doesn't exist | mailbox is full | mailbox full |
    over quota | mail box full | mailbox unavailable | quota exceeded | not a valid | invalid recipient |
    unknown recipient | could not be found | was rejected | been rejected | non-delivery | nondelivery |
    did not receive | not accepting mail | delivery error | error while | unable to send | not known at this site |
    delivery was unsuccessful | no longer available | no longer on server | no longer valid | unroutable |
    not deliverable | delivery problem | no valid recipients | fatal errors | couldn't deliver | could not deliver |
    cannot deliver | failed to deliver | not found in | unknown address | maximum delivery |
    incorrectly constructed | malformed address | error occurred | is not recognized | recipient's mailbox |
    user doesn't have | cannot send | not send your | nicht zugestellt | unzustellbar | nicht zustellbar |
    konnte nicht | n'a pas pu être | non remis | n’a pas pu être | échec de la remise | no se pudo entregar |
    no se ha podido entregar | no pudo ser | não foi entregue | não pôde ser entregue | falha na entrega |
    não foi possível entregar | mancato recapito | non è stato possibile | non recapitabile | niet worden bezorgd |
    niet bezorgd | onbestelbaar | nie można dostarczyć | nie została dostarczona | не доставлено |
    не удалось доставить | не может быть доставлено | iletilemedi | teslim edilemedi | kunde inte levereras |
    kunne ikke leveres | ei voitu toimittaa | nelze doručit | nebyla doručena | không gửi được | không thể gửi |
    تعذر التسليم | לא נמסרה | 退信 | 无法投递 | 無法投遞 | 未能送达 | 无法送达 | 投递失败 | 投遞失敗 | 被退回 |
    发送失败 | 無法傳遞 | 无法发送到 | 收件人不存在 | 收件人邮箱不存在 | 配信できません | 配信不能 |
    送信できません | お届けできません | 届きません | 宛先不明 | 送達できません | 전송 실패 | 전달되지 않 |
    배달 실패 | 보낼 수 없 | 배달하지 못했 | 발송 실패 | сбой доставки | не удается доставить | недоставленное |
    det gick inte att leverera | kunde inte leverera | mislykkedes | kan ikke leveres | kunne ikke levere |
    leveringen mislyktes | epäonnistui | se nezdařilo | nepodařilo se doručit | فشل التسليم | غير قابل للتسليم |
    המסירה נכשלה | nie powiodło się | recapito non riuscito | bezorging is mislukt | teslim edilememiş |
    échec de remise | nicht gefunden wurde | 未能投递 | 無法寄達 | 無法遞送
    """
)

DELAYED: tuple[str, ...] = phrases(
    """
    has been delayed | delayed mail | delivery delayed | message delayed | warning message only |
    not yet been delivered | will be retried | still trying | will keep trying | continue to try |
    delivery attempts will continue | delayed by more than | could not be delivered for | has not yet been |
    being delayed | delivery is delayed | delay notification | temporarily deferred | still being attempted |
    no action is required on your part | not been delivered yet | verzögert | retardée | retrasado | 延迟 |
    投递延迟 | 遅延 | queued mail
    """
)

GIVEN_UP: tuple[str, ...] = phrases(
    """
    i've given up | failed permanently | giving up | permanent error | permanent failure | in the queue too long |
    permanent fatal | (failure) | has failed | delivery failed | returning message to sender | returned to sender
    """
)
"""These outweigh ``DELAYED`` words that only tell how it went."""

SUBJECTS: Phrases = phrases(
    """
    failure notice | mail delivery fail | delivery status notification | returned mail | undeliver |
    delivery failure | mail system error | delivery failed | mail delivery | non-delivery | nondeliverable |
    nondelivery | message undeliverable | mail failed | delivery notification | delivery error | delivery problem |
    not delivered | could not be delivered | permanent delivery | delivery report | mail not delivered |
    warning: message | warning: could not send | message delayed | delivery delayed | delayed mail | rejected mail |
    mail error | processing error | mail could not | message status | mail status report | user unknown |
    unknown user | mail returned | return mail | bounce | failed mail | failed delivery | delivery has failed |
    error sending | message you sent | e-mail delivery | email delivery | unable to deliver | returned message |
    returned to sender | delivery incomplete | delivery attempt | sent message error | dsn: | ndn: | ndr: |
    message not | mail rejected | full mailbox | unzustellbar | nicht zustellbar | non remis | non distribué |
    échec | no se puede entregar | no se pudo | não entregue | não é possível entregar | mancato recapito |
    non recapitabile | onbestelbaar | niet te bezorgen | niedostarczone | nie można dostarczyć | недоставлен |
    не доставлено | не может быть доставлено | iletilemedi | teslim edilemedi | kan inte levereras | olevererbart |
    kan ikke leveres | ei voi toimittaa | nedoručitelné | không gửi được | تعذر التسليم | לא ניתן למסור | 退信 |
    系统退信 | 投递失败 | 无法送达 | 未送达 | 未送達 | 无法传递 | 無法傳遞 | 発信エラー | 配信不能 | 配信エラー |
    送信エラー | エラーメール | メールエラー | エラー通知 | 배달 실패 | 전송 실패 | 반송 | 배달되지 않음 | 발송 실패 |
    не удается доставить | недоставленное | kunne ikke leveres | epäonnistui | غير قابل للتسليم | nedoručeno
    """
)

MAIL_SERVERS: Phrases = phrases(
    """
    mailer-daemon | mailerdaemon | mail-daemon | mailer_daemon | postmaster | mdaemon | mail-delivery |
    maildelivery | mmdf | smtp_mail | microsoftexchange
    """
)
"""Parts of the local parts that only mail servers give themselves."""

ROBOTS: Phrases = phrases(
    """
    daemon | bounce | smtp | no-reply | noreply | inetgw | mailsystem | mail_system | mailagent | mta | returned |
    root | imss | virus | gateway | system administrator | postoffice | autoreply
    """
)
"""Parts of the local parts of machines of all sorts."""

LABELS: tuple[str, ...] = phrases(
    """
    intended recipient | undeliverable address | failed recipient | recipient address | recipient | rcpt to | to |
    user | address | addressee | mailbox is full | email address | e-mail address | original-recipient |
    final-recipient | empfänger | destinataire | destinatario | destinatário | 收件人 | 收件者 | 收信人 | 宛先 |
    受信者 | 받는사람 | получатель | alıcı | odbiorca | mottagare
    """
)

NOT_RECIPIENTS: tuple[str, ...] = phrases(
    """
    mailer-daemon | postmaster | abuse | helpdesk | support | webmaster | mailman
    """
)
"""Local parts of the people that a report says to ask."""

INTRODUCTIONS: tuple[str, ...] = phrases(
    """
    following | recipient(s) | recipients | address(es) | addresses | fatal errors | failed |
    not been delivered to | not yet been delivered is | delivered to | permanent | empfänger | destinataire |
    destinatario | 收件人 | 宛先
    """
)
"""In a line that ends with a colon these announce the recipients."""
