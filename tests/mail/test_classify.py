"""Who or what wrote a mail: the catalogue's L-cases, one truth each."""

from __future__ import annotations

import pickle
import re

import pytest

from mailgate.mail.classify import RULES, Ours, classify
from mailgate.mail.model import Action, Envelope, Verdict, VerdictKind
from mailgate.mail.parse import parse

OURS = Ours(
    addresses=frozenset({"support@help.example", "billing@help.example"}),
    message_id_domains=frozenset({"help.example"}),
)
CUSTOMER = "Ana <ana@client.example>"
LETTER = "Message-ID: <t1.m1.AAAA@help.example>\r\nFrom: support@help.example\r\nSubject: Re: [#1] x\r\n\r\nhi"


def mail(
    *headers: str,
    author: str = CUSTOMER,
    subject: str = "printer on fire",
    body: str = "hello\r\n",
    kind: str = "text/plain; charset=utf-8",
) -> bytes:
    head = (
        f"From: {author}",
        "To: support@help.example",
        f"Subject: {subject}",
        "Date: Sat, 21 Nov 2026 12:00:00 +0000",
    )
    named = (
        ()
        if any(header.lower().startswith("message-id:") for header in headers)
        else ("Message-ID: <1@client.example>",)
    )
    return "\r\n".join((*head, *named, "MIME-Version: 1.0", f"Content-Type: {kind}", *headers, "", body)).encode()


