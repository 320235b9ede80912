"""One strict author, or nobody and why; and lenient lists for show."""

from __future__ import annotations

import base64

import pytest

from mailgate.mail.head.address import parse_addresses, strict_author
from mailgate.mail.model import Address

AGENT = "agent@corp.example"
EVIL = "mallory@evil.example"


def encoded(text: str) -> str:
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


@pytest.mark.parametrize(
    ("value", "email", "name"),
    [
        ("a@b.example", "a@b.example", ""),
        ("<a@b.example>", "a@b.example", ""),
        ("Anna Beispiel <a@b.example>", "a@b.example", "Anna Beispiel"),
        ('"Beispiel, Anna" <a@b.example>', "a@b.example", "Beispiel, Anna"),
        ("Beispiel, Anna <a@b.example>", "a@b.example", "Beispiel, Anna"),
        ("a@b.example (Anna Beispiel)", "a@b.example", "Anna Beispiel"),
        ("Anna (work) <a@b.example>", "a@b.example", "Anna"),
        ("a@b.example <a@b.example>", "a@b.example", "a@b.example"),
        ("=?utf-8?Q?J=C3=B6rg?= <j@b.example>", "j@b.example", "Jörg"),
        ("Jörg <j@b.example>", "j@b.example", "Jörg"),
        ("Anna\r\n <a@b.example>", "a@b.example", "Anna"),
        ("Agent@CORP.Example", "Agent@corp.example", ""),
        ("agent+x@corp.example", "agent+x@corp.example", ""),
        ("o'brien@client.example", "o'brien@client.example", ""),
        ('"jane.doe"@b.example', "jane.doe@b.example", ""),
        ("ab..c.@docomo.example", "ab..c.@docomo.example", ""),
        ("dörte@sörensen.example", "dörte@xn--srensen-90a.example", ""),
        ("root@localhost", "root@localhost", ""),
    ],
)
def test_a_plain_author_is_read(value: str, email: str, name: str) -> None:
    assert strict_author([value.encode()]) == (Address(email, name), "")


@pytest.mark.parametrize("name", [AGENT, f"{AGENT}\u00a0", f"{AGENT} <{AGENT}>,"])
def test_S08_an_address_in_a_quoted_or_encoded_name_is_only_a_name(name: str) -> None:
    for written in (f'"{name}"', encoded(name)):
        author, why = strict_author([f"{written} <{EVIL}>".encode()])
        assert author is not None, why
        assert author.email == EVIL


def test_S08_bidirectional_overrides_are_taken_out_of_the_name() -> None:
    author, _ = strict_author([f"\u202eelpmaxe.proc@tnega\u202c <{EVIL}>".encode()])
    assert author == Address(EVIL, "elpmaxe.proc@tnega")


def test_S04_two_from_headers_are_nobody() -> None:
    assert strict_author([AGENT.encode(), EVIL.encode()]) == (None, "2 From headers")
    assert strict_author([]) == (None, "no From header")


NOBODY = {
    "S04 bare CR": b"mallory@evil.example\rFrom: agent@corp.example",
    "S05 list": b"agent@corp.example, mallory@evil.example",
    "S05 list of names": b"A <agent@corp.example>, M <mallory@evil.example>",
    "S05 list and angle": b"agent@corp.example,<mallory@evil.example>",
    "S09 encoded whole": b"=?utf-8?Q?agent=40corp.example?=",
    "S09 encoded NUL": encoded(f"{AGENT}\0<x@evil.example>").encode(),
    "S09 encoded NUL before angle": f"{encoded(AGENT + chr(0))} <{EVIL}>".encode(),
    "S09 encoded line end": f"{encoded(AGENT + chr(13) + chr(10) + 'Bcc: v@v.example')} <{EVIL}>".encode(),
    "S09 encoded local part": b"=?utf-8?Q?agent?=@corp.example",
    "S10 bracket": b"agent@corp.example]<mallory@evil.example>",
    "S10 after angle": b"<mallory@evil.example>agent@corp.example",
    "S10 open comment": b"agent@corp.example(<mallory@evil.example>",
    "S10 comment between": b"agent@corp.example (x) <mallory@evil.example>",
    "S10 comment with address": b"mallory@evil.example (agent@corp.example)",
    "S10 source route": b"<@evil.example:agent@corp.example>",
    "S10 group": b"agent@corp.example:;",
    "S10 group of one": b"team: agent@corp.example;",
    "S10 two angles": b"<agent@corp.example><mallory@evil.example>",
    "S11 quoted local part": b'"agent@corp.example"@evil.example',
    "S11 quoted local part with angle": b'"agent@corp.example>"@evil.example',
    "S11 two at": b"agent@corp.example@evil.example",
    "S11 NUL": b"agent@corp.example\x00@evil.example",
    "S12 Cyrillic letter": "\u0430gent@corp.example".encode(),
    "S12 Cyrillic letter in domain": "agent@c\u043erp.example".encode(),
    "S12 fullwidth at": "agent\uff20corp.example".encode(),
    "S12 fullwidth letter": "agent@cor\uff50.example".encode(),
    "S12 Kelvin sign": "\u212aate@corp.example".encode(),
    "S12 zero-width space": "agent@corp\u200b.example".encode(),
    "S13 trailing dot": b"agent@corp.example.",
    "S14 empty": b"",
    "S14 empty brackets": b"<>",
    "S14 no domain": b"agent",
    "S14 long local part": b"a" * 5000 + b"@evil.example",
    "S14 literal": b"agent@[127.0.0.1]",
    "S14 unclosed quote": b'"agent <agent@corp.example>',
    "S14 unclosed angle": b"Agent <agent@corp.example",
}


