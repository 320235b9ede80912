"""Log lines: one JSON object or one readable line each, on stderr, without mail contents and without secrets.

An exception's own text may quote a mail (``UnicodeEncodeError`` does), so lines carry ``what``, its class, and
``where``, the place in our code, but never ``str(error)`` of an exception that is not ours.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any, cast

import structlog

from mailgate.errors import MailgateError

Logger = structlog.stdlib.BoundLogger


def configure(*, json: bool, level: str = "info") -> None:
    """Set up the process's log: JSON lines for machines, or readable ones; ``level`` is a name such as ``info``."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get(name: str) -> Logger:
    """The logger of one part, which stands on each line as ``part``."""
    return cast(Logger, structlog.get_logger(part=name))


def fault(error: BaseException) -> dict[str, str]:
    """What a log line may say of an exception: its class, the place in our code, and the text only of our own."""
    found = {"what": type(error).__name__, "where": _place(error)}
    if isinstance(error, MailgateError):
        found["text"] = str(error)
    return found


def _place(error: BaseException) -> str:
    """``decide.py:120`` for the innermost frame of ours, or an empty string."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if "mailgate" in path.parts:
            place = f"{path.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _one_line(_logger: object, _method: str, line: Any) -> Any:
    """Escape control characters, so that no stranger's text can forge or colour a line (CWE-117)."""
    return {key: _plain(value) if isinstance(value, str) else value for key, value in line.items()}


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
