"""The text that an agent reads where a mail has only HTML."""

from __future__ import annotations

import pytest

from mailgate.mail.html.html_text import html_to_text, plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>", "one\n\ntwo"),
        ("a  b\n c", "a b c"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("x<b>bold</b>y", "xboldy"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<ol start=3><li>one</li><li>two</li></ol>", "3. one\n4. two"),
        ('<a href="https://x.example/a">here</a>', "here <https://x.example/a>"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<img alt="A chart" src="https://x.example/c.png">', "[A chart]"),
        ('<img src="cid:1">', "[image]"),
        ('<img src="https://x.example/pixel.gif">', ""),
        (
            "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Lamp</td><td>9 €</td></tr></table>",
            "Item | Price\nLamp | 9 €",
        ),
        ("<blockquote type=cite>old<br>older</blockquote>new", "> old\n> older\n\nnew"),
        ("<blockquote type=cite>a<blockquote type=cite>b</blockquote></blockquote>", "> a\n>> b"),
        ("<style>p{}</style><script>x</script><title>t</title>text", "text"),
        ('<div style="display:none">hidden</div><span hidden>x</span>seen', "seen"),
        ("&lt;b&gt; &amp; &copy;", "<b> & ©"),
        ("", ""),
    ],
)
def test_html_reads_as_written(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_layout_table_flows() -> None:
    inner = "<table><tr><td>Dear Anna</td></tr></table>"
    html = f"<table><tr><td>{inner}</td></tr><tr><td>your parcel is here</td></tr></table>"
    assert html_to_text(html) == "Dear Anna\nyour parcel is here"


def test_the_filler_of_preview_lines_is_left_out() -> None:
    assert html_to_text("Parcel" + "&zwnj;&nbsp;" * 60 + "<p>Dear Anna</p>") == "Parcel\n\nDear Anna"


def test_hidden_words_are_no_text() -> None:
    """Catalogue S-31: what a person cannot see must never become a command."""
    assert "#close" not in html_to_text("<div style=display:none>#close</div><p>hello</p>")
    assert "#close" not in html_to_text('<p style="font-size:0px">#close</p><p>hello</p>')


def test_the_cheap_reading_knows_lines_and_entities() -> None:
    assert plain_text("<style>x</style><p>a &amp; b</p><br>c") == "a & b\n\nc"
