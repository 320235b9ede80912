"""The demo: a real desk in a scratch folder, a few real mails through it, and what became of each.

Nothing is pretended: ``mailgate serve`` runs as it would anywhere, on SQLite, with SMTP on loopback and its letters
in a Maildir. The customers' mails come in over SMTP; the agent's answer is sent through the submission port, to the
address that the notification in the Maildir names. However it ends, by itself, by Ctrl-C, SIGTERM or a terminal that
is closed, the desk ends with it and the folder is removed.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
import select
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from mailgate.assembly import open_store
from mailgate.clock import Clock, SystemClock
from mailgate.config.keys import new_secret
from mailgate.config.load import load
from mailgate.errors import Temporary
from mailgate.store.database import Store
from mailgate.store.deliveries import DeliveryStory, stories

T = TypeVar("T")

COLOURS = {"new": "green", "append": "green", "link": "yellow", "bounce": "red", "hold": "yellow", "event": "cyan"}
PATIENCE_S = 20.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PASSWORD = "demo"  # noqa: S105 - of a desk that lives for a minute on loopback
BORDER = (
    "from mail.client.example (mail.client.example [93.184.216.34]) by mx.acme.example; Sat, 21 Nov 2026 10:00:00 +0000"
)
DESK, BILLING, ANNA = "support@acme.example", "billing@acme.example", "anna@acme.example"
CARLA, WANG, DORA = "carla@client.example", "wang@kehu.example", "dora@client.example"

CONFIG = """\
[desk]
name = "Acme Support"
address = "support@acme.example"
dns = false

[smtp.in]
listen = "127.0.0.1:0"
submission = "127.0.0.1:0"
trusted_relays = ["127.0.0.0/8"]

[smtp.out]
kind = "maildir"
path = "letters"

[[mailboxes]]
address = "support@acme.example"
team = "support"
proof = { authserv_id = "mx.acme.example", trusted_relays = ["127.0.0.0/8"] }

[[mailboxes]]
address = "billing@acme.example"
team = "billing"

[[teams]]
id = "support"
name = "Support"
names = { zh = "客户服务" }
members = ["anna"]

[[teams]]
id = "billing"
name = "Billing"
names = { zh = "财务部" }
members = ["anna"]

[[agents]]
id = "anna"
name = "Anna Schmidt"
address = "anna@acme.example"
login = "anna"
password = "demo"