def cases(number: str) -> list[str]:
    """The cases of one number of the catalogue."""
    return [name for name in NOBODY if name.startswith(number)]


def names_nobody(case: str) -> bool:
    author, why = strict_author([NOBODY[case]])
    return author is None and why != ""


@pytest.mark.parametrize("case", cases("S04"))
def test_S04_a_bare_cr_begins_no_second_author(case: str) -> None:
    assert names_nobody(case)


@pytest.mark.parametrize("case", cases("S05"))
def test_S05_of_two_authors_none_is_the_author(case: str) -> None:
    assert names_nobody(case)


@pytest.mark.parametrize("case", cases("S09"))
def test_S09_an_address_or_a_line_end_in_an_encoded_word_names_nobody(case: str) -> None:
    assert names_nobody(case)


@pytest.mark.parametrize("case", cases("S10"))
def test_S10_what_parsers_read_in_two_ways_names_nobody(case: str) -> None:
    assert names_nobody(case)


@pytest.mark.parametrize("case", cases("S11"))
def test_S11_quoted_local_parts_and_two_at_signs_name_nobody(case: str) -> None:
    assert names_nobody(case)


@pytest.mark.parametrize("case", cases("S12"))
def test_S12_letters_that_look_alike_name_nobody(case: str) -> None:
    assert names_nobody(case)


@pytest.mark.parametrize("case", cases("S13"))
def test_S13_a_trailing_dot_names_nobody(case: str) -> None:
    assert names_nobody(case)


@pytest.mark.parametrize("case", cases("S14"))
def test_S14_an_address_that_is_none_names_nobody(case: str) -> None:
    assert names_nobody(case)


def test_S13_capitals_are_the_same_address_and_a_plus_is_another() -> None:
    capital, _ = strict_author([b"Agent@Corp.Example"])
    plus, _ = strict_author([b"agent+x@corp.example"])
    assert capital is not None
    assert capital.key == AGENT
    assert plus is not None
    assert plus.key != AGENT


def test_S11_what_only_contains_the_agent_is_not_the_agent() -> None:
    author, _ = strict_author([b"agent%corp.example@evil.example"])
    assert author is not None
    assert author.domain == "evil.example"


def test_S12_letters_that_fold_into_others_are_not_them() -> None:
    author, _ = strict_author(["adm\u0131n@corp.example".encode()])
    assert author is None or author.key != "admin@corp.example"


@pytest.mark.parametrize(
    "flood", [b"(" * 8000, b"<" * 8000, b'"' * 7999, b'"' + b"\\" * 8000, b"(" * 4000 + b")" * 4000]
)
def test_C05_floods_name_nobody_at_once(flood: bytes) -> None:
    assert strict_author([flood])[0] is None
    assert parse_addresses(flood.decode()) == ()


# ------------------------------------------------------------------ lists


@pytest.mark.parametrize(
    ("value", "emails"),
    [
        ("a@x.example, B <b@y.example>", ["a@x.example", "b@y.example"]),
        ('"Doe, Jane" <j@x.example>, k@x.example', ["j@x.example", "k@x.example"]),
        ("=?utf-8?Q?Doe=2C_Jane?= <j@x.example>", ["j@x.example"]),
        ("Team: a@x.example, b@x.example;", ["a@x.example", "b@x.example"]),
        ("undisclosed-recipients:;", []),
        ("a@x.example; b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example (with, comma), b@x.example", ["a@x.example", "b@x.example"]),
        ("<a@x.example", ["a@x.example"]),
        ("mailto:a@x.example", ["a@x.example"]),
        ("nobody, , <>", []),
        ("A <a@X.Example>", ["a@x.example"]),
        ("jdoe@test . example", ["jdoe@test.example"]),
        ('"odd one"@x.example', ['"odd one"@x.example']),
    ],
)
def test_a_list_gives_its_mailboxes(value: str, emails: list[str]) -> None:
    assert [one.email for one in parse_addresses(value)] == emails


def test_names_in_a_list_are_decoded_and_unquoted() -> None:
    (first, second) = parse_addresses(r'"Jane \"J\" Doe" <j@x.example>, =?utf-8?Q?J=C3=B6rg?= <k@x.example>')
    assert (first.name, second.name) == ('Jane "J" Doe', "Jörg")


def test_a_list_of_ten_thousand_is_cut_at_the_limit() -> None:
    assert len(parse_addresses(", ".join(f"u{n}@x.example" for n in range(10_000)))) == 1_000
