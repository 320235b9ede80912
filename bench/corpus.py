"""Reads the mails of a corpus with mailgate's own functions, in the shape that its scorer wants.

    python score.py CASES.jsonl EML_DIR --callable bench.corpus:run --path .
    python -m bench.corpus EML_DIR            one JSON object per mail, with the seconds that it took

``run`` is the adapter: raw mail and the case's configuration in, a dictionary of plain values out.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
import time
from typing import Any

from mailgate.errors import Permanent
from mailgate.mail import classify
from mailgate.mail.model import Action, Address, Bounce, Envelope
from mailgate.mail.parse import parse
from mailgate.mail.parts import Parsed

SUBJECT_TAG = r"\[#(\d+)\]"
_OURS = classify.Ours(addresses=frozenset({"support@desk.invalid"}), message_id_domains=frozenset({"desk.invalid"}))


def run(raw: bytes, config: dict[str, Any]) -> dict[str, Any]:
    """What mailgate makes of one mail; a refused one gives its cause and nothing else."""
    try:
        parsed = parse(raw)
    except Permanent as refused:
        return {"refused": refused.cause}
    return _fields(parsed, config) | _verdict(parsed)


def _fields(parsed: Parsed, config: dict[str, Any]) -> dict[str, Any]:
    mail = parsed.mail
    author = mail.author or next(iter(mail.from_), Address(""))
    tag = re.search(config.get("subject_tag_regex") or SUBJECT_TAG, mail.subject)
    return {
        "from_addr": author.email,
        "from_name": author.name,
        "to_addrs": [one.email for one in mail.to],
        "cc_addrs": [one.email for one in mail.cc],
        "reply_to_addrs": [one.email for one in mail.reply_to],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": next(iter(mail.in_reply_to), ""),
        "references": list(mail.references),
        "text": mail.text,
        "html": mail.html,
        "reply_text": mail.reply_text,
        "reply_text_nosig": mail.reply_text_nosig,
        "attachments": [{"filename": one.filename, "size": one.size, "sha256": one.sha256} for one in mail.attachments],
        "ticket_ref": tag.group(1) if tag else None,
    }


def _verdict(parsed: Parsed) -> dict[str, Any]:
    return_path = parsed.mail.return_path
    verdict = classify.classify(parsed, Envelope("ingest", (), mail_from=return_path), _OURS)
    bounce = verdict.bounce or Bounce(())
    return {
        "is_auto": verdict.automatic,
        "is_bounce": verdict.bounce is not None,
        "failed_recipients": [one.email for one in bounce.recipients if one.action is Action.FAILED],
        "delayed_recipients": [one.email for one in bounce.recipients if one.action is Action.DELAYED],
    }


def main(folder: str) -> None:
    """Print one JSON object per mail of ``folder``."""
    for path in sorted(pathlib.Path(folder).glob("*.eml")):
        started = time.perf_counter()
        fields = run(path.read_bytes(), {})
        print(json.dumps({"id": path.stem, "seconds": round(time.perf_counter() - started, 4), **fields}))


if __name__ == "__main__":
    main(sys.argv[1])
