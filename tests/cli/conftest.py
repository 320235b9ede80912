"""Desks in a folder, with mail in them, and the command line run against them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailgate.assembly import desk_of, open_store, senses_of
from mailgate.cli import main
from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.gateway import Arrival, read, settle
from mailgate.mail.model import Envelope
from tests.config.folder import GOOD, write

MAIL = """\
From: Carla <carla@client.example>
To: support@acme.example
Subject: {subject}
Message-ID: <{unique}@client.example>
Date: Wed, 18 Nov 2026 10:00:00 +0000

{body}
"""

DESK = GOOD.replace('address = "support@acme.example"\n', 'address = "support@acme.example"\ndns = false\n')


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it said where."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The machine output, which must be all that stands on stdout."""
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, in this process."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The config of an empty desk."""
    return write(tmp_path / "desk", DESK)


def mail(subject: str, body: str = "Please help.", unique: str = "1") -> bytes:
    return MAIL.format(subject=subject, body=body, unique=unique).encode()


def feed(config: Path, *raws: bytes) -> None:
    """Settle mails as the daemon would, in order, each in its own batch."""
    clock = SystemClock()
    settings = load(config, clock)
    settings.state_dir.mkdir(exist_ok=True)
    desk, senses, store = desk_of(settings, clock), senses_of(settings, clock), open_store(settings, clock)
    for raw in raws:
        envelope = Envelope("smtp", ("support@acme.example",), "carla@client.example", clock.now_ms())
        settle([Arrival(read(raw, envelope, clock.token_hex(16), senses), raw)], desk, store, clock)
    store.close()
