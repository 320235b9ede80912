"""A reading as small as it gets, for tests that are not about what stands in a mail."""

from __future__ import annotations

from mailgate.mail.model import Envelope, Mail, Proof, Reading, Sender, Verdict, VerdictKind


def reading(raw: bytes, envelope: Envelope, key: str) -> Reading:
    """The first line of the mail as its subject, and nothing else."""
    mail = Mail(
        subject=raw.decode("latin-1").partition("\n")[0][:100],
        message_id="",
        in_reply_to=(),
        references=(),
        date_ms=None,
        author=None,
        author_unknown="a test",
        from_=(),
        to=(),
        cc=(),
        reply_to=(),
        return_path=None,
        text="",
        html="",
        spans=(),
        reply_text="",
        reply_text_nosig="",
        language="und",
        attachments=(),
        headers=(),
        content_hash="",
        size=len(raw),
    )
    return Reading(
        key, envelope, mail, Verdict(VerdictKind.GENUINE, False), Sender(None, Proof.UNKNOWN), "", (mail.subject,)
    )
