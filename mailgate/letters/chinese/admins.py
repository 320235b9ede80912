"""The Chinese of the phrases about admins' commands."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
