"""Vacation notices: known by subject or first words, and when the person is back."""

from __future__ import annotations

import re

_SUBJECT = re.compile(
    r"\s*(?:out of (?:the )?office|automatic reply|auto(?:matic|mated)?[- ]?(?:reply|response)|automatische antwort|"
    r"abwesenheits|r[ée]ponse automatique|respuesta autom[áa]tica|自动回复|自動回覆|自動応答)",
    re.IGNORECASE,
)


def notice_in_subject(subject: str) -> str:
    """Evidence that the subject is a vacation notice's, or the empty string."""
    return f"Subject: {subject[:200]}" if _SUBJECT.match(subject[:300].replace("\xa0", " ")) else ""


def notice_in_text(text: str) -> str:
    """Evidence that the text opens as a vacation notice does, or the empty string."""
    return ""


def away_until(text: str, language: str, received_ms: int) -> int | None:
    """The end of the absence in milliseconds since 1970 UTC, or None when the text states none."""
    return None
