"""What no single value shows, of webhooks, scheduled tickets and retention: names that nobody has, or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.config import build, build_events
from mailgate.config.checks import Check, Subject, unknown
from mailgate.config.problems import Complaint, nearest


def _names_twice(subject: Subject) -> Iterator[Complaint]:
    """Each webhook and each schedule has a name of its own."""
    sections: Sequence[tuple[str, list[str]]] = (
        ("webhooks", [hook.id for hook in subject.config.webhooks]),
        ("scheduled", [each.id for each in subject.config.scheduled]),
    )
    for section, ids in sections:
        for index, name in enumerate(ids):
            if name in ids[:index]:
                yield Complaint((section, index, "id"), f'"{name}" is the id of another one too', "each needs its own")


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
    yield from build_events.unencrypted(subject.config)
    for index, hook in enumerate(subject.config.webhooks):
        if hook.tls_ca and not (subject.base / hook.tls_ca).is_file():
            yield Complaint(("webhooks", index, "tls_ca"), f"there is no file {subject.base / hook.tls_ca}")


EVENT_CHECKS: tuple[Check, ...] = (_names_twice, _scheduled, _retention, _webhooks)
