"""The page for monitoring tells what waits and what is wrong, on loopback only, and nothing to strangers."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailgate.assembly import open_store
from mailgate.clock import Clock, SystemClock
from mailgate.config.load import load
from mailgate.counters import Counters
from mailgate.edges.metrics import MetricsServer
from mailgate.edges.spool.spool import Spool
from mailgate.errors import ConfigError, MailgateError
from mailgate.health import Pulse
from mailgate.mail.model import Envelope
from mailgate.store.database import Store
from tests.cli.conftest import DESK, feed, mail
from tests.config.folder import write

ENVELOPE = Envelope("smtp", ("support@acme.example",))


class Later(SystemClock):
    """The same clock, so many milliseconds on."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    config = write(tmp_path / "desk", DESK)
    feed(config, mail("one"), mail("two", unique="2"))
    store = open_store(load(config, clock), clock)
    yield store
    store.close()


@pytest.fixture
def spool(tmp_path: Path, clock: Clock) -> Spool:
    return Spool.open(tmp_path / "spool.db", clock)


@pytest.fixture
def page(store: Store, spool: Spool, clock: Clock) -> Iterator[tuple[Counters, str]]:
    counters = Counters()
    pulse = Pulse(counters, spool, store, clock)
    server = MetricsServer("127.0.0.1:0", pulse.families, pulse.troubles)
    yield counters, f"http://127.0.0.1:{server.port}"
    server.close()


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def figures(url: str) -> dict[tuple[str, str], float]:
    """(name, the value of its only label) → figure, as a monitoring system would read it."""
    families = text_string_to_metric_families(get(f"{url}/metrics")[1])
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_was_counted_is_shown(page: tuple[Counters, str]) -> None:
    counters, url = page
    counters.add("accepted", "smtp", 3)
    counters.add("settled", "new")
    found = figures(url)
    assert found["mailgate_accepted_total", "smtp"] == 3
    assert found["mailgate_settled_total", "new"] == 1
    assert found["mailgate_letters_total", "sent"] == 0


def test_what_waits_is_shown(page: tuple[Counters, str], spool: Spool) -> None:
    spool.accept(b"Subject: x\r\n\r\nx", ENVELOPE)
    found = figures(page[1])
    assert found["mailgate_spool_waiting", ""] == 1
    assert found["mailgate_database_up", ""] == 1
    assert found["mailgate_letters_waiting", ""] >= 2
    assert sum(count for (name, _), count in found.items() if name == "mailgate_tickets_open") == 2


def test_a_desk_that_is_well_says_so(page: tuple[Counters, str]) -> None:
    assert get(f"{page[1]}/health") == (200, "fine\n")


def test_Q14_mail_and_letters_that_wait_too_long_are_troubles(
    page: tuple[Counters, str], spool: Spool, clock: Later
) -> None:
    spool.accept(b"Subject: x\r\n\r\nx", ENVELOPE)
    clock.ahead_ms = 600_000
    code, said = get(f"{page[1]}/health")
    assert code == 503
    assert "mail waits in the spool" in said
    assert "letters are due" in said


def test_a_fault_while_looking_is_no_secret_told(store: Store, spool: Spool, clock: Clock) -> None:
    """A stranger on the machine reads no path and no exception."""

    def broken() -> list[str]:
        raise RuntimeError("/secret/path")

    server = MetricsServer("127.0.0.1:0", lambda: (), broken)
    try:
        code, said = get(f"http://127.0.0.1:{server.port}/health")
    finally:
        server.close()
    assert code == 503
    assert "secret" not in said


def test_the_page_is_there_on_ipv6_too() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = MetricsServer("[::1]:0", lambda: (), lambda: ())
    try:
        assert get(f"http://[::1]:{server.port}/health")[0] == 200
    finally:
        server.close()


def test_other_pages_are_not_there(page: tuple[Counters, str]) -> None:
    assert get(f"{page[1]}/etc/passwd")[0] == 404


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "192.0.2.1:9464", ":9464", "unix:/run/metrics"])
def test_Q16_the_page_stays_on_loopback(tmp_path: Path, address: str) -> None:
    config = write(tmp_path / "desk", f'{DESK}\n[metrics]\nlisten = "{address}"\n')
    with pytest.raises(ConfigError, match="loopback"):
        load(config, SystemClock())


def test_nothing_is_counted_under_a_name_that_nobody_reads() -> None:
    with pytest.raises(MailgateError):
        Counters().add("settled", "vanished")


def test_Q15_no_label_of_a_metric_names_a_person_or_a_subject(page: tuple[Counters, str]) -> None:
    """Labels are of closed lists: whoever writes makes no new series, and nobody reads who did."""
    shown = get(f"{page[1]}/metrics")[1]
    assert "mailgate_" in shown
    assert all("@" not in line and "one" not in re.findall(r'"([^"]*)"', line) for line in shown.splitlines())
