"""The Chinese of the phrases about what customers ask by mail."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
