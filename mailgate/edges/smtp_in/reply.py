"""What our servers say to strangers: codes of RFC 5321 section 4.2 with the enhanced codes of RFC 3463.

A guard refuses by raising a ``Reply``. Nothing that is said here names a path, a version or the text of an error.
"""

from __future__ import annotations

import errno

from mailgate.edges.spool.spool import SpoolFull
from mailgate.errors import Refused


class Reply(Exception):
    """An answer that ends the command; with ``hang_up`` it ends the connection too."""

    def __init__(self, text: str, *, hang_up: bool = False) -> None:
        """``text`` starts with the code."""
        super().__init__(text)
        self.text = text
        self.hang_up = hang_up


OK = "250 2.0.0 OK"
BYE = "221 2.0.0 bye"
GO_AHEAD = "354 end with <CRLF>.<CRLF>"
CANNOT_VRFY = "252 2.1.5 send a mail and see"

TROUBLE = "451 4.3.0 trouble here, please try again later"
NO_ROOM = "452 4.3.1 no room at the moment, please try again later"
TOO_BUSY = "452 4.3.1 too much mail at the moment, please try again later"
TOO_FAST = "450 4.7.1 too much mail from your address, please slow down"
TOO_MANY_RECIPIENTS = "452 4.5.3 too many recipients, send the others in another mail"

CLOSING = "421 4.3.2 going down for a moment, please try again"
CROWDED = "421 4.3.2 too many connections, please try again later"
CROWDED_IP = "421 4.7.0 too many connections from your address"
IDLE = "421 4.4.2 waited too long for you"
SLOW = "421 4.4.2 that was too slow"
LONG = "421 4.4.2 long enough, please connect again"
ENOUGH_MAILS = "421 4.7.0 enough mails on this connection, please connect again"
ENOUGH_COMMANDS = "421 4.7.0 too many commands"
ENOUGH_ERRORS = "421 4.7.0 too many errors"
ENOUGH_STRANGERS = "421 4.7.0 too many unknown recipients"
ENOUGH_LOGINS = "421 4.7.0 too many failed logins"

BAD_COMMAND = "500 5.5.2 that is no command"
BARE_NEWLINE = "500 5.5.2 lines end with <CRLF>"
LONG_COMMAND = "500 5.5.2 line too long"
BAD_GREETING = "501 5.5.4 say who you are, in one printable word"
UNKNOWN_COMMAND = "502 5.5.1 not here"
GREET_FIRST = "503 5.5.1 greet first"
WRONG_ORDER = "503 5.5.1 not now"
NO_RECIPIENTS = "554 5.5.1 no valid recipients"
NOT_SMTP = "554 5.5.2 this is a mail server"
IMPATIENT = "554 5.5.0 wait for the answer to your greeting"

NO_MAILBOX = "550 5.1.1 no such mailbox here"
NOT_YOUR_ADDRESS = "550 5.7.1 that is not the address of the one who logged in"
TOO_BIG = "552 5.3.4 the mail is too big"
LONG_LINE = "554 5.6.0 a line of the mail is too long"
TOO_MANY_HOPS = "554 5.4.6 the mail goes round in circles"
REFUSED = "554 5.7.1 not accepted"

LOGIN_FIRST = "530 5.7.0 log in first"
LOGGED_IN = "235 2.7.0 welcome"
LOGIN_FAILED = "535 5.7.8 wrong name or password"
LOGIN_ABORTED = "501 5.7.0 given up"
LOGIN_GARBLED = "501 5.5.2 that is no base64 of a login"
LOGIN_UNKNOWN_WAY = "504 5.5.4 PLAIN or LOGIN"
ENCRYPT_FIRST = "538 5.7.11 encrypt first"


def answer_for(error: Exception) -> str:
    """The reply to a failure of ours: temporary, whatever it is, unless policy says no."""
    if isinstance(error, Refused):
        return REFUSED
    full = isinstance(error, SpoolFull) or (isinstance(error, OSError) and error.errno == errno.ENOSPC)
    return NO_ROOM if full else TROUBLE
