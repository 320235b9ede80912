"""Delivery reports: by the book, and in the words of the servers that ignore it."""

from __future__ import annotations

import json

import pytest

from mailgate.mail import bounce
from mailgate.mail.model import Action, Bounce, Envelope
from mailgate.mail.parse import parse
from tests.mail.cost import expect_cpu_within

LETTER = (
    "Return-Path: <support+v1042-abc@desk.example>\r\nReceived: from a by b\r\n"
    "Message-ID: <t1042.m7.AAAA@desk.example>\r\n"
    "References: <first@client.example> <t1042.m1.BBBB@desk.example>\r\nFrom: "
    "Support <support@desk.example>\r\nTo: bo@client.example\r\n"
    "Subject: =?utf-8?Q?Re=3A_=5B=231042=5D_Dr=C3=BCcker?=\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nDear Bo\r\n"
)


def read(
    body: str,
    subject: str,
    author: str = "MAILER-DAEMON@mx.client.example",
    *headers: str,
    kind: str = "text/plain; charset=utf-8",
    mail_from: str | None = "",
) -> Bounce | None:
    head = [
        f"From: {author}",
        "To: support+v1042-abc@desk.example",
        f"Subject: {subject}",
        "MIME-Version: 1.0",
        f"Content-Type: {kind}",
        *headers,
    ]
    raw = "\r\n".join([*head, "", body.replace("\r\n", "\n").replace("\n", "\r\n")]).encode()
    return bounce.read(parse(raw), Envelope("smtp", ("support+v1042-abc@desk.example",), mail_from, 1))


def report(
    fields: str,
    returned: str = LETTER,
    returned_type: str = "message/rfc822",
    status_type: str = "message/delivery-status",
) -> str:
    parts = (("text/plain", "Sorry.\r\n"), (status_type, fields), (returned_type, returned))
    return "".join(f"--B\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in parts) + "--B--\r\n"


REPORT = 'multipart/report; report-type=delivery-status; boundary="B"'


def only(found: Bounce | None) -> tuple[str, Action, str, str]:
    assert found is not None
    assert len(found.recipients) == 1
    recipient = found.recipients[0]
    return recipient.email, recipient.action, recipient.status, recipient.reason


# ------------------------------------------------------------------ by the book: RFC 3464


def fields(*lines: str) -> str:
    return "Reporting-MTA: dns; mx.client.example\r\n\r\n" + "\r\n".join(lines) + "\r\n"


def test_the_fields_of_a_recipient_are_read() -> None:
    text = fields(
        "Final-Recipient: rfc822; bo@client.example",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 <bo@client.example>:",
        "  no such user",
    )
    assert only(read(report(text), "x", kind=REPORT)) == (
        "bo@client.example",
        Action.FAILED,
        "5.1.1",
        "550 5.1.1 <bo@client.example>: no such user",
    )


def test_the_original_recipient_is_whom_we_wrote_to() -> None:
    text = fields(
        "Original-Recipient: rfc822;bo@client.example",
        "Final-Recipient: rfc822;b.alias@inner.example",
        "Action: failed",
        "Status: 5.2.2",
    )
    assert only(read(report(text), "x", kind=REPORT))[0] == "bo@client.example"


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", Action.FAILED),
        ("FAILED (bad)", "5.1.1", Action.FAILED),
        ("failure", "5.0.0", Action.FAILED),
        ("delayed", "4.4.7", Action.DELAYED),
        ("delayed", "5.1.1", Action.DELAYED),
        ("failed", "4.4.7", Action.FAILED),
        ("delivered", "2.0.0", Action.DELIVERED),
        ("relayed", "2.0.0", Action.RELAYED),
        ("expanded", "2.0.0", Action.EXPANDED),
        ("", "4.2.2", Action.DELAYED),
        ("", "5.2.2", Action.FAILED),
        ("", "2.1.5", Action.DELIVERED),
        ("", "", Action.FAILED),
    ],
)
def test_the_action_is_the_fields_word_and_else_the_class_of_the_status(
    action: str, status: str, expected: Action
) -> None:
    text = fields("Final-Recipient: rfc822; bo@client.example", f"Action: {action}", f"Status: {status}")
    assert only(read(report(text), "x", kind=REPORT))[1] is expected


