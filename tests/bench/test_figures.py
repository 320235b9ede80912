"""``python -m bench`` measures what it says: each figure once, with counts that take seconds."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import FIGURES, main

pytestmark = pytest.mark.slow

SHORT: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "ingest": (["--mails", "60"], ("mails_per_s", "cpu_ms_per_mail", "accept_p99_ms", "ratio_to_aiosmtpd")),
    "idle": (["--mails", "2"], ("to_relay_p50_ms",)),
    "mailboxes": (["--count", "2", "--seconds", "1"], ("pss_mb",)),
    "catchup": (["--mails", "60"], ("spooled_per_s", "tickets_per_s", "imapclient_per_s", "ratio")),
    "memory": (["--mails", "60", "--large", "1"], ("pss_mb", "pss_mb_under_large_mails", "pss_mb_afterwards")),
    "tickets": (["--count", "1500", "--mails", "150"], ("base_cpu_ms", "grown_cpu_ms", "ratio")),
    "rules": (["--count", "20", "--mails", "150"], ("base_cpu_ms", "grown_cpu_ms", "ratio")),
    "search": (["--count", "1500", "--searches", "5"], ("english_p95_ms", "chinese_p95_ms")),
    "daemons": (["--mails", "80", "--count", "2"], ("one_mails_per_s", "many_mails_per_s", "ratio")),
    "parse": ([], ()),
    "diff": (["--mails", "60"], ()),
    "clock": (["--count", "1500"], ()),
}


@pytest.mark.parametrize("figure", sorted(SHORT))
def test_a_figure_is_one_json_line_with_its_floor_beside_it(figure: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, expected = SHORT[figure]
    assert main([figure, *arguments]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["figure"] == figure
    if "skipped" in found:
        pytest.skip(found["skipped"])
    for name in expected:
        values = found[name] if isinstance(found[name], list) else [found[name]]
        assert all(value > 0 for value in values), (name, found)


def test_every_figure_has_its_short_run() -> None:
    """But ``feed``, which wants a folder of mails; ``tests/flow/test_feed.py`` runs it."""
    assert set(SHORT) | {"feed"} == set(FIGURES)
