"""``[[canned]]``: ready replies, read from the config and from the files that it names, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as File

from mailgate.config.checks import Subject
from mailgate.config.fields import passage
from mailgate.config.lines import Path
from mailgate.config.problems import Complaint
from mailgate.config.schema import Config
from mailgate.config.schema_teams import Canned
from mailgate.config.source import ENCODING
from mailgate.config.units import Wrong
from mailgate.desk import policy
from mailgate.desk.canned import VARIABLES, variables

DEFAULT = ""
"""The language of ``text`` and ``file``: what is written where a reader's own is not there."""


def replies(config: Config, base: File) -> dict[str, policy.Canned]:
    """The ready replies by name; a file that cannot be read is a complaint of ``check``, and left out here."""
    return {
        written.name: policy.Canned(
            written.name,
            {tag: text for tag, (_, text, wrong) in _texts(written, base).items() if not wrong},
        )
        for written in config.canned
    }


def check(subject: Subject) -> Iterator[Complaint]:
    """Each reply has a name of its own and words in some language, and every variable in them is one."""
    seen: set[str] = set()
    for index, written in enumerate(subject.config.canned):
        at: Path = ("canned", index)
        if written.name in seen:
            yield Complaint((*at, "name"), f'"{written.name}" is the name of another one too', "each needs its own")
        seen.add(written.name)
        texts = _texts(written, subject.base)
        if not texts:
            yield Complaint((*at, "text"), "is missing", "write the reply here, or name its file")
        yield from _twice(at, written)
        for path, text, wrong in texts.values():
            yield from _words((*at, *path), text, wrong)


def _twice(at: Path, written: Canned) -> Iterator[Complaint]:
    if written.text and written.file:
        yield Complaint((*at, "file"), "there is a text too", "give one of the two")
    for tag in written.files.keys() & written.texts.keys():
        yield Complaint((*at, "files", tag), "there is a text in that language too", "give one of the two")


def _words(at: Path, text: str, wrong: str) -> Iterator[Complaint]:
    if wrong:
        yield Complaint(at, wrong)
        return
    try:
        variables(text)
    except ValueError as error:
        known = ", ".join(f"{{{name}:NAME}}" if name == "field" else f"{{{name}}}" for name in VARIABLES)
        yield Complaint(at, str(error), f"there are: {known}")
    if not text.strip():
        yield Complaint(at, "it is empty", "")


def _texts(written: Canned, base: File) -> dict[str, tuple[tuple[str, ...], str, str]]:
    """By language: the key where it stands, the text, and what is wrong where there is none."""
    found: dict[str, tuple[tuple[str, ...], str, str]] = {
        tag: (("texts", tag), text, "") for tag, text in written.texts.items()
    }
    found |= {tag: (("files", tag), *_read(base / name)) for tag, name in written.files.items()}
    if written.text:
        found[DEFAULT] = (("text",), written.text, "")
    elif written.file:
        found[DEFAULT] = (("file",), *_read(base / written.file))
    return found


def _read(path: File) -> tuple[str, str]:
    try:
        return passage(path.read_text(ENCODING)), ""
    except FileNotFoundError:
        return "", f"there is no file {path}"
    except OSError as error:
        return "", f"{path} cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return "", f"{path} is not UTF-8"
    except Wrong as error:
        return "", f"{path}: {error.wrong}"
