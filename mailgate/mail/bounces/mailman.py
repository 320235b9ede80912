"""Mailman's collection of detectors (flufl.bounce) as the last voice.

Each detector is called alone, since some let their own exceptions out; whatever one raises only means that it has
nothing to say. They try a hundred patterns on every line, so they are shown the first ``MAX_LINES`` lines, cut at
``MAX_LINE`` octets; and they are imported only when a mail looks like a report that nobody else could read.
"""

from __future__ import annotations

import email
from functools import cache
from typing import TYPE_CHECKING, Any

from mailgate.mail.model import Action, ReportedRecipient

if TYPE_CHECKING:
    from mailgate.mail.parts import Part

MAX_OCTETS = 65_536
MAX_LINES = 800
MAX_LINE = 500
MAX_RECIPIENTS = 1_000


@cache
def _detectors() -> tuple[Any, ...]:
    from flufl.bounce import _scan

    return tuple(detector() for detector in _scan._DETECTORS)


def recipients(root: Part) -> tuple[ReportedRecipient, ...]:
    """Whom the first detector that finds anybody finds: delayed, then failed. Raises nothing."""
    lines = root.raw[:MAX_OCTETS].splitlines()[:MAX_LINES]
    message = email.message_from_bytes(b"\n".join(line[:MAX_LINE] for line in lines))
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
