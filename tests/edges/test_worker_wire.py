"""What a worker says is values of mail, or it is not listened to."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.edges.worker.wire import LENGTH, Answer, BrokenWire, Frames, answer_of, frame
from mailgate.mail.model import (
    Action,
    Address,
    Attachment,
    Bounce,
    Envelope,
    Forwarded,
    Proof,
    Reading,
    ReportedRecipient,
    Sender,
    Span,
    SpanKind,
    Verdict,
    VerdictKind,
)
from tests.edges.readings import reading

ENVELOPE = Envelope("smtp", ("support@help.example",))


def test_a_worker_taken_over_by_its_mail_runs_nothing_in_the_applier() -> None:
    """A pickle that would call something is refused before anything is looked up."""

    class Evil:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
            return os.system, ("echo pwned",)

    for evil in (Evil(), os.getcwd, pickle.Unpickler, Path("x")):
        data = pickle.dumps(evil)
        with pytest.raises(BrokenWire):
            list(Frames().feed(LENGTH.pack(len(data)) + data))


def test_frames_come_together_from_any_pieces() -> None:
    """One octet at a time makes the same values."""
    made = reading(b"subject", ENVELOPE, "key")
    stream = frame(Answer("key", made)) + frame(Answer("other", None, "error: X"))
    frames = Frames()
    told = [said for octet in stream for said in frames.feed(bytes([octet]))]
    assert told == [("key", made, ""), ("other", None, "error: X")]


def test_every_value_of_a_reading_comes_through() -> None:
    """Frozen values are written as the calls that make them, each of its own class."""
    ana = Address("ana@client.example", "Ana")
    plain = reading(b"subject", ENVELOPE, "key")
    mail = replace(
        plain.mail,
        author=ana,
        from_=(ana,),
        spans=(Span(0, 4, SpanKind.QUOTE, 0.9, "angle"),),
        attachments=(Attachment("1.2", "a.pdf", "application/pdf", "application/pdf", 3, "0" * 64),),
        enclosed=(Forwarded(ana, "subject", "text", "1.3"),),
    )
    bounce = Bounce((ReportedRecipient("a@b.example", Action.FAILED, "5.1.1"),), ("id",), "subject", ("a@b.example",))
    full = replace(
        plain,
        mail=mail,
        verdict=Verdict(VerdictKind.BOUNCE, True, ("seen",), bounce),
        sender=Sender(ana, Proof.PASS, "dkim", ("d=",), frozenset({"from", "to"})),
    )
    (told,) = Frames().feed(frame(Answer("key", full)))
    assert answer_of(told) == Answer("key", full)


def test_an_answer_is_a_key_a_reading_or_none_and_a_trouble() -> None:
    """Anything else of the right classes is refused too."""
    made = reading(b"x", ENVELOPE, "key")
    assert answer_of(("key", made, "")) == Answer("key", made)
    for told in (("key", made), ("key", ENVELOPE, ""), (1, None, ""), "key", None):
        with pytest.raises(BrokenWire):
            answer_of(told)


def test_a_frame_without_end_is_not_waited_for() -> None:
    """A length beyond reason is a broken wire, not a reason to collect gigabytes."""
    with pytest.raises(BrokenWire):
        list(Frames().feed(b"\xff\xff\xff\xff"))


class Attribute:
    """Pickled as the attribute of a class, the way Python before 3.11.4 pickles members of enums."""

    def __init__(self, kind: type, name: str) -> None:
        self.found = getattr, (kind, name)

    def __reduce__(self) -> tuple[object, tuple[type, str]]:
        return self.found


def received(told: object) -> list[object]:
    data = pickle.dumps(told, protocol=5)
    return list(Frames().feed(LENGTH.pack(len(data)) + data))


def test_members_of_enums_come_through_as_any_python_writes_them() -> None:
    """On Debian's Python 3.11.2 every mail would be held as one that kills workers, were they refused."""
    assert received(Attribute(VerdictKind, "GENUINE")) == [VerdictKind.GENUINE]


@pytest.mark.parametrize(
    ("kind", "name"), [(VerdictKind, "__class__"), (VerdictKind, "mro"), (Reading, "__init__"), (Reading, "verdict")]
)
def test_no_other_attribute_is_ever_looked_up(kind: type, name: str) -> None:
    with pytest.raises(BrokenWire):
        received(Attribute(kind, name))
