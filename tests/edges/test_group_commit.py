"""Mails that arrive together are committed together, and fail together."""

from __future__ import annotations

import asyncio
import select
import threading

import pytest

from mailgate.edges.smtp_in.group_commit import GroupCommit
from mailgate.edges.spool.spool import Spool, SpoolFull
from mailgate.errors import Temporary
from mailgate.mail.model import Envelope

ENVELOPE = Envelope("smtp", ("support@help.example",))
PATIENCE_S = 30.0


def stalled(spool: Spool, begun: threading.Event | None = None) -> threading.Event:
    """A spool whose disk answers once the event is set; ``begun`` is set when it is asked."""
    accept_many, gate = spool.accept_many, threading.Event()

    def stall(mails: list[tuple[bytes, Envelope, str]]) -> list[str]:
        if begun:
            begun.set()
        assert gate.wait(PATIENCE_S)
        return accept_many(mails)

    spool.accept_many = stall  # type: ignore[method-assign, assignment]
    return gate


def test_promise_1_the_key_comes_when_the_mail_is_on_disk(spool: Spool) -> None:
    """A hundred at once, few commits, each mail under its own key, and the bell after each commit."""
    rings: list[int] = []
    gate = stalled(spool)

    async def run() -> list[str]:
        commits = GroupCommit(spool, lambda _: rings.append(spool.unfinished()))
        waiting = [asyncio.ensure_future(commits.accept(b"%d" % number, ENVELOPE)) for number in range(100)]
        await asyncio.sleep(0)
        gate.set()
        keys = await asyncio.gather(*waiting)
        await commits.close()
        return keys

    keys = asyncio.run(run())
    assert [spool.raw(key) for key in keys] == [b"%d" % number for number in range(100)]
    assert len(rings) <= 2
    assert rings[-1] == 100


def test_a_commit_that_fails_fails_for_all_and_the_writer_lives(spool: Spool) -> None:
    """Each gets the failure itself, so that a full disk is 452 to each."""

    async def run() -> list[object]:
        commits = GroupCommit(spool, lambda _: None)
        accept_many, gate = spool.accept_many, threading.Event()

        def refuse(mails: list[tuple[bytes, Envelope, str]]) -> list[str]:
            gate.wait(PATIENCE_S)
            raise SpoolFull("full")

        spool.accept_many = refuse  # type: ignore[method-assign, assignment]
        tries = [asyncio.ensure_future(commits.accept(b"x", ENVELOPE)) for _ in range(5)]
        await asyncio.sleep(0)
        gate.set()
        failed = await asyncio.gather(*tries, return_exceptions=True)
        spool.accept_many = accept_many  # type: ignore[method-assign]
        await commits.accept(b"y", ENVELOPE)
        await commits.close()
        return list(failed)

    assert [type(failure) for failure in asyncio.run(run())] == [SpoolFull] * 5
    assert spool.unfinished() == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_died_is_replaced(spool: Spool) -> None:
    """A front without one would say 451 to everybody, after a minute each, until somebody restarts it."""
    kept: list[int] = []

    def fail_once(mails: int) -> None:
        kept.append(mails)
        if len(kept) == 1:
            raise MemoryError

    async def run() -> None:
        commits = GroupCommit(spool, fail_once)
        await commits.accept(b"x", ENVELOPE)
        assert commits._thread is not None
        await asyncio.to_thread(commits._thread.join, PATIENCE_S)
        await commits.accept(b"y", ENVELOPE)
        await commits.close()

    asyncio.run(run())
    assert kept == [1, 1]
    assert spool.unfinished() == 2


def test_in_a_crowd_a_mail_waits_for_the_next_one(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each commit costs an fsync: whoever comes a moment later is taken along."""
    begun, came = threading.Event(), threading.Event()
    monkeypatch.setattr(
        select, "select", lambda *_: came.wait(PATIENCE_S)
    )  # the moment lasts until the next one is here
    gate = stalled(spool, begun)
    groups: list[int] = []

    async def run() -> None:
        commits = GroupCommit(spool, groups.append)
        alone = asyncio.ensure_future(commits.accept(b"alone", ENVELOPE))
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        crowd = [asyncio.ensure_future(commits.accept(b"two together", ENVELOPE)) for _ in range(2)]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(alone, *crowd)
        first = asyncio.ensure_future(commits.accept(b"first", ENVELOPE))
        await asyncio.sleep(0)
        while not commits._queue.empty():  # noqa: ASYNC110 - until the writer has it, and waits
            await asyncio.sleep(0)
        following = asyncio.ensure_future(commits.accept(b"next", ENVELOPE))
        await asyncio.sleep(0)
        came.set()
        await asyncio.gather(first, following)
        await commits.close()

    asyncio.run(run())
    assert groups == [1, 2, 2]


def test_a_mail_that_comes_alone_waits_for_nobody(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, each is committed at once."""
    monkeypatch.setattr("mailgate.edges.smtp_in.group_commit.GATHER_S", 3600.0)
    groups: list[int] = []

    async def run() -> None:
        commits = GroupCommit(spool, groups.append)
        for _ in range(3):
            await commits.accept(b"x", ENVELOPE)
        await commits.close()

    asyncio.run(run())
    assert groups == [1, 1, 1]


def test_a_disk_that_does_not_answer_is_temporary(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is told to try again; the mail may yet be kept, and then the retry is its duplicate."""
    monkeypatch.setattr("mailgate.edges.smtp_in.group_commit.PATIENCE_S", 0.01)
    gate = stalled(spool)

    async def run() -> None:
        commits = GroupCommit(spool, lambda _: None)
        with pytest.raises(Temporary, match="does not answer"):
            await commits.accept(b"x", ENVELOPE)
        gate.set()
        await commits.close()

    asyncio.run(run())
    assert spool.unfinished() == 1


def test_a_disk_that_does_not_answer_for_long_does_not_fill_the_memory(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What clients were told to send again still waits for the disk; when that is too much, nothing is added to it."""
    monkeypatch.setattr("mailgate.edges.smtp_in.group_commit.PATIENCE_S", 0.01)
    monkeypatch.setattr("mailgate.edges.smtp_in.group_commit.WAITING_MAILS", 2)
    begun = threading.Event()
    gate = stalled(spool, begun)

    async def run() -> bool:
        commits = GroupCommit(spool, lambda _: None)
        first = asyncio.ensure_future(commits.accept(b"in the writer's hands", ENVELOPE))
        assert await asyncio.to_thread(begun.wait, PATIENCE_S)
        large = commits.aside()
        for octets in (b"waits", b"waits too", b"is not taken", large):
            with pytest.raises(Temporary, match="does not answer"):
                await commits.accept(octets, ENVELOPE)
        gate.set()
        await commits.close()
        with pytest.raises(Temporary):
            await first
        return large._file.closed

    assert asyncio.run(run())
    assert spool.unfinished() == 3


def test_closing_commits_what_waits(spool: Spool) -> None:
    """Nothing is left behind."""

    async def run() -> list[str]:
        commits = GroupCommit(spool, lambda _: None)
        waiting = [asyncio.ensure_future(commits.accept(b"x", ENVELOPE)) for _ in range(30)]
        await asyncio.sleep(0)
        await commits.close()
        return [await each for each in waiting]

    assert len(set(asyncio.run(run()))) == spool.unfinished() == 30