def report(of: str, *parts: tuple[str, str]) -> dict[str, str]:
    body = "".join(f"--B\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in parts) + "--B--\r\n"
    return {"body": body, "kind": f'multipart/report; report-type={of}; boundary="B"'}


def verdict(raw: bytes, mail_from: str | None = "ana@client.example", ours: Ours = OURS, **envelope: str) -> Verdict:
    source = envelope.pop("source", "smtp")
    return classify(
        parse(raw), Envelope(source, ("support@help.example",), mail_from, 1_790_000_000_000, **envelope), ours
    )


def dsn(action: str, status: str) -> dict[str, str]:
    fields = (
        "Reporting-MTA: dns; mx.client.example\r\n\r\nFinal-Recipient: rfc822; "
        f"bo@client.example\r\nAction: {action}\r\nStatus: {status}\r\n"
    )
    return report(
        "delivery-status",
        ("text/plain", "I am sorry."),
        ("message/delivery-status", fields),
        ("message/rfc822", LETTER),
    )


# ------------------------------------------------------------------ a person


def test_an_ordinary_mail_is_genuine_and_may_be_answered() -> None:
    assert verdict(mail()) == Verdict(VerdictKind.GENUINE, automatic=False)


@pytest.mark.parametrize(
    "value", ["no", "No", "NO (really)", "no; x=y", " no ", "(a person) no", "no (a (really) nested one)"]
)
def test_L02_auto_submitted_no_is_a_person(value: str) -> None:
    assert verdict(mail(f"Auto-Submitted: {value}")) == Verdict(VerdictKind.GENUINE, automatic=False)


def test_L02_auto_submitted_no_outweighs_a_title_that_looks_like_a_notice() -> None:
    assert verdict(mail("Auto-Submitted: no", subject="Out of office")).kind is VerdictKind.GENUINE


@pytest.mark.parametrize("value", ["bulk", "list", "junk", "auto_reply", "BULK ", "Bulk (really)"])
def test_L03_precedence_alone_silences_us_and_drops_nothing(value: str) -> None:
    found = verdict(mail(f"Precedence: {value}"))
    assert (found.kind, found.automatic) == (VerdictKind.GENUINE, True)
    assert "Precedence" in found.evidence[0]


@pytest.mark.parametrize("value", ["normal", "first-class", "special-delivery"])
def test_L03_other_precedence_means_nothing(value: str) -> None:
    assert not verdict(mail(f"Precedence: {value}")).automatic


@pytest.mark.parametrize("value", ["All", "OOF", "AutoReply", "DR, OOF, NDR, RN, NRN, AutoReply"])
def test_L04_auto_response_suppress_silences_us(value: str) -> None:
    found = verdict(mail(f"X-Auto-Response-Suppress: {value}"))
    assert (found.kind, found.automatic) == (VerdictKind.GENUINE, True)


def test_L04_auto_response_suppress_none_means_nothing() -> None:
    assert not verdict(mail("X-Auto-Response-Suppress: None")).automatic


@pytest.mark.parametrize("header", ["X-RT-Loop-Prevention: other.example", "X-OTRS-Loop: yes"])
def test_L23_a_person_behind_another_helpdesk_is_a_person_and_gets_no_acknowledgement(header: str) -> None:
    found = verdict(mail(header))
    assert (found.kind, found.automatic) == (VerdictKind.GENUINE, True)


def test_a_mail_that_an_exchange_rule_passed_on_is_its_authors() -> None:
    assert verdict(mail("X-MS-Exchange-Inbox-Rules-Loop: info@client.example")) == Verdict(VerdictKind.GENUINE, False)


@pytest.mark.parametrize(
    "author",
    [
        "no-reply@c.example",
        "noreply@c.example",
        "do_not_reply@c.example",
        "donotreply+7@c.example",
        "postmaster@c.example",
        "owner-list@c.example",
        "list-request@c.example",
        "x-bounces@c.example",
    ],
)
def test_L08_nobody_answers_a_machines_address(author: str) -> None:
    found = verdict(mail(author=author))
    assert (found.kind, found.automatic) == (VerdictKind.GENUINE, True)


@pytest.mark.parametrize(
    "author",
    [
        "noel@c.example",
        "norbert.replyson@c.example",
        "bouncer@c.example",
        "requests@c.example",
        "casino.reply@c.example",
    ],
)
def test_L08_names_that_only_resemble_a_machines_are_people(author: str) -> None:
    assert not verdict(mail(author=author)).automatic


def test_L21_asking_for_a_receipt_is_no_sign_of_a_machine() -> None:
    raw = mail(
        "Disposition-Notification-To: victim@v.example",
        "Return-Receipt-To: victim@v.example",
        "X-Confirm-Reading-To: victim@v.example",
    )
    assert verdict(raw) == Verdict(VerdictKind.GENUINE, automatic=False)


def test_L24_an_answer_that_would_come_back_to_us_is_not_given() -> None:
    found = verdict(mail("Reply-To: support+x@help.example"))
    assert (found.kind, found.automatic) == (VerdictKind.GENUINE, True)


@pytest.mark.parametrize("author", ["", "<>", "undisclosed:;"])
def test_a_mail_without_an_author_has_nobody_to_answer(author: str) -> None:
    found = verdict(mail(author=author))
    assert (found.kind, found.automatic) == (VerdictKind.GENUINE, True)


def test_an_empty_mail_without_subject_is_genuine() -> None:
    raw = b"From: ana@client.example\r\nTo: support@help.example\r\n\r\n"
    assert verdict(raw).kind is VerdictKind.GENUINE


def test_an_invitation_is_a_persons_mail() -> None:
    found = verdict(
        mail(
            kind="text/calendar; method=REQUEST; charset=utf-8",
            body="BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
        )
    )
    assert found.kind is VerdictKind.GENUINE


# ------------------------------------------------------------------ machines


@pytest.mark.parametrize(
    "value",
    [
        "auto-replied",
        "auto-generated",
        'auto-notified; owner-email="x@y.example"',
        " Auto-Replied (vacation)",
        "x-something-new",
        "auto-generated; type=vacation",
        "\r\n\tauto-replied",
    ],
)
def test_L01_any_auto_submitted_but_no_is_a_machine(value: str) -> None:
    found = verdict(mail(f"Auto-Submitted:{value}" if value[0] in " \r" else f"AUTO-SUBMITTED: {value}"))
    assert (found.kind, found.automatic) == (VerdictKind.AUTO_REPLY, True)
    assert found.evidence[0].startswith("Auto-Submitted: ")


@pytest.mark.parametrize(
    "header",
    [
        "X-Autoreply: yes",
        "X-Autorespond: vacation",
        "X-Autogenerated: Reply",
        "X-Vacation: on",
        "X-ServiceNow-Generated: true",
    ],
)
def test_L06_the_old_headers_of_machines_are_known(header: str) -> None:
    found = verdict(mail(header))
    assert (found.kind, found.automatic) == (VerdictKind.AUTO_REPLY, True)
    assert found.evidence[0].lower().startswith(header.partition(":")[0].lower())


def test_L06_x_autoreply_no_is_a_person() -> None:
    assert verdict(mail("X-Autoreply: no")).kind is VerdictKind.GENUINE


def test_L07_the_null_envelope_sender_is_a_machine() -> None:
    assert verdict(mail(), mail_from="").automatic
    assert verdict(mail("Return-Path: <>"), mail_from=None, source="imap").kind is VerdictKind.AUTO_REPLY
    assert verdict(mail("Return-Path: <>")).automatic


def test_L07_an_unknown_envelope_sender_is_no_evidence() -> None:
    assert not verdict(mail(), mail_from=None, source="imap").automatic


def test_L08_mailer_daemon_is_a_machine_whatever_it_says() -> None:
    assert verdict(mail(author="MAILER-DAEMON@client.example")).automatic


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: Re: [#1234] printer",
        "Automatische Antwort: printer",
        "=?utf-8?Q?R=C3=A9ponse_automatique=C2=A0=3A_printer?=",
        "自动回复: 打印机",
    ],
)
def test_L15_a_vacation_notice_without_headers_is_known_by_its_title(subject: str) -> None:
    found = verdict(mail(subject=subject, body="I am away until 3 October 2026.\r\n"))
    assert (found.kind, found.automatic) == (VerdictKind.AUTO_REPLY, True)


