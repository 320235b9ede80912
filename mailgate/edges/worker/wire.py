"""What the applier and a worker say to each other: frames of a length (4 octets, network order) and a pickle.

The worker reads hostile mail, so what it sends is not trusted either: only classes of ``mailgate.mail`` are ever
made out of its pickles, and members of its enums; nothing else is looked up or called.
"""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

from mailgate.mail import model
from mailgate.mail.model import Envelope, Reading

LENGTH = struct.Struct("!I")
MAX_FRAME = 1 << 30

Batch = tuple[tuple[str, Envelope], ...]
"""From applier to worker: the keys and envelopes to read, in order."""


@dataclass(frozen=True, slots=True)
class Answer:
    """From worker to applier: the reading of one entry, or the trouble with it (see ``Finished``).

    An answer without a key is the worker's farewell: what it has not answered is nobody's fault.
    """

    key: str
    reading: Reading | None = None
    trouble: str = ""


BYE = Answer("")


class BrokenWire(Exception):
    """The other end does not speak our language; it is treated as dead."""


def frame(said: Batch | Answer) -> bytes:
    """What was said, ready for the socket."""
    told = said if isinstance(said, tuple) else (said.key, said.reading, said.trouble)
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol=5)
    pickler.dispatch_table = _WRITTEN
    pickler.dump(told)
    data = stream.getvalue()
    return LENGTH.pack(len(data)) + data


def _as_call(kind: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    """Pickles a dataclass as the call that makes it: half the time of its own way, by names and ``__setstate__``."""
    values: Callable[[Any], tuple[Any, ...]] = attrgetter(*(field.name for field in fields(kind)))
    return lambda one: (kind, values(one))


_WRITTEN = {kind: _as_call(kind) for kind in vars(model).values() if is_dataclass(kind) and isinstance(kind, type)}


class Frames:
    """Bytes as they come from the socket, to whole frames."""

    def __init__(self) -> None:
        """Nothing received yet."""
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """Every frame that ``data`` completes, unpickled; ``BrokenWire`` on anything that is none."""
        self._buffer += data
        while len(self._buffer) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._buffer)
            if length > MAX_FRAME:
                raise BrokenWire("a frame is too long")
            end = LENGTH.size + length
            if len(self._buffer) < end:
                return
            content = bytes(self._buffer[LENGTH.size : end])
            del self._buffer[:end]
            yield _unpickle(content)


def answer_of(told: Any) -> Answer:
    """The worker's answer in a frame; ``BrokenWire`` where it is none."""
    match told:
        case (str() as key, Reading() | None as reading, str() as trouble):
            return Answer(key, reading, trouble)
        case _:
            raise BrokenWire("not an answer")


class _MailValues(pickle.Unpickler):
    """Makes values of ``mailgate.mail`` and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of that name; ``BrokenWire`` for whatever is not one of ours.

        Python before 3.11.4 (Debian 12 has 3.11.2) pickles an enum's member as ``getattr`` of its class and its name.
        """
        known = _KNOWN.get((module, name))
        if known is not None:
            return known
        if module.startswith("mailgate.mail.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                _KNOWN[module, name] = found
                return found
        raise BrokenWire(f"{module}.{name} has no place in an answer")


def _member(kind: object, name: str) -> Enum:
    """The member of one of our enums; ``BrokenWire`` for any other attribute of anything."""
    if isinstance(kind, type) and issubclass(kind, Enum) and name in kind.__members__:
        return kind[name]
    raise BrokenWire("only members of enums are looked up")


_KNOWN: dict[tuple[str, str], Any] = {("builtins", "getattr"): _member}
"""What was looked up before: the same dozen classes in every answer."""


def _unpickle(content: bytes) -> Any:
    try:
        return _MailValues(io.BytesIO(content)).load()
    except BrokenWire:
        raise
    except Exception as error:  # pickle raises nearly anything on garbage
        raise BrokenWire(type(error).__name__) from error
