"""Search for what brings mailgate down: own hostile mails mutated, commands, dates, rules, queries, answers, replies.

    python -m tests.torture.fuzz 600          ten minutes; exit 1 and the smallest example found where something broke
    python -m tests.torture.fuzz 600 --only mails,rules --seed 7

A target is one thing that strangers, agents or admins feed with text. It may refuse by the exceptions that it names,
within ``SLOW_S`` of processor time; anything else is a find. ``test_fuzz`` runs a few examples of each.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mailgate.config.load import load
from mailgate.config.rules import known_keys
from mailgate.desk.canned import Filling, fill, missing, variables
from mailgate.desk.clock import recurrence
from mailgate.desk.commands import when
from mailgate.desk.commands.words import WORDS
from mailgate.desk.effect import Cause
from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import Purpose
from mailgate.desk.outcome import courtesy, solved, survey, wish
from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Agent, Role
from mailgate.desk.routing import dates
from mailgate.edges.spool.spool import Spool
from mailgate.errors import ConfigError, Permanent
from mailgate.mail import classify
from mailgate.mail.model import Envelope
from mailgate.mail.parse import parse
from mailgate.mail.verdicts import vacation
from mailgate.mail.verdicts.facts import Ours
from mailgate.store import search
from mailgate.store.database import Store
from tests.config.folder import GOOD, HandClock, write
from tests.desk.conversation import ANA, NOW_MS, SUE, SUPPORT, Desk, mail, policy, reading, ticket
from tests.duties.desk import AUTHSERV, PROOF, DrivenClock, World
from tests.torture.hostile import mails

SLOW_S = 5.0
ROUND = 50
LARGEST = 60_000
ADA = Agent("ada", "Ada", "ada@acme.example", role=Role.ADMIN)
AGENTS = (ANA.address, SUE.address, ADA.address)
PROVED = (
    "Authentication-Results: {authserv}; dmarc=pass header.from=acme.example\r\n"
    "Received: from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000\r\n"
    "From: <{agent}>\r\nTo: <{to}>\r\nSubject: Printer\r\nMessage-ID: <{number}@acme.example>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
)

SEEDS = tuple(one.raw for one in mails() if len(one.raw) <= LARGEST)
WRITTEN = r"""
\r\n|\r\n\r\n|\n|\r|\0|--b|--b--|=?utf-8?q?=0D=0A?=|=?utf-8?b?|?=|"|<|>|(|)|\\|;|boundary=|charset=
filename*0*=utf-8''%41|Content-Type: text/html|Content-Type: multipart/mixed; boundary=b
Content-Transfer-Encoding: base64
From: a@b|#close\r\n|<div>|</div>|<!--|<script>|<blockquote>|> |On Mon, A wrote:\r\n|\xff\xfe|\xe2\x80\xae|[#1042]
-- \r\n
Date: 1 Jan 0 00:00:00 +9999|begin 644 x\r\n|\x1b$B|+AGE-|&#x0;|&#99999999;
"""
TOKENS = tuple(one.encode().decode("unicode_escape").encode("latin-1") for one in re.split(r"[|\n]", WRITTEN.strip()))
"""What a mutation puts in: words of the languages that a mail is written in."""

OURS = Ours(frozenset({"support@acme.example"}), frozenset({"acme.example"}))
TEXT = st.text(max_size=200)
ANSWERS = """
yes|no|thanks|thank you|5|1 no wait 5|谢谢|解决了|不行|close this ticket|?|10/5|stop|status|delete my data
删除我的数据|🙂|-- |> 5|５|Ⅳ|١|²
"""
ARGUMENTS = """
|me|ana|ben@acme.example|team help|#1042|1042 1043|1042-99999|high|tomorrow 9:00|next friday|3 days|31.2.2027
明天|三天后
9999-12-31|1d1d1d|-|a=b|open page 9999999999|customer@x.example|erase cleo@customer.example|show 7|²|reload
add Eve <eve@acme.example>|remove ben|export cleo@customer.example|list|release 1 2 3|12:99|99:00|0 days|-1 d
next 31 feb|team unknown
"""
VARIABLES = "{requester}|{field:x}|{{|}}|{|}|{0}|{a.b}|{x!r}|{number:>9}"


def any_of(words: str) -> st.SearchStrategy[str]:
    """One of these, which stand between bars or on lines."""
    return st.sampled_from(re.split(r"[|\n]", words.strip("\n")))


SAID = st.lists(st.one_of(TEXT, any_of(ANSWERS)), max_size=6).map("\n".join)
WORDY = st.sampled_from([word for words in WORDS.values() for word in words])
ARGUMENT = st.one_of(TEXT, any_of(ARGUMENTS), st.just("x" * 3000))
ORDERS = st.lists(st.tuples(WORDY, ARGUMENT).map(lambda said: f"#{said[0]} {said[1]}"), min_size=1, max_size=6)
BRACES = st.lists(st.one_of(TEXT, any_of(VARIABLES)), max_size=6).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A hostile mail with a few things cut out, doubled, swapped or put in."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(raw)))
        length = draw(st.integers(0, 200))
        change = draw(st.sampled_from(("cut", "double", "token", "octets", "splice", "many")))
        if change == "cut":
            del raw[at : at + length]
        elif change == "double":
            raw[at:at] = raw[at : at + length]
        elif change == "many":
            raw[at:at] = draw(st.sampled_from(TOKENS)) * draw(st.integers(2, 500))
        elif change == "splice":
            other = draw(st.sampled_from(SEEDS))
            raw[at:at] = other[: draw(st.integers(0, len(other)))]
        else:
            raw[at:at] = draw(st.sampled_from(TOKENS) if change == "token" else st.binary(max_size=20))
    return bytes(raw[:LARGEST])


def value(text: str) -> str:
    """A TOML string."""
    inside = "".join(char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}" for char in text)
    return f'"{inside}"'


TOML_VALUE = st.one_of(
    st.one_of(
        TEXT,
        st.sampled_from(
            ("(a+)+$", "(?=x)", "[", "*.example", "1 MB", "-1 h", "09:00-25:00", "mon-fri", "yes", "退款", "a" * 5000)
        ),
    )
    .filter(lambda text: text.isprintable() or text.isascii())
    .map(value),
    st.lists(TEXT.filter(str.isprintable).map(value), max_size=4).map(lambda each: f"[{', '.join(each)}]"),
    st.sampled_from(("true", "0", "-1", "1e400", "1979-05-27", "[]", "{}", "99999999999999999999")),
)
KEYS = (*known_keys(), "any", "all", "none", "header_X-Y", "field_x", "nonsense")
CONDITIONS = st.dictionaries(st.sampled_from(KEYS), TOML_VALUE, min_size=1, max_size=4)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A config with a rule or two, often wrong."""
    text = []
    for number in range(draw(st.integers(1, 3))):
        when = ", ".join(f"{value(key)} = {found}" for key, found in draw(CONDITIONS).items())
        text.append(
            f"\n[[rules]]\nname = {value(f'r{number}')}\nwhen = {{ {when} }}\ntags = [{draw(TEXT.map(value))}]\n"
        )
    return "".join(text)


