"""Mailman's collection of detectors (flufl.bounce) as the last voice.

Each detector is called alone, since some let their own exceptions out; whatever one raises only means that it has
nothing to say. They read the standard library's message, made of at most ``MAX_OCTETS`` of the raw mail, and are
imported only when a mail looks like a report and nobody else could read it.
"""

from __future__ import annotations

import email
from functools import cache
from typing import TYPE_CHECKING, Any

from mailgate.mail.model import Action, ReportedRecipient

if TYPE_CHECKING:
    from mailgate.mail.parts import Part

MAX_OCTETS = 65_536
MAX_RECIPIENTS = 1_000


@cache
def _detectors() -> tuple[Any, ...]:
    from flufl.bounce import _scan

    return tuple(detector() for detector in _scan._DETECTORS)


def recipients(root: Part) -> tuple[ReportedRecipient, ...]:
    """Whom the first detector that finds anybody finds: delayed, then failed. Raises nothing."""
    message = email.message_from_bytes(root.raw[:MAX_OCTETS])
    for detector in _detectors():
        try:
            temporary, permanent = detector.process(message)
        except Exception:  # noqa: S112 - strangers' input in a library that lets anything out: silence is its answer
            continue
        if temporary or permanent:
            return (*_reported(temporary - permanent, Action.DELAYED), *_reported(permanent, Action.FAILED))
    return ()


def _reported(addresses: frozenset[bytes], action: Action) -> list[ReportedRecipient]:
    texts = sorted(address.decode("ascii", "replace").strip() for address in addresses if address)
    return [ReportedRecipient(text, action) for text in texts[:MAX_RECIPIENTS]]