def test_a_status_that_says_nothing_gives_way_to_the_one_in_the_words() -> None:
    text = fields(
        "Final-Recipient: rfc822; bo@client.example",
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: smtp; 550 5.7.1 blocked from 192.0.2.1",
    )
    assert only(read(report(text), "x", kind=REPORT))[2] == "5.7.1"


def test_an_address_in_the_words_is_no_status() -> None:
    text = fields(
        "Final-Recipient: rfc822; bo@client.example", "Action: failed", "Diagnostic-Code: smtp; 550 refused 5.16.200.3"
    )
    assert only(read(report(text), "x", kind=REPORT))[2] == ""


def test_recipients_that_run_together_are_parted() -> None:
    text = (
        "Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Final-Recipient: rfc822; b@x.example\r\nAction: delayed\r\nStatus: 4.0.0\r\n"
    )
    found = read(report(text), "x", kind=REPORT)
    assert found is not None
    assert [(one.email, one.action) for one in found.recipients] == [
        ("a@x.example", Action.FAILED),
        ("b@x.example", Action.DELAYED),
    ]


def test_international_reports_are_read() -> None:
    text = fields("Final-Recipient: utf-8; bö@client.example", "Action: failed", "Status: 5.1.1")
    assert (
        only(read(report(text, status_type="message/global-delivery-status"), "x", kind=REPORT))[0]
        == "bö@client.example"
    )


@pytest.mark.parametrize(
    "returned_type", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"]
)
def test_the_returned_letter_is_known_by_id_references_subject_and_address(returned_type: str) -> None:
    text = fields("Final-Recipient: rfc822; bo@client.example", "Action: failed", "Status: 5.1.1")
    found = read(report(text, returned_type=returned_type), "x", kind=REPORT)
    assert found is not None
    assert found.message_ids == ("t1042.m7.AAAA@desk.example", "first@client.example", "t1042.m1.BBBB@desk.example")
    assert found.subject == "Re: [#1042] Drücker"
    assert "support+v1042-abc@desk.example" in found.addressed_to


def test_L18_a_report_about_twenty_thousand_recipients_is_cut_at_a_thousand_and_quick() -> None:
    text = "".join(
        f"Final-Recipient: rfc822; u{number}@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        for number in range(20_000)
    )
    with expect_cpu_within(2.0):
        found = read(report(text), "x", kind=REPORT)
    assert found is not None
    assert len(found.recipients) == 1_000


def test_a_report_whose_fields_are_gone_is_read_in_prose() -> None:
    body = (
        "--B\r\nContent-Type: text/plain\r\n\r\nA message could not be delivered "
        "to:\r\nbo@client.example\r\n--B\r\nContent-Type: message/delivery-status\r\n"
        "\r\n\r\n--B--\r\n"
    )
    assert only(read(body, "x", "gateway@client.example", kind=REPORT))[0] == "bo@client.example"


# ------------------------------------------------------------------ the dialects

