"""Signed or encrypted, by S/MIME or PGP: what is said about it, for nothing here is verified or opened.

Names in ``Mail.protection``: ``smime-signed``, ``smime-encrypted``, ``pgp-signed``, ``pgp-encrypted``,
``pgp-inline-signed``, ``pgp-inline-encrypted`` (RFC 8551, RFC 3156, RFC 9580 section 7).
"""

from __future__ import annotations

from mailgate.mail.parts import Part

_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
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
    if kind in ("multipart/encrypted", "application/pgp-encrypted"):  # Exchange makes a mixed one of the first
        return "pgp-encrypted"
    if _is_smime(part):
        return "smime-signed" if is_opaque_signed(part) else "smime-encrypted"
    return ""


def _is_smime(part: Part) -> bool:
    """Whether the part is S/MIME by its type, or by its name where a gateway took the type away (RFC 8551, 3.2.1)."""
    kind = part.content_type
    return kind in _SMIME or (kind == "application/octet-stream" and part.filename.lower().endswith(".p7m"))


def is_opaque_signed(part: Part) -> bool:
    """Whether the part is an S/MIME signature with its content inside, or certificates: nothing secret in any case.

    Where the ``smime-type`` is missing, the structure's own identifier (RFC 5652 section 5.1) decides.
    """
    if not _is_smime(part):
        return False
    kind = part.params.get("smime-type", "").lower()
    return kind in ("signed-data", "certs-only") or (not kind and _SIGNED_DATA in part.payload()[:64])


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