@dataclass(frozen=True)
class Target:
    """One thing that is fed, with what, and by which exceptions it may refuse."""

    examples: st.SearchStrategy[Any]
    feed: Callable[[Any, Tools], object]
    refuses: tuple[type[Exception], ...] = ()


@dataclass
class Tools:
    """What some targets need once: a folder, a desk with a database, a ticket in it."""

    folder: Path
    world: World
    ticket: int
    fed: int = 0


def read_mail(raw: bytes, _: Tools) -> None:
    """Parsed and judged: Unicode that can be kept and shown, whatever the octets."""
    parsed = parse(raw)
    found = parsed.mail
    classify.classify(parsed, Envelope("smtp", ("support@acme.example",)), OURS)
    shown = (found.text, found.html, found.subject, found.reply_text, *(one.filename for one in found.attachments))
    for text in (*shown, *(content for _, content in found.headers)):
        text.encode("utf-8")
        assert "\0" not in text


def settle_mail(raw: bytes, tools: Tools) -> None:
    """Through a whole desk, its letters composed and its rows written."""
    tools.fed += 1
    done = tools.world.take(raw, f"c{tools.fed}@customer.example")
    assert done.plan.cause is not Cause.INTERNAL, done.plan.trace
    assert isinstance(done.plan.outcome, Outcome)


def obey(orders: list[str], tools: Tools) -> None:
    """Commands of an agent, a supervisor and an admin, on a ticket and to the desk, proved; with their letters."""
    said = "\r\n".join(orders).encode("utf-8", "replace")
    known = tools.world.ticket(tools.ticket)
    tokens = Tokens(tools.world.policy.secrets)
    for agent in AGENTS:
        to = (
            tokens.address(SUPPORT, Purpose.AGENT, known.number, known.rid, agent),
            tokens.address(SUPPORT, Purpose.CONTROL, 0, "", agent),
        )
        for address in to:
            tools.fed += 1
            head = PROVED.format(authserv=AUTHSERV, agent=agent, to=address, number=tools.fed)
            done = tools.world.take(head.encode() + said, agent, address)
            assert done.plan.cause is not Cause.INTERNAL, done.plan.trace


def dated(text: str, _: Tools) -> None:
    """What people write for a day or a stretch of time."""
    for zone in ("UTC", "Asia/Shanghai", "America/St_Johns"):
        found = when.moment(text, NOW_MS, zone)
        assert found is None or isinstance(found, int)
        dates.moment_of(text, zone)
    dates.read_date(text)
    vacation.away_until(text, "en", NOW_MS)
    with contextlib.suppress(ValueError):
        recurrence.read(text)


