"""The Chinese of the phrases about reminders, warnings, closing and surveys."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
