"""Plain text as people read it: ``format=flowed`` joined (RFC 3676), line ends and blank lines made sane."""

from __future__ import annotations

import re

_MANY_LINES = re.compile(r"\n{4,}")
_BLANK_ENDS = re.compile(r"(?<![ \t])[ \t]+\n")


def unflow(text: str, delsp: bool) -> str:
    """``text`` with its soft line breaks undone (RFC 3676 section 4).

    A line that ends in a space goes on in the next one of the same quote depth; ``-- `` never does; a stuffed space
    goes. ``delsp`` drops the space at the break.
    """
    lines: list[str] = []
    running: list[str] = []
    depth = 0
    for line in text.split("\n"):
        stripped = line.lstrip(">")
        here = len(line) - len(stripped)
        content = stripped.removeprefix(" ")
        if running and (here != depth or content == "-- "):
            lines.append(_quoted(depth, "".join(running)))
            running = []
        depth = here
        if content.endswith(" ") and content != "-- ":
            running.append(content[:-1] if delsp else content)
        else:
            lines.append(_quoted(depth, "".join((*running, content))))
            running = []
    if running:
        lines.append(_quoted(depth, "".join(running)))
    return "\n".join(lines)


def _quoted(depth: int, content: str) -> str:
    return content if not depth else ">" * depth + " " + content


def tidy(text: str) -> str:
    """``text`` without blanks at line ends (but for ``-- ``) and empty lines at its ends, at most two in a row."""
    if " \n" in text or "\t\n" in text:
        text = _BLANK_ENDS.sub("\n", text.replace("\n-- \n", "\n--\x1f\n")).replace("\n--\x1f\n", "\n-- \n")
    if "\n\n\n\n" in text:
        text = _MANY_LINES.sub("\n\n\n", text)
    return text.strip("\n").rstrip()