def test_L15_a_vacation_notice_from_the_null_sender_is_known_as_one() -> None:
    """As Exchange sends it: the null sender shows a machine, the title that it answers somebody."""
    found = verdict(mail(subject="Automatic reply: printer", body="I am out until Monday.\r\n"), mail_from="")
    assert found.evidence == ("the envelope sender is empty", "Subject: Automatic reply: printer")


def test_L15_a_vacation_notice_says_until_when() -> None:
    found = verdict(mail("Auto-Submitted: auto-replied", body="I am away until 3 October 2026.\r\n"))
    assert found.away_until_ms == 1_791_072_000_000  # 2026-10-04T00:00Z


def test_L15_an_answer_that_opens_as_a_notice_does_is_one_and_a_fresh_mail_is_not() -> None:
    body = "I am on vacation, please ask my colleagues.\r\n"
    assert verdict(mail("In-Reply-To: <t1@help.example>", body=body)).kind is VerdictKind.AUTO_REPLY
    assert verdict(mail(body=body)).kind is VerdictKind.GENUINE


def test_L23_another_helpdesks_acknowledgement_is_a_machine() -> None:
    raw = mail(
        "X-Mailer: Zammad Mail Service",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        author="help@otherdesk.example",
    )
    assert verdict(raw).kind is VerdictKind.AUTO_REPLY


def test_L23_a_challenge_is_named_so_that_nobody_follows_it() -> None:
    found = verdict(
        mail("X-TMDA-Fingerprint: x", "Auto-Submitted: auto-replied", subject="Please confirm your message")
    )
    assert (found.kind, found.report) == (VerdictKind.AUTO_REPLY, "challenge")


def test_L23_a_person_who_asks_to_confirm_something_is_a_person() -> None:
    assert verdict(mail(subject="Please confirm this email reached you")).kind is VerdictKind.GENUINE
    raw = mail("Precedence: bulk", "Auto-Submitted: auto-replied", subject="Please confirm your message")
    assert verdict(raw).report == "challenge"


def test_L21_a_read_receipt_is_named() -> None:
    fields = "Final-Recipient: rfc822;c@client.example\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    found = verdict(
        mail(**report("disposition-notification", ("text/plain", "read"), ("message/disposition-notification", fields)))
    )
    assert (found.kind, found.automatic, found.report) == (VerdictKind.AUTO_REPLY, True, "mdn")


RECEIPTS = {
    "en": ("Read: printer", "Your message\r\n\r\nTo: Ana\r\n\r\nwas read on Tuesday, 17 November 2026 10:12."),
    "de": ("Gelesen: Drucker", "Ihre Nachricht\r\n\r\nAn: Ana\r\n\r\nwurde am Dienstag gelesen."),
    "de deleted": ("Ungelesen gelöscht: Drucker", "Ihre Nachricht wurde am Dienstag ungelesen gelöscht."),
    "fr": ("Lu : imprimante", "Votre message a été lu le mardi 17 novembre 2026."),
    "es": ("Leído: impresora", "El mensaje fue leído el martes."),
    "it": ("Letto: stampante", "Il messaggio è stato letto martedì."),
    "ja": ("開封済み: プリンター", "あなたのメッセージは開封されました。"),
    "zh-Hans": ("已读: 打印机", "您的邮件已于 2026年11月17日 阅读。"),
    "ru": ("Прочтено: принтер", "Ваше сообщение было прочитано во вторник."),
}