QMAIL = """Hi. This is the qmail-send program at mx.client.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bo@client.example>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 no mailbox here
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bo@client.example
    host mx.client.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<bo@client.example>:
    550 5.1.1 no mailbox here

------ This is a copy of the message, including all the headers. ------

"""
GMAIL = """Delivery to the following recipient failed permanently:

     bo@client.example

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain client.example.
The error that the other server returned was:
550 5.1.1 no mailbox here

----- Original message -----

"""
SENDMAIL = """The original message was received at Sat, 21 Nov 2026 12:00:00 GMT
from desk.example [192.0.2.9]

   ----- The following addresses had permanent fatal errors -----
<bo@client.example>
    (reason: 550 5.1.1 no mailbox here)

   ----- Transcript of session follows -----
... while talking to mx.client.example.:
>>> DATA
<<< 550 5.1.1 no mailbox here

   ----- Original message follows -----

"""
EXCHANGE = """Your message

  To:      ana@other.example
  Subject: Printer
  Sent:    Sat, 21 Nov 2026 12:00:00 +0000

did not reach the following recipient(s):

bo@client.example on Sat, 21 Nov 2026 12:00:01 +0000
    The recipient name is not recognized 5.1.1
"""
EXCHANGE_X400 = """Your message did not reach the following recipient(s):

c=US;a= ;p=ORG;o=Site;dda:SMTP=bo@client.example; on Sat, 21 Nov 2026 12:00:01 +0000
    The recipient name is not recognized 5.1.1
"""
MICROSOFT365 = """Delivery has failed to these recipients or groups:

bo@client.example
Your message couldn't be delivered because the address may not exist. 550 5.1.1 no mailbox here

Diagnostic information for administrators:
Generating server: mx.client.example

Original message headers:

"""
YAHOO = """Message from yahoo.example.
Unable to deliver message to the following address(es).

<bo@client.example>:
This user doesn't have a yahoo.example account (bo@client.example) [0] 5.1.1

--- Original message follows.

"""
POSTFIX = """This is the mail system at host mx.client.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to <postmaster@mx.client.example>

<bo@client.example>: host mx.client.example[192.0.2.7] said: 550 5.1.1 no mailbox here

"""
NOTES = """Your message

  Subject: Printer

was not delivered to:

  bo@client.example

because:

  User bo not listed in public Name & Address Book 5.1.1
"""
GROUPWISE = """The message that you sent was undeliverable to the following:
\tbo@client.example (user not found 5.1.1)
"""
AOL = """Your mail to the following recipients could not be delivered because they are not accepting mail:
\tbo@client.example 5.1.1
"""
QQ = """这是一封系统退信。很抱歉，您的邮件未能送达：
收件人：bo@client.example
退信原因：550 5.1.1 no mailbox here
"""
NETEASE = """抱歉，您的邮件被退回来了……

原邮件信息：
时间 2026-11-21 12:00
主题 Printer

收件人邮箱不存在，无法送达：
bo@client.example
550 5.1.1 no mailbox here
"""
SES = """An error occurred while trying to deliver the mail to the following recipients:
bo@client.example

Technical report:

Reporting-MTA: dsn; a.smtp-out.example
Action: failed
Final-Recipient: rfc822; bo@client.example
Diagnostic-Code: smtp; 550 5.1.1 no mailbox here
Status: 5.1.1
"""
MDAEMON = """The attached message had PERMANENT fatal delivery errors!

The following addresses did NOT receive a copy of your message:

> bo@client.example

--- Session Transcript ---
 550 5.1.1 no mailbox here
"""
DOMINO = """Your message

  Subject: [#1042] Printer

was not delivered to:

  bo@client.example

because:

  User bo (bo@client.example) not listed in Domino Directory
"""
MIMECAST = """This is a delivery failure notification message indicating that
an email you addressed to email address :
-- bo@client.example

could not be delivered. The problem appears to be :
-- Recipient email server rejected the message
"""
TONLINE = """|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <bo@client.example> ... unknown user
|------------------------- Message text follows: ------------------------|
"""
DOCOMO = """次のあて先へのメッセージはエラーのため送信できませんでした。

■送信先メールアドレス：
<bo@client.example>
"""
MAILRU = """К сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:

**********************

bo@client.example
нет такого пользователя / user not found
"""
NAVER = """메일 전송에 실패하였습니다.

받는사람 : bo@client.example
실패사유 : 존재하지 않는 계정 550 5.1.1
"""
COREMAIL = """您好，
您发往以下收件人的邮件投递失败：
bo@client.example
失败原因： SMTP error, RCPT TO: 550 User unknown
"""
IN_WORDS_OF = {
    "de": ("Unzustellbar: Drucker", "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:"),
    "fr": ("Non remis : imprimante", "Échec de la remise pour ces destinataires ou groupes :"),
    "es": ("No se puede entregar: impresora", "No se pudo entregar el mensaje a estos destinatarios o grupos:"),
    "pt": ("Não entregue: impressora", "Falha na entrega a estes destinatários ou grupos:"),
    "it": ("Non recapitabile: stampante", "Recapito non riuscito per i seguenti destinatari o gruppi:"),
    "nl": ("Onbestelbaar: printer", "Bezorging is mislukt voor deze geadresseerden of groepen:"),
    "pl": ("Nie można dostarczyć: x", "Dostarczenie do następujących adresatów lub grup nie powiodło się:"),
    "ru": ("Не удается доставить: принтер", "Сбой доставки следующим получателям или группам:"),
    "tr": ("Teslim Edilemedi: yazıcı", "Şu alıcılara veya gruplara teslim edilemedi:"),
    "sv": ("Kan inte levereras: skrivare", "Det gick inte att leverera till dessa mottagare eller grupper:"),
    "da": ("Kunne ikke leveres: printer", "Levering til disse modtagere eller grupper mislykkedes:"),
    "fi": ("Toimittaminen epäonnistui: tulostin", "Toimitus näille vastaanottajille tai ryhmille epäonnistui:"),
    "cs": ("Nedoručitelné: tiskárna", "Doručení následujícím příjemcům nebo skupinám se nezdařilo:"),
    "zh-Hans": ("未送达: 打印机", "邮件无法发送到以下收件人或通讯组:"),
    "ja": ("配信不能: プリンター", "次の受信者またはグループにメッセージを配信できませんでした:"),
    "ko": ("배달되지 않음: 프린터", "다음 받는 사람 또는 그룹에 배달하지 못했습니다."),
    "ar": ("غير قابل للتسليم: طابعة", "فشل التسليم إلى هؤلاء المستلمين أو المجموعات:"),
    "he": ("לא ניתן למסור: מדפסת", "המסירה נכשלה עבור נמענים או קבוצות אלה:"),
    "vi": ("Không gửi được: máy in", "Không gửi được tới những người nhận hoặc nhóm này:"),
}
"""How Exchange and Microsoft 365 title and open their reports."""

