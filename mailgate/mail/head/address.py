"""Addresses, read twice: leniently for show, strictly for the one author.

``parse_addresses`` takes whatever To and Cc hold and finds the mailboxes in it. ``strict_author`` answers who wrote the
mail, and would rather say "unknown" than let two programs read two people out of one From (three common parsers give
three answers to ``agent@corp.example (x) <mallory@evil.example>``). It takes exactly one From with exactly one mailbox:

- ``addr-spec``, ``addr-spec (Name)``, ``Name <addr-spec>``; no group, no source route, no list;
- no address beside the one in angle brackets, whether in the bare display name or in a comment;
- no control character in it, and none hidden in an encoded word;
- no character that another program would fold into a different address (NFKC), and no script mixed with another.

Domains become lower case and A-labels (RFC 5891); local parts stay as they are. RFC 5322 section 3.4 is the grammar.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from mailgate.mail.model import Address
from mailgate.mail.text import encoded_word

_ATOM = r"[^\s\x00-\x20\x7f-\x9f()<>@,;:\\\"\[\]]"
_LOCAL = re.compile(rf"{_ATOM}{{1,128}}")
_QUOTED_LOCAL = re.compile(rf'"({_ATOM}{{1,128}})"')
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f]")
_PLAIN_MAILBOX = re.compile(
    r"(?:([A-Za-z0-9][A-Za-z0-9 ._'-]{0,100}?) {0,3}<)?"
    r"([A-Za-z0-9_+-][A-Za-z0-9._+-]{0,62})@([a-z0-9.-]{1,200})(>?)"
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[(<>,;:@\\)\[\]]|[^"(<>,;:@\\)\[\]]+', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FINDABLE = re.compile(r"[^\s<>()\[\],;:\"]{1,128}@[^\s<>()\[\],;:\"@]{1,255}")

_ADDRESS_LIKE = re.compile(r"@[^\s@]{0,253}\.|@\s*$")

MAX_ADDRESSES = 1_000
"""More mailboxes than this in one value are not read."""
MAX_HEADER = 8 * 1024
"""A From longer than this names nobody."""


# ------------------------------------------------------------------ strict


def strict_author(from_headers: Sequence[bytes]) -> tuple[Address | None, str]:
    """The one author by the raw values of all From headers, or None and why in a few words (catalogue S-04 … S-14)."""
    if not from_headers:
        return None, "no From header"
    if len(from_headers) > 1:
        return None, f"{len(from_headers)} From headers"
    if len(from_headers[0]) > MAX_HEADER:
        return None, "From header too long"
    value = encoded_word.raw_text(from_headers[0])
    plain = _plain(value)
    if plain is not None:
        return plain, ""
    if re.search("[\0\r\n]", value):
        return None, "control characters in From"
    return _author(value)


def _plain(value: str) -> Address | None:
    """The one mailbox of a value that is written in the plainest way, as most are; None says nothing about the rest."""
    match = _PLAIN_MAILBOX.fullmatch(value)
    if match is None or bool(match.group(1)) != bool(match.group(4)):
        return None
    domain = ascii_domain(match.group(3))
    return None if domain is None else Address(f"{match.group(2)}@{domain}", match.group(1) or "")


def _author(value: str) -> tuple[Address | None, str]:
    try:
        pieces = _Pieces(value)
    except ValueError as wrong:
        return None, str(wrong)
    if pieces.angle is None and not pieces.outside:
        return None, "From is empty"
    spec = pieces.outside if pieces.angle is None else pieces.angle
    address, why = addr_spec(spec)
    if address is None:
        return None, why
    if pieces.angle is not None:
        why = _bad_name(pieces.outside, address)
        if why:
            return None, why
        name = pieces.outside or " ".join(pieces.comments)
    else:
        name = " ".join(pieces.comments)
    if any("@" in comment and comment.lower() != address.lower() for comment in pieces.comments):
        return None, "an address in a comment of From"
    if encoded_word.hides_line_ends(name):
        return None, "line ends or NUL hidden in the name"
    return Address(address, display_name(name)), ""


class _Pieces:
    """A From value taken apart: what stands in angle brackets, what outside, and the comments.

    Raises ValueError with the reason for a value that has no single reading.
    """

    def __init__(self, value: str) -> None:
        self.angle: str | None = None
        self.comments: list[str] = []
        outside: list[str] = []
        inside: list[str] | None = None
        rest = iter(_TOKEN.findall(value))
        for piece in rest:
            if piece == "(":
                self.comments.append(_comment(rest))
            elif piece == "<":
                if inside is not None or self.angle is not None:
                    raise ValueError("more than one address in angle brackets")
                inside = []
            elif piece == ">":
                if inside is None:
                    raise ValueError("unbalanced angle bracket")
                self.angle, inside = "".join(inside).strip(), None
            elif piece in (")", "\\"):
                raise ValueError("unbalanced comment or backslash")
            elif inside is not None:
                inside.append(piece)
            elif self.angle is not None and piece.strip():
                raise ValueError("more than one mailbox" if piece in ",;" else "text after the address")
            else:
                outside.append(piece)
        if inside is not None:
            raise ValueError("angle bracket not closed")
        self.outside = "".join(outside).strip()


def _comment(rest: Iterator[str]) -> str:
    """The text up to the closing parenthesis; nested ones are counted, not recursed into."""
    depth = 1
    text: list[str] = []
    for piece in rest:
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if not depth:
            return "".join(text).strip()
        text.append(piece)
    raise ValueError("comment not closed")


def addr_spec(spec: str) -> tuple[str | None, str]:
    """A strict addr-spec as ``local@domain``, or None and why it is none."""
    if spec.startswith("@"):
        return None, "a source route"
    quoted = _QUOTED_LOCAL.match(spec)
    local = quoted.group(1) if quoted else spec.partition("@")[0]
    rest = spec[quoted.end() :] if quoted else spec[len(local) :]
    if not rest.startswith("@"):
        return None, "no address" if "@" not in spec else "not an address: odd local part"
    if not _LOCAL.fullmatch(local):
        return None, "not an address: odd local part"
    if "=?" in local and "?=" in spec:
        return None, "an encoded word is no address"
    if rest.count("@") > 1:
        return None, "more than one @" if not re.search("[,;:]", rest) else "more than one mailbox"
    if re.search("[,;:]", rest):
        return None, "more than one mailbox"
    if confusable(local):
        return None, "characters that look like others"
    domain = ascii_domain(rest[1:])
    if domain is None:
        return None, "not a domain"
    return f"{local}@{domain}", ""


def ascii_domain(domain: str) -> str | None:
    """``domain`` in lower case and A-labels, or None where it is none (literals and trailing dots included)."""
    if len(domain) > 253:
        return None
    labels = domain.lower().split(".")
    if not domain.isascii():
        for at, label in enumerate(labels):
            if not label.isascii():
                if len(label) > 63 or confusable(label) or not _word_characters(label):
                    return None
                labels[at] = "xn--" + label.encode("punycode").decode("ascii")
    return ".".join(labels) if all(_LABEL.fullmatch(label) for label in labels) else None


def confusable(text: str) -> bool:
    """Whether ``text`` would become another under NFKC or case folding to ASCII, or mixes scripts that look alike."""
    if text.isascii():
        return False
    if unicodedata.normalize("NFKC", text) != text or text.casefold().isascii():
        return True
    scripts = {unicodedata.name(char, "NONE").split()[0] for char in text if char.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"}) > 1


def _word_characters(label: str) -> bool:
    """Letters, marks, digits and hyphens only: no zero-width characters, no symbols."""
    return all(char == "-" or unicodedata.category(char)[0] in "LMN" for char in label)


def _bad_name(name: str, address: str) -> str:
    """Why a display name before an angle address makes the whole ambiguous; empty where it does not."""
    if name.count('"') - name.count('\\"') & 1:
        return "quote not closed"
    bare = _QUOTED.sub("", name).strip()
    if ":" in bare or ";" in bare:
        return "a group"
    if "@" in bare and bare.lower() != address.lower() and _ADDRESS_LIKE.search(bare):
        return "a second address before the angle brackets"
    return ""


# ------------------------------------------------------------------ lenient


def parse_addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes in an unfolded header value, in order, group names dropped; encoded words in names are read.

    What is no address is skipped; never raises; at most ``MAX_ADDRESSES``. Linear in the length of ``value``.
    """
    plain = _plain(value) if value else None
    if plain is not None or not value:
        return () if plain is None else (plain,)
    found: list[Address] = []
    for piece in _listed(value):
        address = _lenient(piece)
        if address is not None:
            found.append(address)
            if len(found) >= MAX_ADDRESSES:
                break
    return tuple(found)