@pytest.mark.parametrize("language", RECEIPTS)
def test_L21_a_read_receipt_in_words_only_is_named(language: str) -> None:
    subject, body = RECEIPTS[language]
    seen = verdict(mail(subject=subject, body=body))
    assert (seen.kind, seen.report) == (VerdictKind.AUTO_REPLY, "mdn")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Read: my contract", "Please read the contract. I have a question about it."),
        ("Read: my letter", "My letter was read on Monday, was it not? What next?"),
        ("Return receipt missing", "The return receipt in the parcel was displayed wrongly."),
        ("Lu et approuvé", "Voici le document signé."),
        ("Gelesen: Ihre AGB", "Habe sie durchgesehen und stimme zu."),
    ],
)
def test_L21_a_person_who_speaks_of_reading_is_a_person(subject: str, body: str) -> None:
    assert verdict(mail(subject=subject, body=body)).kind is VerdictKind.GENUINE


def test_L22_a_complaint_is_named() -> None:
    raw = mail(
        **report(
            "feedback-report",
            ("text/plain", "abuse"),
            ("message/feedback-report", "Feedback-Type: abuse\r\n"),
            ("message/rfc822", LETTER),
        )
    )
    found = verdict(raw)
    assert (found.kind, found.automatic, found.report) == (VerdictKind.AUTO_REPLY, True, "arf")


@pytest.mark.parametrize("method", ["REPLY", "COUNTER", "reply"])
def test_L34_the_answer_to_an_invitation_is_named(method: str) -> None:
    body = (
        "--B\r\nContent-Type: text/plain\r\n\r\nok\r\n--B\r\nContent-Type: text/calendar; "
        f"method={method}\r\n\r\nBEGIN:VCALENDAR\r\n--B--\r\n"
    )
    found = verdict(mail(kind='multipart/alternative; boundary="B"', body=body))
    assert (found.kind, found.automatic, found.report) == (VerdictKind.AUTO_REPLY, True, "calendar")


@pytest.mark.parametrize(
    "header",
    [
        "List-Id: <announce.list.example>",
        "List-Unsubscribe: <mailto:u@list.example>",
        "List-Post: <mailto:p@list.example>",
    ],
)
def test_L05_a_list_is_bulk(header: str) -> None:
    found = verdict(mail(header))
    assert (found.kind, found.automatic, found.report) == (VerdictKind.BULK, True, "list")


@pytest.mark.parametrize(
    "header",
    [
        "X-Spam-Flag: YES",
        "X-Spam-Status: Yes, score=9",
        "X-Spam: Yes",
        "X-Rspamd-Action: add header",
        "X-MS-Exchange-Organization-SCL: 6",
    ],
)
def test_the_providers_word_makes_spam(header: str) -> None:
    found = verdict(mail(header))
    assert (found.kind, found.automatic) == (VerdictKind.SPAM, True)
    assert found.evidence


@pytest.mark.parametrize(
    "header",
    [
        "X-Spam-Flag: NO",
        "X-Spam-Status: No, score=-1",
        "X-MS-Exchange-Organization-SCL: 1",
        "X-Rspamd-Action: no action",
    ],
)
def test_the_providers_word_may_be_no(header: str) -> None:
    assert verdict(mail(header)) == Verdict(VerdictKind.GENUINE, automatic=False)


def test_a_virus_found_by_the_provider_makes_the_mail_unsafe() -> None:
    assert verdict(mail("X-Virus-Status: Infected (Eicar)")).kind is VerdictKind.UNSAFE


# ------------------------------------------------------------------ loops


@pytest.mark.parametrize(
    "author",
    [
        "support@help.example",
        "Support <SUPPORT@help.example>",
        "support+tok123@help.example",
        "support-t42-abcdefghij23456722@help.example",
        "billing@help.example",
    ],
)
def test_L09_a_mail_in_our_own_name_is_a_loop(author: str) -> None:
    assert verdict(mail(author=author)).kind is VerdictKind.LOOP


@pytest.mark.parametrize(
    "author",
    [
        "supporter@help.example",
        "support-france@help.example",
        "support@help.example.evil.example",
        "ana@help.example",
        "support@other.example",
    ],
)
def test_L09_a_name_like_ours_is_not_ours(author: str) -> None:
    assert verdict(mail(author=author)).kind is VerdictKind.GENUINE


def test_L09_an_agent_who_logged_in_may_write_in_our_name() -> None:
    assert (
        verdict(mail(author="support@help.example"), source="submission", auth_user="ana").kind is VerdictKind.GENUINE
    )


def test_L09_our_loop_header_is_a_loop() -> None:
    assert verdict(mail("X-Mailgate-Loop: help.example")).kind is VerdictKind.LOOP


