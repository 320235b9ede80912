"""A login: AUTH PLAIN (RFC 4616) and AUTH LOGIN, read strictly. Whose name and password they are the desk decides.

Guessing is slow: every failure waits ``auth_pause``; after ten a minute from one address no password is looked at.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable

from mailgate.edges.smtp_in.front import Front
from mailgate.edges.smtp_in.reply import ENOUGH_LOGINS, LOGIN_ABORTED, LOGIN_GARBLED, LOGIN_UNKNOWN_WAY, Reply

Ask = Callable[[bytes], Awaitable[bytes]]
"""Say a prompt to the client, and get its line."""


async def log_in(argument: str, ip: str, front: Front, ask: Ask) -> str | None:
    """The address of the agent who logs in; None when name or password is wrong. Raises ``Reply``."""
    if front.failed_logins.used_up(ip, front.clock.monotonic()):
        raise Reply(ENOUGH_LOGINS, hang_up=True)
    user, password = await credentials(argument, ask)
    agent = await asyncio.to_thread(front.desk.agent_login, user, password)
    if agent is None:
        front.failed_logins.step(ip, front.clock.monotonic())
        await asyncio.sleep(front.settings.auth_pause)
    return agent


async def credentials(argument: str, ask: Ask) -> tuple[str, bytes]:
    """Name and password out of the argument of AUTH and what the client answers; raises ``Reply``.

    The authorisation identity of PLAIN may only be empty or the same name: nobody acts for somebody else.
    """
    mechanism, _, first = argument.partition(" ")
    match mechanism.upper():
        case "PLAIN":
            parts = _decoded(first.encode("utf-8", "replace") or await ask(b"")).split(b"\0")
            if len(parts) != 3 or parts[0] not in (b"", parts[1]):
                raise Reply(LOGIN_GARBLED)
            user, password = parts[1], parts[2]
        case "LOGIN":
            user = _decoded(first.encode("utf-8", "replace") or await ask(b"Username:"))
            password = _decoded(await ask(b"Password:"))
        case _:
            raise Reply(LOGIN_UNKNOWN_WAY)
    try:
        return user.decode("utf-8"), password
    except UnicodeDecodeError as error:
        raise Reply(LOGIN_GARBLED) from error


def _decoded(text: bytes) -> bytes:
    """Base64, or nothing, which is written ``=``, or the client's change of mind, ``*`` (RFC 4954 section 4)."""
    if text == b"*":
        raise Reply(LOGIN_ABORTED)
    try:
        return b"" if text == b"=" else base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Reply(LOGIN_GARBLED) from error
