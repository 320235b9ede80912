"""What people wrote, shown in our letters."""

from __future__ import annotations

import bleach
import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from mailgate.letters.words import cut, escaped, mailto, quoted, sentence, to_html

PAYLOADS = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "javascript:alert(1)",
    'https://x.example/"onmouseover="alert(1)',
    "https://x.example/<script>",
    "data:text/html,<script>",
    "https://x.example/'><svg onload=alert(1)>",
    "]]><!--<p>",
    "https://x.example/&quot;onclick=&quot;x",
)


def elements(markup: str):
    return [
        node for node in html5lib.parseFragment(markup, namespaceHTMLElements=False).iter() if isinstance(node.tag, str)
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_a_stranger_writes_is_alive(payload):
    markup = str(to_html(payload))
    assert {node.tag for node in elements(markup)} <= {"DOCUMENT_FRAGMENT", "p", "br", "a"}
    for node in elements(markup):
        assert set(node.attrib) <= {"dir", "style", "href", "rel"}
        assert node.get("href", "https://").startswith(("https://", "http://"))


@given(st.text(max_size=300))
def test_a_second_opinion_finds_nothing_to_take_away(text):
    markup = str(to_html(text + "\nhttps://x.example/" + text))
    allowed = {"p": ["dir"], "a": ["href", "rel"], "br": []}
    cleaned = bleach.clean(markup, tags=set(allowed), attributes=allowed)
    assert [node.tag for node in elements(cleaned)] == [node.tag for node in elements(markup)]


@given(st.one_of(st.text(max_size=300), st.text("&<>\"'x", max_size=20), st.integers(), st.none()))
def test_values_are_escaped_as_markupsafe_does(value):
    assert escaped(value) == str(escape(value))


def test_what_is_html_already_is_not_escaped_again():
    assert escaped(Markup("<b>&amp;</b>")) == "<b>&amp;</b>"


def test_a_link_reads_what_it_leads_to():
    (link,) = [node for node in elements(str(to_html("see https://x.example/a?b=1&c=2."))) if node.tag == "a"]
    assert link.get("href") == link.text == "https://x.example/a?b=1&c=2"


def test_a_link_ends_where_chinese_begins_a_new_clause():
    (link,) = [node for node in elements(str(to_html("请看https://x.example/路径。谢谢"))) if node.tag == "a"]
    assert link.text == "https://x.example/路径"


def test_lines_indents_and_paragraphs_are_kept():
    markup = str(to_html("one\n  two\n\nthree"))
    assert markup.count("<p ") == 2
    assert "<br>\n&nbsp;&nbsp;two" in markup


def test_quotes_are_marked_and_cut():
    assert quoted("a\n\n> b") == "> a\n>\n>> b"
    assert quoted("word " * 5000, 100).endswith("[…]")


def test_a_cut_prefers_the_end_of_a_word():
    assert cut("word " * 100, 52) == "word " * 9 + "word […]"
    assert cut("short", 100) == "short"
    assert len(cut("字" * 1000, 100)) <= 105


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_mailto_link_is_one_clean_address(subject, body):
    subject, body = subject.encode("utf-8", "replace").decode(), body.encode("utf-8", "replace").decode()
    link = mailto("support+a1-x@acme.example", subject, body)
    assert link.startswith("mailto:support+a1-x@acme.example?subject=")
    assert not set(link) & set(" \r\n\"<>'")
    assert link.count("?") == 1
    assert link.count("&") == 1


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("bo is away", "Bo is away."),
        ("Done!", "Done!"),
        ("请稍候", "请稍候。"),
        ("请稍候。", "请稍候。"),
        ("", ""),
        (" ", ""),
        ("x", "X."),
        ("eve@b.example leaves", "eve@b.example leaves."),
        ("Eve 所属团队：billing", "Eve 所属团队：billing。"),
        ("王伟 is away", "王伟 is away."),
    ],
)
def test_a_sentence_has_a_capital_and_a_stop(text, whole):
    assert sentence(text) == whole
