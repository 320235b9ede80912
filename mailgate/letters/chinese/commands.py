"""The Chinese of the phrases about agents' commands: what was done, refused, understood."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
