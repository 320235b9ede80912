"""Against real servers, pymap everywhere and Dovecot where installed: all mail comes, once, and is marked as asked."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from mailgate.edges.settings import After
from tests.edges.imap_world import Kept, MemoryCursors, Told, account, fetch_once, mail, running
from tests.real import dovecot, pymap_server


@dataclass
class Server:
    """What both kinds can do."""

    port: int
    append: Callable[[Sequence[bytes]], None]
    client: Callable[[], imaplib.IMAP4]


@pytest.fixture(scope="module", params=["pymap", "dovecot"])
def _server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "pymap":
        pymap = pymap_server.start()
        yield Server(pymap.port, pymap.append, pymap.client)
        pymap.stop()
        return
    server = dovecot.start()
    server.add_user("support", "pass word")
    yield Server(server.port, lambda raws: server.append("support", raws), lambda: server.client("support"))
    server.stop()


@pytest.fixture
def server(_server: Server) -> Server:
    """A server whose folders are empty."""
    with _server.client() as client:
        client.create("mailgate-done")
        for folder in ("INBOX", "mailgate-done"):
            _, (count,) = client.select(folder)
            if count != b"0":
                client.store("1:*", "+FLAGS", "(\\Deleted)")
                client.expunge()
    return _server


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def cursors() -> MemoryCursors:
    return MemoryCursors()


def flags_in(server: Server, folder: str = "INBOX") -> list[str]:
    """The flags of every mail in the folder."""
    with server.client() as client:
        _, (count,) = client.select(folder, readonly=True)
        if count == b"0":
            return []
        _, answer = client.fetch("1:*", "(FLAGS)")
    return [line.decode() for line in answer if isinstance(line, bytes)]


def once(server: Server, kept: Kept, cursors: MemoryCursors, **settings: object) -> int:
    return fetch_once(account(server.port, **settings), kept, cursors, Told())


def test_all_mail_comes_in_order_and_a_second_pass_brings_nothing(server, kept, cursors):
    server.append([mail(f"no {number}") for number in range(23)])
    assert once(server, kept, cursors, batch=10) == 23
    assert kept.subjects == [f"no {number}" for number in range(23)]
    assert once(server, kept, cursors, batch=10) == 0


def test_the_raw_mail_is_kept_octet_for_octet(server, kept, cursors):
    raw = mail("raw", body="gr\u00fc\u00dfe \u9000\u6b3e\r\n.\r\n\r\n  end")
    server.append([raw])
    once(server, kept, cursors)
    assert kept.raws == [raw]


@pytest.mark.parametrize("after", list(After))
def test_what_is_taken_is_marked_moved_or_deleted_as_asked(server, kept, cursors, after):
    server.append([mail("one"), mail("two")])
    assert once(server, kept, cursors, after=after) == 2
    left, moved = flags_in(server), flags_in(server, "mailgate-done")
    assert len(left) == (2 if after in (After.SEEN, After.NOTHING) else 0)
    assert all(("\\Seen" in flags) == (after is After.SEEN) for flags in left)
    assert len(moved) == (2 if after is After.MOVE else 0)


def test_I03_mail_that_somebody_has_read_already_comes_all_the_same(server, kept, cursors):
    server.append([mail("read in webmail")])
    with server.client() as client:
        client.select("INBOX")
        client.store("1:*", "+FLAGS", "(\\Seen)")
    assert once(server, kept, cursors) == 1


def test_I02_what_the_spool_did_not_take_is_not_marked_and_comes_again(server, kept, cursors):
    server.append([mail("one")])
    kept.away = True
    with pytest.raises(Exception, match="disk is full"):
        once(server, kept, cursors, after=After.DELETE)
    assert ["\\Seen" in flags for flags in flags_in(server)] == [False]
    kept.away = False
    assert once(server, kept, cursors, after=After.DELETE) == 1


def test_I01_a_crash_between_spool_and_cursor_costs_a_repetition_and_no_double(server, kept, cursors):
    server.append([mail("one"), mail("two")])
    once(server, kept, cursors)
    cursors.saved.clear()
    assert once(server, kept, cursors) == 2
    assert kept.subjects == ["one", "two"]


def test_I04_a_new_uidvalidity_reads_the_folder_again_from_the_start(server, kept, cursors):
    server.append([mail("one")])
    once(server, kept, cursors)
    ((key, cursor),) = cursors.saved.items()
    cursors.saved[key] = type(cursor)(cursor.uidvalidity + 1, cursor.low + 500)
    assert once(server, kept, cursors) == 1
    assert cursors.only.uidvalidity == cursor.uidvalidity


def test_I14_a_mail_over_the_limit_comes_as_a_stub_and_the_rest_flows(server, kept, cursors):
    server.append([mail("small"), mail("large", body="x" * 5000), mail("small too")])
    assert once(server, kept, cursors, max_size=2000) == 3
    assert kept.subjects == ["small", "large", "small too"]
    stub = kept.raws[1]
    assert re.match(rb"X-Mailgate-Truncated: size=5\d\d\d\r\n", stub)
    assert len(stub) < 200


def test_D18_new_mail_is_taken_while_idling_and_stopping_takes_no_time(server, kept, cursors):
    told = Told()
    with running([account(server.port)], kept, cursors, told):
        server.append([mail("first")])
        kept.wait_until(lambda: kept.subjects == ["first"])
        server.append([mail("second")])
        kept.wait_until(lambda: kept.subjects == ["first", "second"])
    assert told.troubles() == []
    assert cursors.leases == {}


def test_a_first_catch_up_can_start_some_days_ago(server, kept, cursors):
    with server.client() as client:
        client.append("INBOX", "", '"01-Jan-2020 00:00:00 +0000"', mail("old"))
    server.append([mail("new")])
    assert once(server, kept, cursors, since_days=30) == 1
    assert kept.subjects == ["new"]


def test_a_wrong_password_is_said_in_words_without_the_password(server, kept, cursors):
    from mailgate.edges.imap_in.wire import LoginRefused
    from mailgate.edges.settings import Secret

    with pytest.raises(LoginRefused) as refused:
        once(server, kept, cursors, password=Secret(literal="hunter2"))
    assert "does not let support in" in str(refused.value)
    assert "hunter2" not in str(refused.value)