def test_L10_our_own_message_id_is_a_loop() -> None:
    raw = mail("Message-ID: <t42.m7.AAAA@help.example>")
    assert verdict(raw).kind is VerdictKind.LOOP
    shaped = Ours(
        OURS.addresses, OURS.message_id_domains, message_id_shape=re.compile(r"t\d+\.m\d+\.\w+@help\.example")
    )
    assert verdict(raw, ours=shaped).kind is VerdictKind.LOOP
    assert verdict(mail("Message-ID: <5AC3-APPLE@help.example>"), ours=shaped).kind is VerdictKind.GENUINE


def test_L11_more_than_fifty_hops_are_a_loop() -> None:
    hop = "Received: from a by b; Sat, 21 Nov 2026 12:00:00 +0000"
    assert verdict(mail(*[hop] * 51)).kind is VerdictKind.LOOP
    assert verdict(mail(*[hop] * 50)).kind is VerdictKind.GENUINE


def test_L12_delivered_to_us_twice_is_a_loop_and_once_is_how_imap_mail_looks() -> None:
    assert (
        verdict(mail("Delivered-To: support@help.example", "Delivered-To: support@help.example")).kind
        is VerdictKind.LOOP
    )
    assert verdict(mail("Delivered-To: support@help.example"), source="imap").kind is VerdictKind.GENUINE
    assert verdict(mail("Delivered-To: ana@x.example", "Delivered-To: ana@x.example")).kind is VerdictKind.GENUINE


# ------------------------------------------------------------------ bounces, as verdicts


@pytest.mark.parametrize(
    ("action", "status"),
    [("failed", "5.1.1"), ("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0"), ("expanded", "2.0.0")],
)
def test_L16_a_delivery_report_tells_its_action_and_our_letter(action: str, status: str) -> None:
    found = verdict(mail(author="MAILER-DAEMON@client.example", **dsn(action, status)), mail_from="")
    assert (found.kind, found.automatic) == (VerdictKind.BOUNCE, True)
    assert found.bounce is not None
    assert found.bounce.recipients[0].action is Action(action)
    assert found.bounce.message_ids == ("t1.m1.AAAA@help.example",)
    assert found.bounce.subject == "Re: [#1] x"


def test_L17_a_delivery_report_with_a_sender_says_so() -> None:
    found = verdict(mail(author="mallory@evil.example", **dsn("failed", "5.1.1")), mail_from="mallory@evil.example")
    assert any("mallory@evil.example" in evidence for evidence in found.evidence)


def test_L20_a_bounce_of_an_acknowledgement_is_a_bounce_and_no_auto_reply() -> None:
    raw = mail(
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        author="postmaster@client.example",
        **dsn("failed", "5.1.1"),
    )
    assert verdict(raw, mail_from="").kind is VerdictKind.BOUNCE


def test_a_person_who_attaches_a_bounce_sends_none() -> None:
    inner = mail(author="MAILER-DAEMON@client.example", **dsn("failed", "5.1.1")).decode()
    body = (
        "--A\r\nContent-Type: text/plain\r\n\r\nwhat does this mean?\r\n--A\r\n"
        f"Content-Type: message/rfc822\r\n\r\n{inner}\r\n--A--\r\n"
    )
    assert verdict(mail(kind='multipart/mixed; boundary="A"', body=body)).kind is VerdictKind.GENUINE


@pytest.mark.parametrize("author", [CUSTOMER, "Admin <admin@client.example>"])
@pytest.mark.parametrize("subject", ["Delivery failed", "Re: failure notice", "Undeliverable: your order", "Order 17"])
def test_a_person_who_writes_about_a_bounce_sends_none(author: str, subject: str) -> None:
    body = (
        "Hello,\r\nmy mail to bo@client.example could not be delivered, it says "
        "user unknown. The mailbox does not exist?\r\n"
    )
    assert verdict(mail(author=author, subject=subject, body=body)).kind is VerdictKind.GENUINE


# ------------------------------------------------------------------ the whole


def test_the_first_rule_that_matches_decides_and_each_has_a_name() -> None:
    names = [name for name, _ in RULES]
    assert names[:2] == ["loop", "bounce"]
    assert len(set(names)) == len(names)


def test_evidence_is_one_short_line_even_of_a_huge_header() -> None:
    found = verdict(mail("Auto-Submitted: " + "x" * 5000))
    assert all(len(evidence) <= 250 for evidence in found.evidence)


def test_what_is_ours_travels_to_a_worker() -> None:
    shaped = Ours(OURS.addresses, OURS.message_id_domains, message_id_shape=re.compile("x"))
    assert pickle.loads(pickle.dumps(shaped)) == shaped