DIALECTS = {
    "domino": ("DELIVERY FAILURE: User bo not listed in Domino Directory", DOMINO),
    "mimecast": ("[Postmaster] Email Delivery Failure", MIMECAST),
    "t-online": ("Mail delivery failed: returning message to sender", TONLINE),
    "docomo": ("Undelivered Mail Returned to Sender", DOCOMO),
    "mail.ru": ("Mail failure.", MAILRU),
    "naver": ("[반송] 메일이 전송되지 않았습니다", NAVER),
    "coremail": ("Undelivered Mail", COREMAIL),
    **{
        f"exchange {language}": (title, f"{opening}\n\nbo@client.example\n#550 5.1.1 RecipNotFound ##\n")
        for language, (title, opening) in IN_WORDS_OF.items()
    },
    "qmail": ("failure notice", QMAIL),
    "exim": ("Mail delivery failed: returning message to sender", EXIM),
    "gmail": ("Delivery Status Notification (Failure)", GMAIL),
    "sendmail": ("Returned mail: see transcript for details", SENDMAIL),
    "exchange": ("Undeliverable: Printer", EXCHANGE),
    "exchange x.400": ("Undeliverable: Printer", EXCHANGE_X400),
    "microsoft 365": ("Undeliverable: Printer", MICROSOFT365),
    "yahoo": ("Delivery failure", YAHOO),
    "postfix": ("Undelivered Mail Returned to Sender", POSTFIX),
    "notes": ("DELIVERY FAILURE: User not listed", NOTES),
    "groupwise": ("Mail System Error - Returned Mail", GROUPWISE),
    "aol": ("Mail Delivery Problem", AOL),
    "qq": ("系统退信/Systems bounce", QQ),
    "netease": ("系统退信", NETEASE),
    "amazon ses": ("Delivery Status Notification (Failure)", SES),
    "mdaemon": ("Permanent Delivery Failure", MDAEMON),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_L19_every_dialect_names_its_recipient_for_good(dialect: str) -> None:
    subject, body = DIALECTS[dialect]
    email, action, _, _ = only(read(body + LETTER if body.endswith("\n\n") else body, subject))
    assert (email, action) == ("bo@client.example", Action.FAILED)


@pytest.mark.parametrize(
    "dialect",
    [
        "qmail",
        "exim",
        "gmail",
        "exchange",
        "exchange x.400",
        "microsoft 365",
        "yahoo",
        "postfix",
        "netease",
        "qq",
        "amazon ses",
        "sendmail",
    ],
)
def test_a_dialect_tells_status_and_reason(dialect: str) -> None:
    subject, body = DIALECTS[dialect]
    _, _, status, reason = only(read(body, subject))
    assert status == "5.1.1"
    assert reason


@pytest.mark.parametrize("dialect", ["qmail", "exim", "gmail", "sendmail", "yahoo", "microsoft 365"])
def test_a_dialect_that_returns_the_letter_tells_which_it_was(dialect: str) -> None:
    subject, body = DIALECTS[dialect]
    found = read(body + LETTER, subject)
    assert found is not None
    assert found.message_ids[0] == "t1042.m7.AAAA@desk.example"
    assert found.subject == "Re: [#1042] Drücker"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "Warning: message 1abc delayed 24 hours",
            (
                "A message that you sent has not yet been delivered to one or more of its "
                "recipients.\n\nThe address to which the message has not yet been delivered "
                "is:\n\n  bo@client.example\n\nNo action is required on your part. Delivery "
                "attempts will continue for some time.\n"
            ),
        ),
        (
            "Delivery Status Notification (Delay)",
            (
                "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient "
                "has been delayed:\n\n     bo@client.example\n\nMessage will be retried "
                "for 2 more day(s)\n"
            ),
        ),
        (
            "Delivery delayed: Printer",
            (
                "Delivery is delayed to these recipients or groups:\n\nbo@client.example\n\n"
                "The server will keep trying to deliver this message.\n"
            ),
        ),
    ],
)
def test_delayed_is_not_failed(subject: str, body: str) -> None:
    assert only(read(body, subject))[:2] == ("bo@client.example", Action.DELAYED)