[[rules]]
name = "money"
when = { subject = ["refund", "invoice", "退款", "发票"] }
team = "billing"
priority = "high"
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail of the demo: what it is, in words, and its bytes."""

    title: str
    sender: str
    raw: bytes
    recipient: str = DESK
    login: bool = False


class Stage:
    """The running desk: its folder, its process, its ports."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Write the config and the secret; nothing runs yet."""
        self.folder, self.clock = folder, clock
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG, "utf-8")
        secret = folder / "secret"
        secret.touch(0o600)
        secret.write_text(new_secret(clock), "utf-8")
        self.ports: dict[str, int] = {}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start ``mailgate serve`` and wait for its ready line; its log goes to a file in the folder."""
        log = (self.folder / "log").open("w+", encoding="utf-8")
        command = [sys.executable, "-m", "mailgate", "serve", "-c", str(self.config)]
        self.process = subprocess.Popen(command, stderr=log, text=True, start_new_session=True)
        found = self._until(lambda: re.findall(r"(\w+) 127\.0\.0\.1:(\d+)", self._ready_line()))
        self.ports = {name: int(port) for name, port in found}

    def _ready_line(self) -> str:
        lines = (self.folder / "log").read_text("utf-8").splitlines()
        return next((line for line in lines if line.startswith("mailgate is ready")), "")

    def send(self, sample: Sample) -> None:
        """Hand one mail in, over SMTP, as its sender's server would."""
        port = self.ports["submission" if sample.login else "smtp"]
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S) as client:
            if sample.login:
                client.login("anna", PASSWORD)
            client.sendmail(sample.sender, [sample.recipient], sample.raw)

    def letters(self) -> list[EmailMessage]:
        """What the desk has sent so far, oldest first."""
        paths = sorted((self.folder / "letters" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [_parsed(path.read_bytes()) for path in paths]

    def wait_for_letter(self, address: str, count: int) -> EmailMessage:
        """The ``count``-th letter to an address."""
        return self._until(lambda: [each for each in self.letters() if address in str(each["To"])][count - 1 : count])[
            0
        ]

    def wait_for_quiet(self, letters: int) -> None:
        """Until the desk has sent that many letters in all."""
        self._until(lambda: ["enough"] if len(self.letters()) >= letters else [])

    def wait_for_story(self, place: int) -> DeliveryStory:
        """What became of the ``place``-th mail, counted from 0."""
        return self._until(lambda: self.stories()[place : place + 1])[0]

    def stories(self) -> list[DeliveryStory]:
        """What became of every mail so far, in the order of acceptance."""
        store = self._store()
        try:
            return stories(store.rows)
        finally:
            store.close()

    def _store(self) -> Store:
        return open_store(load(self.config, self.clock), self.clock)

    def stop(self) -> None:
        """End the desk in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(40)

    def _until(self, look: Callable[[], list[T]]) -> list[T]:
        """Look until something is there; ``Temporary`` with the desk's own last words when it takes too long."""
        deadline = self.clock.monotonic() + PATIENCE_S
        while self.clock.monotonic() < deadline:
            found = look()
            if found:
                return found
            if self.process is not None and self.process.poll() is not None:
                break
            select.select([], [], [], 0.02)
        raise Temporary("the demo desk does not answer:\n" + (self.folder / "log").read_text("utf-8")[-2000:])


def run(once: bool, console: Console) -> int:
    """Play the demo; with ``once`` it ends then, else it serves. Returns 1 when it was broken off, else 0."""
    clock = SystemClock()
    folder = Path(tempfile.mkdtemp(prefix="mailgate-demo-"))
    stage = Stage(folder, clock)
    for number in ENDINGS:
        signal.signal(number, signal.default_int_handler)
    code = 1
    try:
        stage.start()
        _tell(play(stage), console)
        code = 0
        if not once:
            _explain_where(stage, console)
            _wait_for_interrupt(stage)
    except KeyboardInterrupt:
        pass
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        stage.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _tell(played: Iterator[tuple[Sample, DeliveryStory, list[EmailMessage]]], console: Console) -> None:
    """What came in, what became of it and why, and which letters went out for it: each as soon as it is settled."""
    for sample, story, letters in played:
        console.print(Text(sample.title, style="bold"))
        console.print(Text(f"  {_became(story)}", style=COLOURS.get(story.outcome, "white")))
        for line in story.trace:
            console.print(Padding(Text(line, style="dim"), (0, 0, 0, 4), expand=False))
        for letter in letters:
            console.print(Padding(Text(f"→ {letter['To']}: {letter['Subject']}"), (0, 0, 0, 4), expand=False))


def _became(story: DeliveryStory) -> str:
    """The outcome, the ticket where there is one, and the team or the cause."""
    ticket = f", ticket #{story.ticket}" if story.ticket else ""
    return f"{story.outcome}{ticket}, {story.cause or story.team}"


def _explain_where(stage: Stage, console: Console) -> None:
    """Where to look on."""
    console.print(f"\nThe desk goes on serving: write to {DESK} at 127.0.0.1, port {stage.ports['smtp']}.")
    console.print(f"Its letters lie in {stage.folder / 'letters'}.")
    command = "mailgate" if shutil.which("mailgate") else sys.argv[0]
    console.print(f"Look on with: {command} ticket list -c {stage.config}", soft_wrap=True)
    console.print("Ctrl-C ends it and removes the folder.")


def _wait_for_interrupt(stage: Stage) -> None:
    """Until one of ``ENDINGS``, or the end of the desk."""
    while stage.process is not None and stage.process.poll() is None:
        select.select([], [], [], 0.2)


def play(stage: Stage) -> Iterator[tuple[Sample, DeliveryStory, list[EmailMessage]]]:
    """Send every sample, wait for it, and say what became of it and which letters it caused."""
    for place, make in enumerate(SAMPLES):
        sample = make(stage)
        before = len(stage.letters())
        stage.send(sample)
        story = stage.wait_for_story(place)
        stage.wait_for_quiet(before + story.letters)
        yield sample, story, stage.letters()[before:]


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


SAMPLES: tuple[Callable[[Stage], Sample], ...] = (_request, _attachment, _chinese, _away, _answer, _reply, _bounce)


def _quote(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return f"\nOn Sat, 21 Nov 2026 at 10:00, {letter['From']} wrote:\n" + "".join(
        f"> {line}\n" for line in text.splitlines()
    )


def _parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message
