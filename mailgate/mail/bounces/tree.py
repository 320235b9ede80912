"""The part tree of a mail, as the readers of reports need it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailgate.mail.parts import Part

MAX_PARTS = 500


def walk(root: Part) -> Iterator[Part]:
    """Every part from ``root`` down, in the order of the mail, at most ``MAX_PARTS`` of them.

    Attached messages are not entered: a person who forwards a bounce as an attachment sends no bounce.
    """
    stack = [root]
    for _ in range(MAX_PARTS):
        if not stack:
            return
        part = stack.pop()
        yield part
        if not part.content_type.startswith("message/"):
            stack.extend(reversed(part.children))
