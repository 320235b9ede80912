"""The Chinese of the phrases about who may do what, and how somebody proved to be who they say."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {}
