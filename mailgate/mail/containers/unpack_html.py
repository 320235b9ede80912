"""Pictures that stand in the HTML itself (``src="data:image/png;base64,…"``): taken out, each a file with a Content-ID.

Some programs paste screenshots that way. Safe HTML may not hold ``data:`` addresses, so they become ``cid:`` ones.
"""

from __future__ import annotations

import re

from mailgate.mail.attachments.attachment import File
from mailgate.mail.text import transfer

_PICTURE = re.compile(
    r"(src\s{0,5}=\s{0,5}[\"']?)data:image/(png|jpe?g|gif|webp|bmp);base64,([A-Za-z0-9+/=\s]{20,})", re.IGNORECASE
)
_MAX_PICTURES = 50


def take_out(html: str, path: str) -> tuple[str, tuple[File, ...]]:
    """``html`` with each such picture as ``cid:``, and the pictures; ``path`` of the part makes their ids unique."""
    if "data:image/" not in html:
        return html, ()
    files: list[File] = []

    def replaced(match: re.Match[str]) -> str:
        content, defect = transfer.decode(match.group(3).encode("ascii"), "base64")
        if len(files) >= _MAX_PICTURES or defect == "not-base64":
            return match.group()
        kind = match.group(2).lower().replace("jpg", "jpeg")
        content_id = f"picture-{len(files) + 1}.{path}@html"
        files.append(File(f"picture.{kind}", f"image/{kind}", content, content_id=content_id))
        return f"{match.group(1)}cid:{content_id}"

    return _PICTURE.sub(replaced, html), tuple(files)