def answered(text: str, _: Tools) -> None:
    """The readers of customers' short answers."""
    found = replace(mail(text), text=text, reply_text=text, reply_text_nosig=text, subject=text[:80])
    for read in (solved.read, survey.rating, courtesy.thanks, courtesy.asks, vacation.notice_in_text):
        read(text)
    vacation.notice_in_subject(text)
    wish.wish(found)
    wish.claims(found)


def ruled(text: str, tools: Tools) -> None:
    """A config with these rules is refused with reasons, or loaded and asked about a mail."""
    loaded = load(write(tools.folder / "rules", GOOD, text), HandClock())
    asked = Desk(policy(loaded.policy.rules))
    asked.plan(reading(mail("I want a refund", subject="Refund 退款")))


def configured(change: tuple[int, int, bytes], tools: Tools) -> None:
    """The example config with a hole or a stain in it."""
    raw = Path(__file__).parents[2].joinpath("config.example.toml").read_bytes()
    at, length, put = change[0] % len(raw), change[1], change[2]
    (tools.folder / "stained").mkdir(exist_ok=True)
    path = write(tools.folder / "stained", "")
    path.write_bytes(raw[:at] + put + raw[at + length :])
    load(path, HandClock())


def asked(text: str, tools: Tools) -> None:
    """Words for the search index, on the database itself."""
    for hit in search.hits(tools.world.store.rows, text, 5):
        search.snippets(tools.world.store.rows, [hit.message_id], text)


def filled(text: str, _: Tools) -> None:
    """A ready reply: refused in words, or filled with whatever the customer is called."""
    filling = Filling(ticket(subject=text, fields={"x": text}), ANA, policy(), "en")
    variables(text)
    assert "\0" not in fill(text, filling) or "\0" in text
    missing(text, filling)


TARGETS: Mapping[str, Target] = {
    "mails": Target(mutated(), read_mail, (Permanent,)),
    "desk": Target(mutated(), settle_mail),
    "commands": Target(ORDERS, obey),
    "dates": Target(st.one_of(ARGUMENT, TEXT), dated),
    "answers": Target(SAID, answered),
    "rules": Target(rules(), ruled, (ConfigError,)),
    "config": Target(
        st.tuples(st.integers(0, 1 << 20), st.integers(0, 60), st.binary(max_size=20)), configured, (ConfigError,)
    ),
    "search": Target(st.one_of(TEXT, ARGUMENT), asked),
    "replies": Target(BRACES, filled, (ValueError,)),
}


@contextlib.contextmanager
def tools() -> Iterator[Tools]:
    """A desk of its own in a scratch folder."""
    with tempfile.TemporaryDirectory(prefix="mailgate-fuzz-") as name:
        folder = Path(name)
        clock = DrivenClock()
        plain = policy()
        plain = replace(plain, agents={**plain.agents, ADA.id: ADA})
        plain = replace(plain, mailboxes=tuple(replace(box, proof=PROOF) for box in plain.mailboxes))
        url = f"sqlite:///{folder / 'desk.db'}"
        store = Store.open(url, clock=clock, audit_key=b"k" * 32, checkpoints=True)
        spool = Spool.open(folder / "spool" / "spool.db", clock, checkpoints=True)
        world = World(store, spool, clock, plain, folder / "anchors")
        yield Tools(folder, world, world.opened("cleo@customer.example"))
        store.close()
        spool.close()


def run(name: str, at_hand: Tools, examples: int, number: int) -> int:
    """So many examples for one target, or all that there are; returns how many were fed. Raises what is found, with the
    smallest example in its notes."""
    target, fed = TARGETS[name], 0

    def one(example: Any) -> None:
        nonlocal fed
        fed += 1
        began = time.process_time()
        with contextlib.suppress(*target.refuses):
            target.feed(example, at_hand)
        spent = time.process_time() - began
        assert spent < SLOW_S, f"{spent:.1f} s of processor time"

    phases = (Phase.generate, Phase.shrink)
    bare = settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=phases
    )
    seed(number)(bare(given(target.examples)(one)))()
    return fed


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Search for what brings mailgate down.")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--only", default=",".join(TARGETS))
    parser.add_argument("--seed", type=int, default=1)
    given_ = parser.parse_args(arguments)
    names, end, number = given_.only.split(","), time.monotonic() + given_.seconds, given_.seed
    rounds = 0
    with tools() as at_hand:
        while time.monotonic() < end:
            for name in names:
                try:
                    run(name, at_hand, ROUND, number)
                except BaseException:  # whatever it is, it is a find, and the next ones are wanted too
                    traceback.print_exc()
                    print(f"FOUND in {name}, seed {number}", file=sys.stderr)
                    return 1
                rounds += 1
            number += 1
    print(f"{rounds * ROUND} examples for {len(names)} targets, nothing found; next seed {number}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
