"""The demo: a real desk in a scratch folder, a few real mails through it, and what became of each.

Nothing is pretended: ``mailgate serve`` runs as it would anywhere, on SQLite, with SMTP on loopback and its letters
in a Maildir. The customers' mails come in over SMTP; the agent's answer is sent through the submission port, to the
address that the notification in the Maildir names. However it ends, by itself, by Ctrl-C, SIGTERM or a terminal that
is closed, the desk ends with it and the folder is removed.
"""

from __future__ import annotations

import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from mailgate.clock import SystemClock
from mailgate.demo.samples import SAMPLES
from mailgate.demo.stage import DESK, Sample, Stage
from mailgate.store.deliveries import DeliveryStory

COLOURS = {"new": "green", "append": "green", "link": "yellow", "bounce": "red", "hold": "yellow", "event": "cyan"}
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(once: bool, console: Console) -> int:
    """Play the demo; with ``once`` it ends then, else it serves. Returns 1 when it was broken off, else 0."""
    clock = SystemClock()
    folder = Path(tempfile.mkdtemp(prefix="mailgate-demo-"))
    stage = Stage(folder, clock)
    for number in ENDINGS:
        signal.signal(number, signal.default_int_handler)
    code = 1
    try:
        stage.start()
        _tell(play(stage), console)
        code = 0
        if not once:
            _explain_where(stage, console)
            _wait_for_interrupt(stage)
    except KeyboardInterrupt:
        pass
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        stage.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _tell(played: Iterator[tuple[Sample, DeliveryStory, list[EmailMessage]]], console: Console) -> None:
    """What came in, what became of it and why, and which letters went out for it: each as soon as it is settled."""
    for sample, story, letters in played:
        console.print(Text(sample.title, style="bold"))
        console.print(Text(f"  {_became(story)}", style=COLOURS.get(story.outcome, "white")))
        for line in story.trace:
            console.print(Padding(Text(line, style="dim"), (0, 0, 0, 4), expand=False))
        for letter in letters:
            console.print(Padding(Text(f"→ {letter['To']}: {letter['Subject']}"), (0, 0, 0, 4), expand=False))


def _became(story: DeliveryStory) -> str:
    """The outcome, the ticket where there is one, and the team or the cause."""
    ticket = f", ticket #{story.ticket}" if story.ticket else ""
    return f"{story.outcome}{ticket}, {story.cause or story.team}"


def _explain_where(stage: Stage, console: Console) -> None:
    """Where to look on."""
    console.print(f"\nThe desk goes on serving: write to {DESK} at 127.0.0.1, port {stage.ports['smtp']}.")
    console.print(f"Its letters lie in {stage.folder / 'letters'}.")
    command = "mailgate" if shutil.which("mailgate") else sys.argv[0]
    console.print(f"Look on with: {command} ticket list -c {stage.config}", soft_wrap=True)
    console.print("Ctrl-C ends it and removes the folder.")


def _wait_for_interrupt(stage: Stage) -> None:
    """Until one of ``ENDINGS``, or the end of the desk."""
    while stage.process is not None and stage.process.poll() is None:
        select.select([], [], [], 0.2)


def play(stage: Stage) -> Iterator[tuple[Sample, DeliveryStory, list[EmailMessage]]]:
    """Send every sample, wait for it, and say what became of it and which letters it caused."""
    for place, make in enumerate(SAMPLES):
        sample = make(stage)
        before = len(stage.letters())
        stage.send(sample)
        story = stage.wait_for_story(place)
        stage.wait_for_quiet(before + story.letters)
        yield sample, story, stage.letters()[before:]
