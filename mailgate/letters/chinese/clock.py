"""The Chinese of the phrases about promised times, calendars and the states of a ticket."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "first response": "首次响应",
    "next response": "后续响应",
    "resolution": "解决",
    "named by a rule": "由规则指定",
    "promised to this customer": "对该客户的承诺",
    "that of the team": "团队的承诺",
    "that of the desk": "服务台的承诺",
}
