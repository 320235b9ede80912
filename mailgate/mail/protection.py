"""Signed or encrypted, by S/MIME or PGP: what is said about it, for nothing here is verified or opened.

Names in ``Mail.protection``: ``smime-signed``, ``smime-encrypted``, ``pgp-signed``, ``pgp-encrypted``,
``pgp-inline-signed``, ``pgp-inline-encrypted`` (RFC 8551, RFC 3156, RFC 9580 section 7).
"""

from __future__ import annotations

from mailgate.mail.parts import Part

_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_INLINE_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_INLINE_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_END_SIGNATURE = "-----END PGP SIGNATURE-----"

ENCRYPTED = {
    "smime-encrypted": "[This mail is encrypted with S/MIME. Its content cannot be read here.]",
    "pgp-encrypted": "[This mail is encrypted with PGP. Its content cannot be read here.]",
}
"""What the text says where there is none to read."""


def of_parts(root: Part) -> tuple[str, ...]:
    """What the structure says, in the order of the parts, attached messages left out."""
    found: list[str] = []
    stack = [root]
    while stack:
        part = stack.pop()
        name = _of_part(part)
        if name and name not in found:
            found.append(name)
        if part.content_type.startswith("multipart/"):
            stack.extend(reversed(part.children))
    return tuple(found)


def _of_part(part: Part) -> str:
    kind = part.content_type
    protocol = part.params.get("protocol", "").lower() if kind.startswith("multipart/") else ""
    if kind == "multipart/signed":
        return "pgp-signed" if "pgp" in protocol else "smime-signed"
    if kind == "multipart/encrypted":
        return "pgp-encrypted"
    if kind in _SMIME:
        opaque = part.params.get("smime-type", "").lower() in ("signed-data", "certs-only")
        return "smime-signed" if opaque or part.filename.lower().endswith(".p7s") else "smime-encrypted"
    return ""


def unwrapped(text: str) -> tuple[str, str]:
    """The text inside an inline PGP signature (RFC 9580 section 7) and the protection's name; else ``text`` and ''."""
    if "-----BEGIN PGP" not in text:
        return text, ""
    start = text.find(_INLINE_SIGNED)
    if start >= 0:
        begin = text.find("\n\n", start)
        end = text.find("\n" + _SIGNATURE, start)
        if 0 <= begin < end:
            after = text.find(_END_SIGNATURE, end)
            tail = text[after + len(_END_SIGNATURE) :] if after > 0 else ""
            signed = "\n".join(line.removeprefix("- ") for line in text[begin + 2 : end].split("\n"))
            return (text[:start] + signed + tail).strip("\n"), "pgp-inline-signed"
    return text, "pgp-inline-encrypted" if _INLINE_ENCRYPTED in text else ""
