"""The demo's mails, as their senders' programs write them; some answer a letter that the desk has sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from mailgate.demo.stage import DESK, Sample, Stage

BORDER = (
    "from mail.client.example (mail.client.example [93.184.216.34]) by mx.acme.example; Sat, 21 Nov 2026 10:00:00 +0000"
)
ANNA = "anna@acme.example"
CARLA, WANG, DORA = "carla@client.example", "wang@kehu.example", "dora@client.example"


def _mail(
    stage: Stage, sender: str, subject: str, text: str, *, to: str = DESK, proved: bool = True, **headers: str
) -> EmailMessage:
    """A mail as a person's program writes it; ``proved`` puts the provider's DMARC result on top."""
    message = EmailMessage()
    if proved:
        domain = sender.rpartition("@")[2].rstrip(">")
        message["Authentication-Results"] = f"mx.acme.example; dmarc=pass header.from={domain}"
        message["Received"] = BORDER
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = formatdate(stage.clock.now_ms() / 1000)
    message["Message-ID"] = (
        f"<demo.{hashlib.sha256((sender + subject + text).encode()).hexdigest()[:12]}@client.example>"
    )
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def _request(stage: Stage) -> Sample:
    text = "Hello,\n\nsince this morning our printer says PC LOAD LETTER. What does it want?\n\nCarla Rossi\n"
    return Sample(
        "a new request", CARLA, _mail(stage, f"Carla Rossi <{CARLA}>", "Printer broken", text).as_bytes(policy=SMTP)
    )


def _attachment(stage: Stage) -> Sample:
    mail = _mail(
        stage, f"Dora Berg <{DORA}>", "Refund for order 77", "I sent it back, the receipt is attached.\n\nDora\n"
    )
    mail.add_attachment(b"%PDF-1.4\n% a receipt\n", maintype="application", subtype="pdf", filename="receipt.pdf")
    return Sample("a rule's word, and an attachment", DORA, mail.as_bytes(policy=SMTP))


def _chinese(stage: Stage) -> Sample:
    text = "您好:\n\n我们公司上个月的发票还没有收到,请帮忙查一下。谢谢!\n\n王小明\n"
    return Sample(
        "a mail in Chinese", WANG, _mail(stage, f"王小明 <{WANG}>", "请问发票什么时候寄出?", text).as_bytes(policy=SMTP)
    )


def _away(stage: Stage) -> Sample:
    mail = _mail(
        stage,
        "Erik <erik@client.example>",
        "Automatic reply: Newsletter",
        "I am out of the office until Monday.\n",
        Auto_Submitted="auto-replied",
    )
    return Sample("an out-of-office", "", mail.as_bytes(policy=SMTP))


def _answer(stage: Stage) -> Sample:
    """The agent answers the notification, as a mail program does: to its Reply-To, quoting it."""
    asked = stage.wait_for_letter(ANNA, 1)
    back = str(asked["Reply-To"].addresses[0].addr_spec)
    text = f"Hello Carla,\n\nit wants paper of the size Letter in the upper tray.\n\nAnna\n{_quote(asked)}"
    mail = _mail(
        stage,
        f"Anna Schmidt <{ANNA}>",
        f"Re: {asked['Subject']}",
        text,
        to=back,
        proved=False,
        In_Reply_To=str(asked["Message-ID"]),
    )
    return Sample("the agent's answer", ANNA, mail.as_bytes(policy=SMTP), back, login=True)


def _reply(stage: Stage) -> Sample:
    """The customer answers the answer."""
    answer = stage.wait_for_letter(CARLA, 2)
    back = str(answer["Reply-To"].addresses[0].addr_spec)
    text = f"That was it, thank you! One more thing: where do I order that paper?\n{_quote(answer)}"
    mail = _mail(
        stage, f"Carla Rossi <{CARLA}>", str(answer["Subject"]), text, to=back, In_Reply_To=str(answer["Message-ID"])
    )
    return Sample("the customer's reply", CARLA, mail.as_bytes(policy=SMTP), back)


def _bounce(stage: Stage) -> Sample:
    """A mail server reports that the letter to Dora did not arrive."""
    letter = stage.wait_for_letter(DORA, 1)
    raw = (
        f"From: Mail Delivery System <MAILER-DAEMON@client.example>\r\nTo: {DESK}\r\nSubject: Undelivered Mail\r\n"
        "Message-ID: <demo.bounce@client.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="part"\r\n\r\n'
        "--part\r\nContent-Type: text/plain\r\n\r\nYour letter could not be delivered.\r\n"
        "--part\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.client.example\r\n\r\n"
        f"Final-Recipient: rfc822; {DORA}\r\nAction: failed\r\nStatus: 5.2.2\r\n"
        "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\r\n\r\n"
        f"--part\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter['Message-ID']}\r\n\r\n--part--\r\n"
    )
    return Sample("a bounce", "", raw.encode())


def _quote(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return f"\nOn Sat, 21 Nov 2026 at 10:00, {letter['From']} wrote:\n" + "".join(
        f"> {line}\n" for line in text.splitlines()
    )


SAMPLES: tuple[Callable[[Stage], Sample], ...] = (_request, _attachment, _chinese, _away, _answer, _reply, _bounce)