def test_X_Failed_Recipients_names_them_and_the_notice_tells_why() -> None:
    email, action, status, reason = only(
        read(EXIM + LETTER, "Mail delivery failed", "x@y.example", "X-Failed-Recipients: bo@client.example")
    )
    assert (email, action, status) == ("bo@client.example", Action.FAILED, "5.1.1")
    assert "no mailbox" in reason


@pytest.mark.parametrize("language", IN_WORDS_OF)
def test_exchange_s_report_is_one_by_its_words_in_any_language(language: str) -> None:
    """Without the null sender, and from a machine's address of which its provider made up the rest."""
    title, opening = IN_WORDS_OF[language]
    body = f"{opening}\n\nbo@client.example\n\n{LETTER}"
    found = read(body, title, "MicrosoftExchange329e71ec88ae@desk.example", mail_from="postmaster@desk.example")
    assert only(found)[:2] == ("bo@client.example", Action.FAILED)


SNS = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [
            {"emailAddress": "bo@client.example", "action": "failed", "diagnosticCode": "smtp; 550 5.1.1 no mailbox"}
        ],
    },
    "mail": {
        "source": "support+v1042-abc@desk.example",
        "commonHeaders": {"messageId": "<t1042.m7.AAAA@desk.example>", "subject": "Re: [#1042] Drücker"},
    },
}


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("broken", [False, True])
def test_amazon_s_notification_in_json_is_a_bounce(wrapped: bool, broken: bool) -> None:
    text = json.dumps({"Type": "Notification", "Message": json.dumps(SNS)} if wrapped else SNS)
    text = f"{text[:60]}!\n {text[60:]}" if broken else text
    found = read(
        text + "\n\n--\nTo stop", "AWS Notification Message", "no-reply@sns.example", mail_from="x@ses.example"
    )
    assert only(found) == ("bo@client.example", Action.FAILED, "5.1.1", "550 5.1.1 no mailbox")
    assert found is not None
    assert found.message_ids == ("t1042.m7.AAAA@desk.example",)


