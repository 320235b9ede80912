"""Mails that a mail brings along: attached, or in the text below a block of headers."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.forwarded import forwarded
from mailgate.mail.model import Address, Forwarded
from mailgate.mail.parse import parse
from tests.desk.conversation import mail

CLEO = Address("cleo@customer.example", "Cleo Lim")
BLOCKS = {
    "Gmail": "---------- Forwarded message ---------\nFrom: Cleo Lim <cleo@customer.example>\nDate: Wed, 25 Nov 2026\n"
    "Subject: Broken printer\nTo: ana@acme.example\n\n",
    "Outlook": "________________________________\nFrom: Cleo Lim [mailto:cleo@customer.example]\n"
    "Sent: Wednesday, November 25, 2026 9:00 AM\nTo: Ana\nSubject: Broken printer\n\n",
    "Outlook in German": "-----Ursprüngliche Nachricht-----\nVon: Cleo Lim <cleo@customer.example>\n"
    "Gesendet: Mittwoch, 25. November 2026 09:00\nAn: Ana\nBetreff: Broken printer\n\n",
    "Apple Mail": "Begin forwarded message:\n\nFrom: Cleo Lim <cleo@customer.example>\nSubject: Broken printer\n"
    "Date: 25 November 2026 at 09:00:00 CET\nTo: ana@acme.example\n\n",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "Cleo Lim" <cleo@customer.example>;\n'
    '发送时间: 2026年11月25日(星期三) 上午9:00\n收件人: "Ana"<ana@acme.example>;\n主题: Broken printer\n\n',
}


@pytest.mark.parametrize("program", list(BLOCKS))
def test_a_mail_in_the_text_is_found_by_its_headers(program: str) -> None:
    assert forwarded(mail(f"Please see.\n\n{BLOCKS[program]}It smokes.\n")) == Forwarded(
        CLEO, "Broken printer", "It smokes."
    )


def attached(*originals: EmailMessage) -> bytes:
    """A mail with others attached."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ana@acme.example", "support@acme.example", "Fwd"
    message.set_content("Please see.")
    for original in originals:
        message.add_attachment(original)
    return message.as_bytes(policy=policy.SMTP)


def original(sender: str = "Cleo Lim <cleo@customer.example>") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = sender, "Broken printer"
    message.set_content("It smokes.")
    return message


def test_an_attached_mail_comes_before_one_in_the_text() -> None:
    found = forwarded(parse(attached(original())).mail)
    assert found is not None
    assert (found.author, found.subject, found.text) == (CLEO, "Broken printer", "It smokes.")
    assert found.path


def test_a_mail_of_nobody_is_none() -> None:
    assert forwarded(parse(attached(original(""))).mail) is None


def test_no_more_than_three_are_read() -> None:
    assert len(parse(attached(*[original()] * 5)).mail.enclosed) == 3


def test_an_attribution_is_no_forwarded_mail() -> None:
    text = "Yes.\n\nOn Wed, 25 Nov 2026 at 09:00, Cleo Lim <cleo@customer.example> wrote:\n> It smokes.\n"
    assert forwarded(mail(text)) is None


@given(
    st.lists(st.sampled_from(["From: a@b.example", "Subject: x", "To:", "Date: 1 May", "@", "text", ""]), max_size=30)
)
def test_any_lines_are_read_or_left(lines: list[str]) -> None:
    found = forwarded(mail("\n".join(lines)))
    assert found is None or "@" in found.author.email
