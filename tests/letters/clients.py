"""How mail programs answer a letter: the parts that each makes of new words above the letter that it quotes.

Written after what the programs send, with their own class names and attribution lines, and with nothing of anybody's
mail in it. Each takes the new lines and the letter's text and HTML, and gives a text part (or none) and an HTML part
(or none).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

Parts = tuple[str, str]

DESK = "Acme Support <support+a1042-abc@acme.example>"


def _body(html: str) -> str:
    """What stands between ``<body>`` and ``</body>``: programs take the rest away."""
    found = re.search(r"<body[^>]*>(.*)</body>", html, re.DOTALL)
    return found[1] if found else html


def _marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() if not line.startswith(">") else f">{line}" for line in text.splitlines())


def _divs(lines: Sequence[str]) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in lines)


def gmail(lines: Sequence[str], text: str, html: str) -> Parts:
    said = "On Sat, Nov 21, 2026 at 1:30\u202fPM Acme Support <support+a1042-abc@acme.example> wrote:"
    wrapped = said[:70] + "\n" + said[70:]
    return (
        "\n".join(lines) + f"\n\n{wrapped}\n\n{_marked(text)}\n",
        f'<div dir="ltr">{_divs(lines)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{escape(said)}<br></div><blockquote class="gmail_quote" style="margin:0px '
        f'0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{_body(html)}</blockquote></div>',
    )


def gmail_in_chinese(lines: Sequence[str], text: str, html: str) -> Parts:
    said = "Acme Support <support+a1042-abc@acme.example> 于2026年11月21日周六 13:30写道："
    return (
        "\n".join(lines) + f"\n\n{said}\n\n{_marked(text)}\n",
        f'<div dir="ltr">{_divs(lines)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{escape(said)}<br></div><blockquote class="gmail_quote">{_body(html)}</blockquote></div>',
    )


def outlook(lines: Sequence[str], text: str, html: str) -> Parts:
    """On the desktop: Word writes the HTML, and the quote has no sign but the block of headers above it."""
    block = "From: Acme Support <support@acme.example>\nSent: Saturday, November 21, 2026 1:30 PM\nTo: Bo Chen\n"
    block += "Subject: [#1042] Printer broken\n"
    paragraphs = "".join(f'<p class="MsoNormal">{escape(line) or "<o:p>&nbsp;</o:p>"}</p>' for line in lines)
    headers = "<br>".join(f"<b>{escape(line)}</b>" for line in block.strip().splitlines())
    return (
        "\n\n".join(line for line in lines if line) + f"\n\n{block}\n{text}\n",
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-US"><div class="WordSection1">'
        f'{paragraphs}<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal">{headers}</p></div></div>{_body(html)}</div></body></html>',
    )


def outlook_on_the_web(lines: Sequence[str], text: str, html: str) -> Parts:
    block = "From: Acme Support <support@acme.example>\nSent: Saturday, November 21, 2026 13:30\nTo: Bo Chen "
    block += "<bo@acme.example>\nSubject: [#1042] Printer broken\n"
    headers = "<br>".join(escape(line) for line in block.strip().splitlines())
    return (
        "\n".join(lines) + f"\n\n________________________________\n{block}\n{text}\n",
        f'<html><body dir="ltr"><div class="elementToProof">{_divs(lines)}</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        f'<font face="Calibri">{headers}</font><div>&nbsp;</div></div>{_body(html)}</body></html>',
    )


def outlook_in_chinese(lines: Sequence[str], text: str, html: str) -> Parts:
    block = "发件人: Acme Support <support@acme.example>\n发送时间: 2026年11月21日 13:30\n收件人: Bo Chen\n"
    block += "主题: [#1042] Printer broken\n"
    return "\n".join(lines) + f"\n\n{block}\n{text}\n", ""


def apple_mail(lines: Sequence[str], text: str, html: str) -> Parts:
    said = "On 21. Nov 2026, at 13:30, Acme Support <support+a1042-abc@acme.example> wrote:"
    return (
        "\n".join(lines) + f"\n\n> {said}\n> \n{_marked(text)}\n",
        '<html><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space;">'
        f'{_divs(lines)}<div><br><blockquote type="cite"><div>{escape(said)}</div>'
        f'<br class="Apple-interchange-newline"><div>{_body(html)}</div></blockquote></div><br></body></html>',
    )


def iphone(lines: Sequence[str], text: str, html: str) -> Parts:
    said = "On 21. Nov 2026, at 13:30, Acme Support <support+a1042-abc@acme.example> wrote:"
    return (
        "\n".join(lines) + f"\n\nSent from my iPhone\n\n> {said}\n> \n> \ufeff{_marked(text)[2:]}\n",
        f'<html><body dir="auto">{_divs(lines)}<div dir="ltr"><br></div><div dir="ltr">Sent from my iPhone</div>'
        f'<div dir="ltr"><br><blockquote type="cite">{escape(said)}<br><br></blockquote></div><blockquote type="cite">'
        f'<div dir="ltr">{_body(html)}</div></blockquote></body></html>',
    )


def thunderbird(lines: Sequence[str], text: str, html: str) -> Parts:
    said = "Am 21.11.26 um 13:30 schrieb Acme Support:"
    return (
        "\n".join(lines) + f"\n\n{said}\n{_marked(text)}\n",
        f"<!DOCTYPE html><html><body><p>{'<br>'.join(map(escape, lines))}</p>"
        f'<div class="moz-cite-prefix">{said}<br></div>'
        f'<blockquote type="cite" cite="mid:x@acme.example">{_body(html)}</blockquote></body></html>',
    )


def mutt(lines: Sequence[str], text: str, html: str) -> Parts:
    said = "On Sat, Nov 21, 2026 at 01:30:00PM +0100, Acme Support wrote:"
    return "\n".join(lines) + f"\n\n{said}\n{_marked(text)}\n", ""


def qq(lines: Sequence[str], text: str, html: str) -> Parts:
    heads = '发件人: "Acme Support" <support@acme.example>\n发送时间: 2026年11月21日(星期六) 晚上8:30\n'
    heads += '收件人: "Bo Chen" <bo@acme.example>\n主题: [#1042] Printer broken\n'
    shown = "".join(f"<div>{escape(line)}</div>" for line in heads.splitlines())
    rule = "------------------&nbsp;原始邮件&nbsp;------------------"
    return (
        "\n".join(lines) + f"\n\n\n\n------------------ 原始邮件 ------------------\n{heads}\n\n{text}\n",
        f"{_divs(lines)}<div><br></div><div>{rule}</div><div>{shown}</div><div><br></div>{_body(html)}",
    )


def netease(lines: Sequence[str], text: str, html: str) -> Parts:
    said = '在 2026-11-21 20:30:00，"Acme Support" <support@acme.example> 写道：'
    return (
        "\n".join(lines) + f"\n\n\n\n\n{said}\n\n{_marked(text)}\n",
        f'<div style="line-height:1.7">{_divs(lines)}</div><br><p>{escape(said)}</p><blockquote id="isReplyContent" '
        f'style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex">{_body(html)}</blockquote>',
    )


def no_quote(lines: Sequence[str], text: str, html: str) -> Parts:
    return "\n".join(lines) + "\n", ""


PROGRAMS: Mapping[str, Callable[[Sequence[str], str, str], Parts]] = {
    "Gmail": gmail,
    "Gmail in Chinese": gmail_in_chinese,
    "Outlook": outlook,
    "Outlook on the web": outlook_on_the_web,
    "Outlook in Chinese": outlook_in_chinese,
    "Apple Mail": apple_mail,
    "iPhone": iphone,
    "Thunderbird": thunderbird,
    "mutt": mutt,
    "QQ": qq,
    "163": netease,
    "without a quote": no_quote,
}