@pytest.mark.parametrize(
    "text",
    [
        '{"notificationType":"Complaint"}',
        '{"bouncedRecipients": broken',
        '{"bounce":{"bouncedRecipients":[1, {}, {"emailAddress": 7}]}}',
        '{"bounce":{"bouncedRecipients":7}}',
        '{"Message":"bouncedRecipients"}',
        '{"bouncedRecipients":' + "[" * 90_000,
    ],
)
def test_other_json_is_no_bounce(text: str) -> None:
    assert read(text, "AWS Notification Message", "no-reply@sns.example", mail_from="x@ses.example") is None


def test_a_person_who_pastes_amazon_s_json_sends_no_bounce() -> None:
    assert read(json.dumps(SNS), "What is this", "ana@client.example", mail_from="ana@client.example") is None


def test_several_recipients_have_their_own_reasons() -> None:
    body = QMAIL.replace("--- Below", "<cy@client.example>:\n550 5.2.2 mailbox full\n\n--- Below")
    found = read(body, "failure notice")
    assert found is not None
    assert [(one.email, one.status) for one in found.recipients] == [
        ("bo@client.example", "5.1.1"),
        ("cy@client.example", "5.2.2"),
    ]


def test_the_sender_of_the_letter_is_no_recipient() -> None:
    body = EXIM.replace("A message that you sent", "A message sent by\n\n  <support+v1042-abc@desk.example>\n\n")
    assert only(read(body, "Mail delivery failed"))[0] == "bo@client.example"


def test_a_html_only_report_is_read() -> None:
    html = (
        "<p>Delivery has failed to these recipients or groups:</p><p><a href='mailto:bo@client.example'>bo@cl"
        "ient.example</a></p><p>No mailbox.</p>"
    )
    assert (
        only(read(html, "Undeliverable: Printer", "postmaster@client.example", kind="text/html"))[0]
        == "bo@client.example"
    )


# ------------------------------------------------------------------ what is none


@pytest.mark.parametrize(
    ("author", "subject", "body", "mail_from"),
    [
        ("ana@client.example", "Printer", "The printer does not exist any more.", "ana@client.example"),
        ("ana@client.example", "Fwd: failure notice", QMAIL, "ana@client.example"),
        (
            "ana@client.example",
            "Delivery problem with order 7",
            "The parcel could not be delivered to me.",
            "ana@client.example",
        ),
        ("ana@client.example", "Out of office", "I am away until Monday. bo@client.example helps.", ""),
        (
            "bo@client.example",
            "Automatic reply: Printer",
            "My old address does not exist any more.\n\n-----Original Message-----\n" + LETTER,
            "",
        ),
        ("shop@client.example", "Your order", "Your order 7 was received. Questions: bo@client.example", ""),
    ],
)
def test_a_mail_that_is_no_report_is_none(author: str, subject: str, body: str, mail_from: str) -> None:
    assert read(body, subject, author, mail_from=mail_from) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "a@" * 50_000,
        "<" * 100_000,
        "<a@b.example>:\n" * 6_000,
        ("From: a@b.example\n" * 3 + "\n") * 2_000,
        "\n" * 100_000,
    ],
)
def test_any_body_of_a_daemon_is_read_quickly_and_raises_nothing(body: str) -> None:
    with expect_cpu_within(1.0):
        found = read(body, "failure notice")
    assert found is None or len(found.recipients) <= 1_000
