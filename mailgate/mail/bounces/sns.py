"""Bounces as Amazon SES tells them to whoever subscribed by mail to its SNS topic: JSON in the text of the mail.

The notification stands there bare, or as a string in SNS's own envelope. Other kinds of notification are none of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from mailgate.mail.bounces import dsn
from mailgate.mail.bounces.returned import Letter
from mailgate.mail.model import Action, ReportedRecipient

MAX_TEXT = 300_000
_BROKEN_LINE = re.compile(r"!\n ?")
"""How Sendmail breaks a line that is too long for SMTP (its ``F=L`` and ``L=`` flags)."""


def read(text: str) -> tuple[tuple[ReportedRecipient, ...], Letter]:
    """Whom the notification names, and the letter that it is about; nobody where the text is no such notification."""
    text = text.strip()
    if text[:1] != "{" or "bouncedRecipients" not in text[:MAX_TEXT]:
        return (), Letter()
    told = _object(text)
    if "Message" in told:
        told = _object(str(told["Message"]))
    bounce, mail = _part(told, "bounce"), _part(told, "mail")
    temporary = str(bounce.get("bounceType", "")).lower() == "transient"
    listed = bounce.get("bouncedRecipients")
    found = [_recipient(one, temporary) for one in (listed if isinstance(listed, list) else ())[: dsn.MAX_RECIPIENTS]]
    return tuple(one for one in found if one is not None), _letter(mail)


def _object(text: str) -> Mapping[str, Any]:
    """The JSON object that opens ``text``, or an empty one."""
    try:
        found, _ = json.JSONDecoder().raw_decode(_BROKEN_LINE.sub("", text[:MAX_TEXT]))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}


def _recipient(one: object, temporary: bool) -> ReportedRecipient | None:
    if not isinstance(one, dict):
        return None
    email = dsn.address(str(one.get("emailAddress", "")))
    reason = dsn.diagnostic(str(one.get("diagnosticCode", "")))
    fate = Action.DELAYED if temporary and one.get("action") != "failed" else Action.FAILED
    status = dsn.status_code(str(one.get("status", "")), reason)
    return ReportedRecipient(email, fate, status, reason) if email else None


def _letter(mail: Mapping[str, Any]) -> Letter:
    heads = _part(mail, "commonHeaders")
    message_id = str(heads.get("messageId", "")).strip().strip("<>")
    source = dsn.address(str(mail.get("source", "")))
    return Letter((message_id,) if message_id else (), str(heads.get("subject", ""))[:500], (source,) if source else ())
