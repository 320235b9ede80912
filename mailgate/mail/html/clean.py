"""Strangers' HTML, made safe to show; and its text.

``sanitise`` rests on nh3 (html5ever and ammonia) with a strict list: no svg, math, style, form, frame, script; no CSS
that loads, covers or runs; no picture but those that the mail itself carries (``cid:``). Remote pictures become a note,
tracking pixels nothing. What comes back is a fixed point: sanitising it again changes nothing, so no browser reads it
as something else on the second parse (catalogue C-11 to C-16). HTML that would cost more than it tells (too large, too
deep, too many attributes) is shown as its text.

``html_to_text`` is what an agent reads where there is no plain text; see ``html_text``.
"""

from __future__ import annotations

import html as entities
import re
from urllib.parse import unquote

import nh3

from mailgate.mail.html.html_cost import MAX_HTML, outrageous
from mailgate.mail.html.html_text import html_to_text, plain_text
from mailgate.mail.text.wordlist import words

__all__ = ["as_pre", "html_to_text", "sanitise"]

TAGS = words(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn"
    " div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q"
    " s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
"""What may stand in shown HTML. None of it runs, loads, submits or switches the parser's mode (catalogue C-12)."""

DROPPED = words(
    "script style title head noscript template iframe frame frameset object embed applet textarea select option button"
    " svg math xmp noembed noframes plaintext audio video canvas"
)
"""What goes together with everything in it."""

_GLOBAL = {"style", "dir", "lang", "title", "align"}
_CELL = {"colspan", "rowspan", "align", "valign", "width", "height", "bgcolor", "nowrap", "headers", "scope"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": _GLOBAL,
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "border"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"align", "valign", "bgcolor", "height"},
    "table": {"border", "cellpadding", "cellspacing", "width", "height", "align", "bgcolor"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "hr": {"width", "size", "color", "noshade"},
    "blockquote": {"type"},
    "br": {"clear"},
}
_PROPERTIES = words(
    "background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse"
    " border-color border-left border-left-color border-left-style border-left-width border-radius border-right"
    " border-spacing border-style border-top border-top-color border-top-style border-top-width border-width color"
    " direction font-family font-size font-style font-weight height line-height list-style-type margin margin-bottom"
    " margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left padding-right"
    " padding-top text-align text-decoration text-indent vertical-align white-space width word-break word-wrap"
)
_VALUE = re.compile(r"(?![^a-z]*-[\d.])(?:[-\w\s.,%#'\"!]|rgba?\([\d\s.,%/]{1,40}\))*", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid"})

_IMG = re.compile(r'<img((?: [^\s=>"]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s=>"]+)="([^"]*)"')
_ROUNDS = 4


def sanitise(html: str, keep_cids: frozenset[str]) -> str:
    """``html`` safe to show, or an empty string; pictures ``cid:ID`` stay for the IDs in ``keep_cids``.

    Idempotent. Time is linear in the size; HTML beyond the limits above comes back as escaped text in ``<pre>``.
    """
    if not html or html.isspace():
        return ""
    if outrageous(html):
        return as_pre(plain_text(html[:MAX_HTML]))
    html = html.replace("\0", "")
    for _ in range(_ROUNDS):
        cleaned = _round(html, keep_cids).strip()
        if cleaned == html:
            return cleaned
        html = cleaned
    return as_pre(html_to_text(html))


def as_pre(text: str) -> str:
    """Plain text as HTML that looks the same."""
    escaped = entities.escape(text.strip(), quote=False).replace("\xa0", "&nbsp;")
    return f"<pre>{escaped}</pre>" if escaped else ""


def _round(html: str, keep_cids: frozenset[str]) -> str:
    cleaned = _CLEANER.clean(html)
    if "<img" in cleaned:
        cleaned = _IMG.sub(lambda match: _picture(match, keep_cids), cleaned)
    return cleaned


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What becomes of one attribute; None drops it."""
    if name == "style":
        return _style(value)
    if name == "href":
        return value if value.partition(":")[0].strip().lower() in ("http", "https", "mailto", "tel") else None
    if name in ("title", "alt", "name", "headers", "face"):
        return " ".join(value.split())[:300].replace("<", "").replace(">", "")
    return value


def _style(value: str) -> str | None:
    """The declarations that only colour, space and align: none that loads (``url``) or covers (``position``)."""
    kept = []
    for declaration in value.split(";"):
        name, _, content = declaration.partition(":")
        name, content = name.strip().lower(), content.strip()
        if name == "display" and content.lower().startswith("none"):
            kept.append("display:none")
        elif name in _PROPERTIES and content and len(content) < 200 and _VALUE.fullmatch(content):
            kept.append(f"{name}:{content}")
    return ";".join(kept) or None


def _picture(match: re.Match[str], keep_cids: frozenset[str]) -> str:
    """A picture of the mail itself stays, its address the plain Content-ID (RFC 2392 lets it be percent-encoded);
    a remote one becomes its description in brackets, a pixel nothing."""
    attributes = dict(_ATTRIBUTE.findall(match.group(1)))
    source = entities.unescape(attributes.get("src", "")).strip()
    if source[:4].lower() == "cid:":
        wanted = unquote(source[4:]).strip("<>")
        if wanted not in keep_cids:
            return "[image]"
        return match.group().replace(attributes["src"], f"cid:{entities.escape(wanted)}")
    if any(re.fullmatch(r"[01]\s*(?:px)?", attributes.get(side, "")) for side in ("width", "height")):
        return ""
    alt = entities.escape(entities.unescape(attributes.get("alt", "")).strip(), quote=False)
    return f"[image: {alt}]" if alt else "[image]" if source else ""


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(DROPPED),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes=set(_SCHEMES),
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
"""Made once; an exception in the filter costs the attribute (nh3), so it fails safe."""
