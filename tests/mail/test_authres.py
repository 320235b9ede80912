"""The grammar of RFC 8601, strictly: what does not fit says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.mail.identity.authres import AuthResults, Result, read


def test_google_s_way_of_writing():
    value = (
        " mx.google.com;\r\n       dkim=pass header.i=@corp.example header.s=s1 header.b=AbC/x+1;\r\n"
        "       spf=pass (google.com: domain of a@corp.example designates 9.9.9.9 as permitted sender) "
        'smtp.mailfrom="a@corp.example";\r\n       dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=corp.example'
    )
    results = read(value)
    assert results is not None
    assert results.authserv_id == "mx.google.com"
    assert [(result.method, result.result) for result in results.results] == [
        ("dkim", "pass"),
        ("spf", "pass"),
        ("dmarc", "pass"),
    ]
    assert results.results[0].value("header.i") == "@corp.example"
    assert results.results[1].value("smtp.mailfrom") == "a@corp.example"
    assert results.results[1].value("header.from") == ""


def test_microsoft_s_way_has_no_id():
    results = read("spf=pass (sender IP is 9.9.9.9)\r\n smtp.mailfrom=corp.example; dmarc=pass action=none")
    assert results is not None
    assert results.authserv_id == ""
    assert [result.method for result in results.results] == ["spf", "dmarc"]


@pytest.mark.parametrize("value", ["mx.example; none", "MX.example 1; none;", "mx.example;", "mx.example"])
def test_no_results_are_no_results(value):
    assert read(value) == AuthResults("mx.example", ())


def test_versions_and_case_do_not_matter():
    assert read("mx.example; DKIM/1 = PASS Header.D=x.example") == AuthResults(
        "mx.example", (Result("dkim", "pass", (("header.d", "x.example"),)),)
    )


@pytest.mark.parametrize(
    "value",
    [
        "mx.example; dmarc=pass (open comment",
        'mx.example; dmarc=pass reason="open quote',
        "mx.example; dmarc=pass header.from",
        "mx.example; =pass",
        "mx.example; dmarc==pass",
        "mx.example mx.other; dmarc=pass",
        "mx.example; dmarc=pass)",
        "mx.example; " + "x" * 20_000,
    ],
)
def test_what_does_not_fit_the_grammar_says_nothing(value):
    assert read(value) is None


def test_S03_a_comment_or_a_reason_is_never_a_verdict():
    results = read(
        '(a;b) mx.example (; dmarc=pass); dmarc=fail reason="x; dmarc=pass" (dmarc=pass\\)) header.from=x.example'
    )
    assert results == AuthResults("mx.example", (Result("dmarc", "fail", (("header.from", "x.example"),)),))


@settings(deadline=None)
@given(st.text(alphabet='ab.;=()"\\ \r\n', max_size=60))
def test_any_text_gives_an_answer(value):
    found = read(value)
    assert found is None or isinstance(found.results, tuple)
