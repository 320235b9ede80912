"""How ``mailgate rules diff`` reads the new rules, shows what differs, and tells how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mailgate.cli.frame import emit, plain, read_settings, say
from mailgate.config.load import rules_of
from mailgate.config.settings import Settings
from mailgate.config.source import Source
from mailgate.desk.policy import Policy
from mailgate.rule_diff import Difference, RuleDiff, shown

STEP = 250


def other_policy(path: Path, settings: Settings) -> Policy:
    """The policy of another configuration; of a file with rules alone, ours with these in place of all of its own.
    Raises ``ConfigError``."""
    if Source.read(path).data.keys() - {"rules", "tests"}:
        return read_settings(path).policy
    return replace(settings.policy, rules=rules_of(path, settings))


def show_difference(found: Difference, *, as_json: bool) -> None:
    """One mail that would have gone elsewhere."""
    one = found.stored
    if as_json:
        emit(
            {
                "ticket": one.ticket,
                "entry": one.entry_key,
                "brand": one.brand,
                "received_ms": one.envelope.received_ms,
                "from": found.author,
                "subject": found.subject,
                "rule": list(found.rules),
                "changes": {name: list(both) for name, both in found.changes.items()},
            }
        )
        return
    changes = "; ".join(f"{name}: {shown(was)} → {shown(now)}" for name, (was, now) in found.changes.items())
    number = f"#{one.ticket}" if one.ticket else "held"
    sys.stdout.write(f"{number:>8}  {plain(found.subject)[:50]:<50}  {plain(changes)}  ({plain(found.rules[1])})\n")


def show_sums(compared: RuleDiff, *, as_json: bool) -> None:
    """What all of it comes to, and the rules that nothing met."""
    sums = compared.sums
    moves = [{"field": k[0], "old": k[1], "new": k[2], "mails": count} for k, count in sums.moves.most_common()]
    never = {"old": compared.never(0), "new": compared.never(1)}
    if as_json:
        emit({"mails": sums.mails, "changed": sums.changed, "unread": sums.unread, "moves": moves, "never": never})
        return
    sys.stdout.write(f"{sums.changed} of {sums.mails} mails would have come out otherwise\n")
    for move in moves:
        sys.stdout.write(f"{move['mails']:>8}  {move['field']}: {plain(move['old'])} → {plain(move['new'])}\n")
    for name in never["new"]:
        sys.stdout.write(f"never matched: {plain(name)}{' (nor does it now)' if name in never['old'] else ''}\n")


@contextmanager
def tell_progress() -> Iterator[Callable[[int, int], None]]:
    """How far it is, on stderr: a line that moves in a terminal, one every tenth elsewhere."""
    terminal = sys.stderr.isatty()

    def tell(done: int, total: int) -> None:
        if terminal and (done % STEP == 0 or done == total):
            sys.stderr.write(f"\r{done} of {total} mails ")
            sys.stderr.flush()
        elif not terminal and total >= 10 * STEP and done % (total // 10) == 0:
            say(f"{done} of {total} mails")

    yield tell
    if terminal:
        sys.stderr.write("\r\033[K")
