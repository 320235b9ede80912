"""Replies as mail programs build them in HTML: what is new is found, whichever part the text was made from."""

from __future__ import annotations

import pytest

from mailgate.mail.model import SpanKind
from mailgate.mail.parse import parse
from mailgate.mail.quotes import quote, structure

NEW = "The red lamp is still blinking."
OLD = "Please unplug the printer and wait a minute."

GMAIL = f"""<div dir="ltr">{NEW}</div><br><div class="gmail_quote gmail_quote_container">
<div dir="ltr" class="gmail_attr">
On Mon, Nov 16, 2026 at 9:12 AM Support &lt;<a href="mailto:support@desk.example">support@desk.example</a>&gt; wrote:
<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">
<div>{OLD}</div></blockquote></div>"""

OUTLOOK_DESKTOP = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style>p.MsoNormal {{margin:0}}</style></head>
<body><div class="WordSection1"><p class="MsoNormal">{NEW}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">
<b>Von:</b>
Support &lt;support@desk.example&gt; <br><b>Gesendet:</b> Montag, 16. November 2026 09:12<br><b>An:</b> Ana<br>
<b>Betreff:</b> Drucker<o:p></o:p></p></div></div><p class="MsoNormal">{OLD}<o:p></o:p></p></div></body></html>"""

OUTLOOK_WEB = f"""<div class="elementToProof" style="font-family:Aptos">{NEW}</div><div id="appendonsend"></div>
<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">
<b>From:</b> Support &lt;support@desk.example&gt;<br><b>Sent:</b> Monday, November 16, 2026 9:12 AM<br>
<b>To:</b> Ana<br>
<b>Subject:</b> Printer</font><div>&nbsp;</div></div><div>{OLD}</div>"""

APPLE = f"""<html><body dir="auto">{NEW}<br><br><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br>
<blockquote type="cite">
On 16 Nov 2026, at 09:12, Support &lt;support@desk.example&gt; wrote:<br><br></blockquote></div>
<blockquote type="cite">
<div dir="ltr">{OLD}</div></blockquote></body></html>"""

YAHOO = f"""<div class="yahoo-style-wrap"><div dir="ltr">{NEW}</div><div><br></div></div>
<div id="yahoo_quoted_1734" class="yahoo_quoted">
<div style="font-family:Helvetica">
<div>On Monday, November 16, 2026 at 09:12:00 AM GMT+1, Support &lt;support@desk.example&gt; wrote:
</div><div><br></div><div>{OLD}</div></div></div>"""

PROTON = f"""<div style="font-family: Arial;">{NEW}</div><div class="protonmail_signature_block">
<div class="protonmail_signature_block-proton">
Sent with <a href="https://proton.me/">Proton Mail</a> secure email.</div></div><div class="protonmail_quote">
On Monday, November 16th, 2026 at 9:12 AM, Support &lt;support@desk.example&gt; wrote:<br>
<blockquote class="protonmail_quote"
type="cite">{OLD}</blockquote></div>"""

THUNDERBIRD = f"""<html><head></head><body><p>{NEW}</p>
<div class="moz-cite-prefix">Am 16.11.26 um 09:12 schrieb Support:<br></div>
<blockquote type="cite" cite="mid:abc@desk.example">{OLD}</blockquote><pre class="moz-signature" cols="72">--
Ana Lima, Lisbon</pre></body></html>"""

FOXMAIL = f"""<html><body><div>{NEW}</div><div><br></div>
<hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left">
<div><span><div style="MARGIN: 10px;">ana@client.example</div></span></div>
<blockquote style="margin-top: 0px;"><div>&nbsp;</div>
<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<div style="PADDING-RIGHT: 8px; font-size: 12px">
<div><b>发件人：</b>&nbsp;<a href="mailto:support@desk.example">Support</a></div><div>
<b>发送时间：</b>&nbsp;2026-11-16&nbsp;09:12</div>
<div><b>收件人：</b>&nbsp;ana</div><div><b>主题：</b>&nbsp;打印机</div></div></div><div>{OLD}</div></blockquote></body>
</html>"""

QQ = f"""<div>{NEW}</div><div><br></div><div><includetail><div>&nbsp;</div>
<div style="font:Verdana normal 14px;color:#000;">
<div style="FONT-SIZE: 12px;FONT-FAMILY: Arial Narrow;padding:2px 0 2px 0;">
------------------&nbsp;原始邮件&nbsp;------------------</div>
<div style="FONT-SIZE: 12px;background:#efefef;padding:8px;"><div>
<b>发件人:</b>&nbsp;"Support"&lt;support@desk.example&gt;;</div>
<div><b>发送时间:</b>&nbsp;2026年11月16日(星期一) 上午9:12</div><div><b>收件人:</b>&nbsp;"ana";</div><div>
<b>主题:</b>&nbsp;打印机</div></div>
<div>&nbsp;</div><div>{OLD}</div></div></includetail></div>"""

NETEASE = f"""<div style="line-height:1.7;color:#000000;font-size:14px;font-family:Arial">
<p style="margin: 0;">{NEW}</p><br/>
<p>在 2026-11-16 09:12:00，"Support" &lt;support@desk.example&gt; 写道：</p><blockquote id="isReplyContent"
style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid">{OLD}</blockquote></div>"""

NETEASE_NEW = f"""<div>{NEW}</div><br><div id="spnEditorSign"></div>
<div class="ntes-mailmaster-quote" style="padding-top: 1px;">
<div>---- 回复的原邮件 ----</div><table><tr><td>发件人</td><td>Support&lt;support@desk.example&gt;</td></tr>
<tr><td>日期</td><td>2026年11月16日 09:12</td></tr>
<tr><td>收件人</td><td>ana</td></tr><tr><td>主题</td><td>打印机</td></tr></table>
<div>{OLD}</div></div>"""