def display_name(name: str) -> str:
    """A display name as a person reads it: decoded, unquoted, one line."""
    name = name.strip()
    if '"' in name:
        name = _QUOTED.sub(lambda match: _ESCAPED.sub(r"\1", match.group(1) or ""), name)
    return " ".join(encoded_word.decode(name).split()) if name else ""


def _listed(value: str) -> Iterator[list[str]]:
    """The pieces of each entry: split at commas and semicolons outside quotes, comments and angle brackets."""
    entry: list[str] = []
    angle = False
    depth = 0
    for piece in _TOKEN.findall(value):
        if depth or piece == "(":
            depth += {"(": 1, ")": -1}.get(piece, 0)
        elif piece in ",;" and not angle:
            yield entry
            entry = []
            continue
        elif piece == ":" and not angle and not any("@" in one for one in entry):
            entry = []  # a group's name
            continue
        elif piece in "<>":
            angle = piece == "<"
        entry.append(piece)
    yield entry


def _lenient(pieces: list[str]) -> Address | None:
    text = "".join(pieces).strip()
    if "@" not in text:
        return None
    start = text.rfind("<")
    if start >= 0:
        end = text.find(">", start)
        spec = text[start + 1 : end if end > 0 else len(text)]
        email = _findable(spec)
        if email:
            return Address(email, display_name(_without_comments(text[:start])))
    email = _findable(_without_comments(text)) or _findable(text)
    if not email:
        return None
    comment = re.search(r"\(([^()]{1,200})\)", text)
    return Address(email, display_name(comment.group(1)) if comment else "")


def _findable(spec: str) -> str:
    """The address in ``spec`` with its domain normalised where it is one; empty where there is none."""
    spec = spec.strip()
    if spec.startswith("@") and ":" in spec:
        spec = spec.partition(":")[2]
    quoted = re.match(r'("(?:[^"\\]|\\.){1,128}")@([^\s<>@]{1,255})$', spec)
    if quoted is not None:
        email = spec
    else:
        if " " in spec or "\t" in spec:
            spec = re.sub(r" ?([@.]) ?", r"\1", " ".join(spec.split()))
        match = _FINDABLE.search(spec)
        if match is None:
            return ""
        email = match.group()
    local, _, domain = encoded_word.one_line(email).rpartition("@")
    return f"{local}@{ascii_domain(domain) or domain.lower()}"


def _without_comments(text: str) -> str:
    if "(" not in text:
        return text
    return re.sub(r"\([^()]*\)", " ", text)
