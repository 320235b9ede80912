"""No pattern that strangers' text meets can be made slow by it."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
import re2

from mailgate.mail import bounce, bounces, classify, verdicts
from mailgate.mail.quotes import attribution, quote, signature, structure
from mailgate.mail.verdicts import vacation
from tests.mail.cost import expect_cpu_within

MODULES = [
    attribution,
    bounce,
    classify,
    quote,
    signature,
    structure,
    vacation,
    *(
        importlib.import_module(f"{package.__name__}.{found.name}")
        for package in (bounces, verdicts)
        for found in pkgutil.iter_modules(package.__path__)
    ),
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}

LOOKS_AROUND = {
    "mailgate.mail.bounces.dsn.STATUS",  # no address (5.16.200.3) is a status
    "mailgate.mail.verdicts.vacation._DATE",  # "second" is not the second of a month
}
"""What RE2 does not know; these two have no repetition without a limit."""

EVIL = {
    "a": "a" * 100_000 + "!",
    "spaces": " " * 100_000 + "x",
    "tabs": "\t " * 50_000 + "\n",
    "digits": "1" * 100_000 + "x",
    "dates": "1." * 50_000,
    "addresses": "a@" * 50_000,
    "dots": "a." * 50_000 + "@",
    "tags": "<" * 100_000,
    "tag": "<" + "a " * 50_000,
    "parentheses": "(" * 100_000,
    "dashes": "-" * 100_000,
    "stars": "> *" * 33_000,
    "headers": "From: " * 16_000,
    "no-": "no-" * 33_000,
    "growing": "\u0130\u1e9e\ufb03" * 33_000,
    "blanks": "\u00a0\u2003\u3000" * 33_000 + "x",
    "newlines": "\n" * 100_000,
    "semicolons": ";" * 100_000,
    "comments": "<!---->" * 14_000,
}


@pytest.mark.parametrize("name", PATTERNS)
def test_C26_a_hundred_kilobytes_of_anything_take_a_pattern_a_quarter_of_a_second_at_most(name: str) -> None:
    pattern = PATTERNS[name]
    for kind, text in EVIL.items():
        with expect_cpu_within(0.25, kind):
            pattern.search(text)


@pytest.mark.parametrize("name", sorted(set(PATTERNS) - LOOKS_AROUND))
def test_C26_a_pattern_needs_no_backtracking(name: str) -> None:
    """RE2, which cannot backtrack, takes it as it stands."""
    assert re2.compile(PATTERNS[name].pattern) is not None


@pytest.mark.parametrize("name", sorted(LOOKS_AROUND))
def test_a_pattern_that_looks_around_repeats_nothing_without_a_limit(name: str) -> None:
    without_classes = re.sub(r"\[[^\]]*\]", "x", PATTERNS[name].pattern.replace("\\*", "").replace("\\+", ""))
    unlimited = re.findall(r"[*+]|\{\d+,\}", without_classes)
    assert unlimited in ([], ["*"])  # the one star is inside a look-ahead over digits and dots
