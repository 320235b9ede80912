"""One TOML file of the configuration: its values, and where each of its keys stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from mailgate.config.lines import Path, line_of, lines_of
from mailgate.config.problems import Complaint, dotted
from mailgate.errors import ConfigError, Problem

ENCODING = "utf-8-sig"
"""UTF-8, without the mark (U+FEFF) that editors on Windows put before it."""

_PLACE = re.compile(r"\s*\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class Source:
    """One TOML file: its ``name`` as the admin knows it, its values, and where its keys stand."""

    name: str
    text: str = field(repr=False)
    data: Mapping[str, Any] = field(repr=False)
    lines: Mapping[Path, int] = field(repr=False)

    @classmethod
    def read(cls, path: File, name: str = "") -> Source:
        """Read a file; ``name`` is what it is called, by default its path. Raises ``ConfigError``, with the line where
        there is one."""
        name = name or str(path)
        raw = b""
        try:
            raw = path.read_bytes()
            text = raw.decode(ENCODING)
        except FileNotFoundError as error:
            right = "name it with -c, or make one with `mailgate init`"
            raise ConfigError((Problem(name, 0, "", "there is no such file", right),)) from error
        except OSError as error:
            raise ConfigError((Problem(name, 0, "", f"cannot be read: {error.strerror}"),)) from error
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise ConfigError((Problem(name, line, "", "is not UTF-8, as TOML must be"),)) from error
        return cls.parse(name, text)

    @classmethod
    def parse(cls, name: str, text: str) -> Source:
        """Read a text. Raises ``ConfigError`` with the line where it is no TOML."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError((_syntax(name, text, str(error)),)) from error
        return cls(name, text, data, lines_of(text))

    def problem(self, complaint: Complaint) -> Problem:
        """The complaint with its file and line."""
        line = line_of(self.lines, complaint.path)
        return Problem(self.name, line, dotted(complaint.path), complaint.wrong, complaint.right)


def _syntax(name: str, text: str, message: str) -> Problem:
    place = _PLACE.search(message)
    line = int(place[1]) if place else text.count("\n") + 1
    return Problem(name, line, "", f"this is no TOML: {_PLACE.sub('', message)}", "see https://toml.io/en/v1.0.0")
