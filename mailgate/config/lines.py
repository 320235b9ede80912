"""On which line of a TOML text each key stands; ``tomllib`` gives values without their places.

``lines_of(text)`` maps the path of every key to its line, counted from 1, paths as ``tomllib`` would nest them:
``("teams", 0, "members")``. Headers of tables, elements of arrays and keys of inline tables have entries as well. It is
called on texts that ``tomllib`` has accepted (TOML 1.0), so it checks nothing and knows just enough syntax not to be
fooled by strings, comments and nesting.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Path, int]:
    """The line of every key of a valid TOML text."""
    return _Scanner(text).scan()


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of the key, or of the nearest table around it that has one; 0 when there is none."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0


class _Scanner:
    """One pass over the text; ``at`` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}
        self._counted_to = 0
        self._line = 1

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _header(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``: the path of the table that it opens, with array indices filled in."""
        line = self._line_here()
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        keys = self._dotted_key()
        self.at += 2 if double else 1
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            self.lines.setdefault(path, line)
            path = self._within(path)
        path = (*path, keys[-1])
        if double:
            self.arrays[path] = self.arrays.get(path, -1) + 1
            self.lines.setdefault(path, line)
            path = self._within(path)
        self.lines.setdefault(path, line)
        return path

    def _within(self, path: Path) -> Path:
        """An array of tables is entered at its newest element."""
        return (*path, self.arrays[path]) if path in self.arrays else path

    def _pair(self, table: Path) -> None:
        line = self._line_here()
        path = table
        for key in self._dotted_key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1
        self._value(path)

    def _dotted_key(self) -> list[str]:
        keys = []
        while True:
            found = _KEY_PART.match(self.text, self.at)
            if found is None:  # not TOML; tomllib has said so already
                raise ValueError(f"no key at offset {self.at}")
            self.at = found.end()
            basic, literal, bare = found.groups()
            keys.append(_unescape(basic) if basic is not None else literal if literal is not None else bare)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        self._skip_blank()
        start = self.text[self.at]
        if start in "\"'":
            found = _STRING.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)
        elif start == "[":
            self._array(path)
        elif start == "{":
            self._inline_table(path)
        else:
            found = _SCALAR.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip_blank() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.lines[(*path, index)] = self._line_here()
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
        self.at += 1

    def _skip_blank(self) -> bool:
        """Step over white space and comments; False at the end of the text."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _line_here(self) -> int:
        """The line of ``at``, counted on from the last question, so that the whole pass is linear."""
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line


def _unescape(basic: str) -> str:
    """What a quoted key means, read by the one who knows the escapes."""
    return str(tomllib.loads(f'key = "{basic}"')["key"]) if "\\" in basic else basic
