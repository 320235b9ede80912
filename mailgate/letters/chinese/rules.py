"""The Chinese of the phrases about rules on events, schedules, alerts and retention."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
