"""What happens by itself, from the models of ``schema_events`` to plain values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mailgate.config import build
from mailgate.config.schema import Config
from mailgate.config.schema_events import Kept
from mailgate.desk import policy
from mailgate.edges import settings as edge


def webhooks(config: Config, base: Path) -> dict[str, edge.Webhook]:
    """The URLs that rules call, by name."""
    return {
        hook.id: edge.Webhook(
            url=hook.url,
            secret=build.placed(hook.secret, base) if hook.secret else None,
            timeout=hook.timeout.seconds,
            private=hook.private,
            tls_ca=build.resolved(hook.tls_ca, base),
        )
        for hook in config.webhooks
    }


def scheduled(config: Config, brands: Mapping[str, policy.Brand]) -> tuple[policy.Scheduled, ...]:
    """Tickets that open by themselves; one of an unknown brand is left out, since that is told elsewhere."""
    first = next(iter(brands), "")
    return tuple(
        policy.Scheduled(
            id=each.id,
            every=each.every,
            timezone=each.timezone or brands[each.brand or first].timezone,
            brand=each.brand or first,
            team=each.team,
            subject=each.subject,
            note=each.note,
            requester=each.requester or "",
            assignee=each.assignee,
            priority=each.priority or "normal",
            kind=each.kind,
            tags=tuple(each.tags),
            fields=dict(each.fields),
            due_after_ms=each.due_after.ms(),
        )
        for each in config.scheduled
        if (each.brand or first) in brands
    )


def retention(config: Config, brands: Mapping[str, policy.Brand]) -> dict[str, policy.Retention]:
    """How long each brand keeps things."""
    return {brand: _kept(config, config.retention.by_brand.get(brand, Kept())) for brand in brands}


def _kept(config: Config, own: Kept) -> policy.Retention:
    desk = config.retention
    return policy.Retention(
        raws_ms=(desk.raws if own.raws is None else own.raws).ms(),
        tickets_ms=(desk.tickets if own.tickets is None else own.tickets).ms(),
        spam_ms=(desk.spam if own.spam is None else own.spam).ms(),
        held_ms=(desk.held if own.held is None else own.held).ms(),
    )