GMX = f"""<div>{NEW}</div><div class="quote"><div><b>Gesendet: </b>Montag, 16. November 2026 um 09:12<br>
<b>Von: </b>Support &lt;support@desk.example&gt;<br><b>An: </b>ana@client.example<br><b>Betreff: </b>Drucker</div>
<div>{OLD}</div></div>"""

MAIL_RU = f"""<div>{NEW}</div><div data-signature-widget="container"><div>--<br>Иван</div></div>
<blockquote style="border-left:1px solid #0857A6">Понедельник, 16 ноября 2026, 09:12 +03:00 от Support
&lt;support@desk.example&gt;:<br><div>{OLD}</div></blockquote>"""

NOTES = f"""<font>{NEW}</font><br><br><br><font>Von: &nbsp; &nbsp;</font>
<font>"Support" &lt;support@desk.example&gt;</font>
<br><font>An: &nbsp;</font><font>ana</font><br><font>Datum: &nbsp;</font><font>16.11.2026 09:12</font><br>
<font>Betreff: &nbsp;</font><font>Drucker</font><br><hr noshade><br>{OLD}"""

LARK = f"""<div>{NEW}</div><div class="history-quote-wrapper" data-html-block="quote"><div id="lark-mail-quote-meta">
From: "Support"&lt;support@desk.example&gt;<br>Date: Mon, Nov 16, 2026, 09:12<br>Subject: x<br>To: "ana"</div>
<div>{OLD}</div></div>"""

PROGRAMS = {
    "gmail": GMAIL,
    "outlook desktop": OUTLOOK_DESKTOP,
    "outlook web": OUTLOOK_WEB,
    "apple": APPLE,
    "yahoo": YAHOO,
    "proton": PROTON,
    "thunderbird": THUNDERBIRD,
    "foxmail": FOXMAIL,
    "qq": QQ,
    "netease": NETEASE,
    "netease app": NETEASE_NEW,
    "gmx": GMX,
    "lark": LARK,
}
UNMARKED = {"mail.ru": MAIL_RU, "lotus notes": NOTES}
"""Their HTML names nothing; the words above the quote tell."""


def html_mail(html: str, subject: str = "Re: printer") -> bytes:
    head = f"From: Ana <ana@client.example>\r\nTo: support@desk.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    return (head + "Content-Type: text/html; charset=utf-8\r\n\r\n" + html).encode()


@pytest.mark.parametrize("program", [*PROGRAMS, *UNMARKED])
def test_of_an_html_reply_only_the_answer_is_new(program: str) -> None:
    mail = parse(html_mail((PROGRAMS | UNMARKED)[program])).mail
    assert OLD in mail.text
    assert mail.reply_text_nosig == NEW


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_html_structure_alone_finds_the_quote_in_unmarked_text(program: str) -> None:
    """The text part of some programs has no attribution and no angle brackets; the HTML beside it still tells."""
    text = f"{NEW}\n\n{OLD}\n"
    spans = quote.mark(text, PROGRAMS[program], "Re: printer")
    if program == "qq":  # its HTML has no element for the quote, only the line between dashes, which this text lacks
        assert spans == ()
    else:
        assert quote.reply_text(text, spans) == NEW


def test_an_answer_between_two_html_quotes_stays_new() -> None:
    html = (
        '<blockquote type="cite">Which floor is it?</blockquote><p>The third floor.</p>'
        '<blockquote type="cite">And which room?</blockquote><p>Room twelve.</p>'
    )
    mail = parse(html_mail(html)).mail
    assert "The third floor." in mail.reply_text
    assert "Room twelve." in mail.reply_text
    assert "Which floor" not in mail.reply_text
    assert "which room" not in mail.reply_text


def test_an_answer_in_the_midst_of_gmail_s_quote_stays_new() -> None:
    html = (
        '<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">On Mon, Support wrote:<br></div>'
        f'<blockquote class="gmail_quote">{OLD}</blockquote><div>{NEW}</div>'
        '<blockquote class="gmail_quote">And which room?</blockquote><div>Room twelve.</div></div></div>'
    )
    assert parse(html_mail(html)).mail.reply_text.splitlines() == [NEW, "Room twelve."]


def test_a_forwarded_gmail_part_is_marked_as_forwarded_and_is_what_a_bare_forward_says() -> None:
    html = (
        '<div dir="ltr"><br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- '
        "Forwarded message ---------<br>"
        "From: <b>Bo</b> &lt;bo@x.example&gt;<br>Date: Mon, Nov 16, 2026 at 9:12 "
        "AM<br>Subject: Bill<br>To: ana@client.example<br></div>"
        "<div>The bill is wrong.</div></div></div>"
    )
    mail = parse(html_mail(html, "Fwd: Bill")).mail
    assert SpanKind.FORWARDED in {span.kind for span in mail.spans}
    assert "The bill is wrong." in mail.reply_text


def test_a_name_in_the_html_that_holds_nothing_marks_nothing() -> None:
    text = "All of this is new.\nEvery line of it."
    assert (
        quote.mark(text, '<div>All of this is new.<br>Every line of it.<div class="gmail_quote"></div></div>', "") == ()
    )


def test_what_is_looked_for_first_is_in_every_needle() -> None:
    assert [one.needle for one in structure.CONTAINERS if not structure.container_of(f"div {one.needle}")] == []
