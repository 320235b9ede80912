"""What each child process of the daemon does, from its fork to its end: one function a role.

A role opens what it needs after the fork, works until SIGTERM, finishes what it holds, and returns. Whatever it raises
ends the process with a log line, and the parent forks it anew. Where a role needs the database and it is away, it
waits and probes, first often, then every five seconds; one log line says so, another that it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Sequence
from functools import partial

import uvloop

from mailgate import gateway, logs
from mailgate.applier import Applier
from mailgate.assembly import DeskRecipients, cursors_of, desk_of, open_store, senses_of
from mailgate.calling import Caller
from mailgate.context import Context, Patience
from mailgate.edges.imap_in.mailboxes import run_imap
from mailgate.edges.metrics import MetricsServer
from mailgate.edges.processes import Stop
from mailgate.edges.smtp_in.group_commit import GroupCommit
from mailgate.edges.smtp_in.server import serve_mail
from mailgate.edges.smtp_out.relay import open_relay
from mailgate.edges.worker.pool import WorkerPool, run_worker
from mailgate.errors import Temporary
from mailgate.handing import Handing
from mailgate.health import Pulse
from mailgate.mail.model import Envelope
from mailgate.outgoing import Sender
from mailgate.reload import ask_parent
from mailgate.reopening import look_back
from mailgate.store.alive import BEAT_S
from mailgate.store.database import Store
from mailgate.timetable import Timetable

CALLS_S = 3.0
"""How long the end waits for webhooks: a call whose host does not answer is made again, under its id."""


def front(context: Context) -> None:
    """SMTP, LMTP and submission into the spool. SIGHUP: another front has taken over, who is here is heard out."""
    stop, leave = asyncio.Event(), asyncio.Event()

    def kept(mails: int) -> None:
        context.counters.add("accepted", "smtp", mails)
        context.mail_bell.ring()

    async def main() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, leave.set)
        commits = GroupCommit(context.spool(), kept)
        recipients = DeskRecipients(context.settings)
        await serve_mail(
            context.settings.smtp_in, recipients, commits, context.clock, stop, context.ready, context.sockets, leave
        )

    uvloop.run(main())


def imap(context: Context) -> None:
    """All IMAP mailboxes into the spool, one thread each."""
    stop = Stop()
    store = context.store(stop, "imap")
    if store is None:
        return
    spool, ended = context.spool(), threading.Event()

    def accept(mails: Sequence[tuple[bytes, Envelope, str]]) -> list[str]:
        keys = spool.accept_many(mails)
        context.counters.add("accepted", "imap", len(keys))
        context.mail_bell.ring()
        return keys

    cursors = cursors_of(store)
    ours = DeskRecipients(context.settings).knows
    arguments = (context.settings.imap, accept, cursors, context.clock, ended, logs.get("imap"))
    running = threading.Thread(target=run_imap, args=arguments, kwargs={"ours": ours, "holder": context.holder})
    running.start()
    while not stop:
        stop.wait(60.0)
    ended.set()
    running.join()
    store.close()


def worker(context: Context) -> None:
    """Read mails: parse, classify, prove; in a process that may die of one."""
    read = partial(gateway.read, senses=senses_of(context.settings, context.clock))
    run_worker(context.worker_socket, context.settings.spool_path, read, context.settings.worker, context.clock)


def applier(context: Context) -> None:
    """Settle what the workers read; the only process that checkpoints spool and SQLite database."""
    stop, patience = Stop(), Patience("applier")
    spool = context.spool(checkpoints=True)
    pool = WorkerPool(context.worker_socket, context.settings.worker, context.clock, spool)
    store = context.store(stop, "applier", checkpoints=True)
    if store is None:
        return
    look = look_back(spool, store)
    next(look, 0)
    work = Applier(spool, pool, store, desk_of(context.settings, context.clock), context.clock)
    while not stop:
        try:
            if patience.failures:
                look = look_back(spool, store)
            if (patience.failures or work.idle()) and next(look, 0):
                break  # the parent forks us anew, and all of it is offered in the order in which it was accepted
            settled = work.turn(timeout=0.02)
            if not settled and work.idle():
                store.ping()  # a primary that was replaced is noticed without mail, too
            patience.over()
        except Temporary as error:
            with contextlib.suppress(Temporary):  # the disk itself may be in trouble
                spool.checkpoint()  # nobody else does, and mail goes on coming in
            patience.wait(error, stop)
            continue
        for outcome in [each.plan.outcome for each in settled]:
            context.counters.add("settled", outcome.value)
        if any(each.letters for each in settled):
            context.letter_bell.ring()
        settled.clear()  # large letters do not stay in memory until the next mail comes
        if work.idle():
            stop.wait(1.0, context.mail_bell)
    store.close()


def sender(context: Context) -> None:
    """Letters to the relay."""
    stop, patience = Stop(), Patience("sender")
    store = context.store(stop, "sender")
    if store is None:
        return
    desk = desk_of(context.settings, context.clock)
    ended = threading.Event()
    if store.rows.postgres:  # others may share the database, and must know that what we claim is not a dead one's
        store.beat(context.holder)
        threading.Thread(target=_beat, args=(context, store, ended), daemon=True).start()
    relay = context.settings.relay
    courier = open_relay(relay, context.clock)
    handing = None if store.rows.postgres else Handing(context.settings.state_dir / "sender.handing")
    work = Sender(store, courier, desk, context.holder, context.clock, relay.per_minute, handing)
    work.recover()
    while not stop:
        try:
            handed = work.turn()
            patience.over()
        except Temporary as error:
            patience.wait(error, stop)
            continue
        for result in handed:
            context.counters.add("letters", result.state.value)
        if not handed:
            stop.wait(work.pause(), context.letter_bell)
    work.finish()
    ended.set()
    store.close()


def _beat(context: Context, store: Store, ended: threading.Event) -> None:
    """The thread beside the sender that says that this daemon is alive, also while the relay makes us wait; and wakes
    the sender when the command line has queued letters."""
    while not ended.is_set():
        try:
            if store.heard(BEAT_S):
                context.letter_bell.ring()
            store.beat(context.holder)
        except Temporary:  # the sender itself waits for the database, and says so
            ended.wait(BEAT_S)
    store.close()


def clock(context: Context) -> None:
    """What time makes due."""
    stop, patience = Stop(), Patience("clock")
    store = context.store(stop, "clock")
    if store is None:
        return
    desk, anchors = desk_of(context.settings, context.clock), context.settings.state_dir / "anchors"
    senses = senses_of(context.settings, context.clock)
    reload = partial(ask_parent, context.config_path, context.settings, context.clock)
    timetable = Timetable(
        store, context.spool(), desk, senses, context.clock, anchors, context.letter_bell.ring, reload
    )
    pulse = _pulse(context, store)
    ended = threading.Event()
    calls = threading.Thread(target=_call, args=(context, ended), daemon=True) if context.settings.webhooks else None
    if calls:
        calls.start()
    while not stop:
        try:
            timetable.tick()
            patience.over()
        except Temporary as error:
            patience.wait(error, stop)
        stop.wait(1.0)
    if pulse:
        pulse.close()
    ended.set()
    if calls:
        calls.join(CALLS_S)
    store.close()


def _call(context: Context, ended: threading.Event) -> None:
    """The thread beside the clock that calls webhooks, since their hosts may take their time; with a store of its own,
    for the ids that a store hands out are one thread's."""
    desk, caller = desk_of(context.settings, context.clock), None
    while not ended.is_set():
        made = 0
        try:
            if caller is None:
                store = open_store(context.settings, context.clock)
                caller = Caller(store, desk, context.settings.webhooks, context.holder, context.clock)
            made = caller.turn()
        except Temporary:
            pass  # the clock itself waits for the database, and says so
        except Exception as error:
            logs.get("webhooks").error("calls wait for the next look", **logs.fault(error))
        if not made:
            ended.wait(1.0)
    if caller is not None:
        caller.store.close()


def _pulse(context: Context, store: Store) -> MetricsServer | None:
    """The page for monitoring, where the config wants one."""
    if not context.settings.metrics:
        return None
    pulse = Pulse(context.counters, context.spool(), store, context.clock)
    try:
        return MetricsServer(context.settings.metrics, pulse.families, pulse.troubles)
    except OSError as error:
        logs.get("clock").error(
            "no metrics: the address cannot be bound", address=context.settings.metrics, reason=error.strerror
        )
        return None
