"""What no single value shows, of webhooks, scheduled tickets and retention: names that nobody has, files that are not
there, calls that anybody on the way could read."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from mailgate.config import build
from mailgate.config.checks import Check, Subject, unknown
from mailgate.config.problems import Complaint, nearest


def _scheduled(subject: Subject) -> Iterator[Complaint]:
    """Whom a scheduled ticket names is there."""
    named = subject.named
    brands = named["brands"] or {build.ONLY_BRAND}
    for index, each in enumerate(subject.config.scheduled):
        at = ("scheduled", index)
        yield from unknown((*at, "team"), "team", each.team, named["teams"])
        yield from unknown((*at, "assignee"), "agent", each.assignee, named["agents"])
        yield from unknown((*at, "priority"), "priority", each.priority, subject.config.desk.priorities)
        yield from unknown((*at, "brand"), "brand", each.brand, brands)
        if not each.brand and len(brands) > 1:
            yield Complaint((*at, "brand"), "is missing", nearest("", brands))


def _retention(subject: Subject) -> Iterator[Complaint]:
    for brand in subject.config.retention.by_brand:
        yield from unknown(
            ("retention", "by_brand", brand), "brand", brand, subject.named["brands"] or {build.ONLY_BRAND}
        )


def _webhooks(subject: Subject) -> Iterator[Complaint]:
    """A file that is named is there; nothing goes over the wire for all to read without a warning."""
    for index, hook in enumerate(subject.config.webhooks):
        if hook.url.startswith("http://") and not _here(urlsplit(hook.url).hostname or ""):
            yield Complaint(("webhooks", index, "url"), "is not encrypted", "call it by https", warning=True)
        if hook.tls_ca and not (subject.base / hook.tls_ca).is_file():
            yield Complaint(("webhooks", index, "tls_ca"), f"there is no file {subject.base / hook.tls_ca}")


def _here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


EVENT_CHECKS: tuple[Check, ...] = (_scheduled, _retention, _webhooks)
