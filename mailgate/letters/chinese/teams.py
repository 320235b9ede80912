"""The Chinese of the phrases about assignment, vacations and teams."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
