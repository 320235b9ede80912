"""The Chinese of the phrases about promised times, calendars and the states of a ticket."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
