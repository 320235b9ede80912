"""The command line: what an admin types. ``main`` is the ``mailgate`` command; one module holds each group of commands.

====  ===============================================================================
exit  meaning
====  ===============================================================================
0     done
1     failed; the reason is one sentence on stderr
2     used wrongly, or the configuration cannot be used; every problem on stderr
====  ===============================================================================

Only ``ingest -`` answers otherwise, as the pipe of a mail server must: 0 kept, 65 refused (EX_DATAERR), and 75 for
everything else (EX_TEMPFAIL), a broken configuration and a bug of ours included: the server tries again, and no mail is
lost. With ``--json`` stdout carries machine output and nothing else.

Commands import what they need when they run, so that ``--help`` and completion stay quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mailgate.errors import ConfigError, MailgateError

DONE, FAILED, MISUSED = 0, 1, 2
PIPE_REFUSED, PIPE_LATER = 65, 75


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not _is_pipe(given):
        return _run(given)
    try:
        code = _run(given)
    except Exception as error:  # the wide one: whatever went wrong, the mail server keeps the mail
        sys.stderr.write(f"mailgate: {type(error).__name__}\n")
        return PIPE_LATER
    return code if code in (DONE, PIPE_REFUSED) else PIPE_LATER


def _run(given: list[str]) -> int:
    from mailgate.cli.app import app

    try:
        app(args=given, prog_name="mailgate")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else DONE if ended.code is None else FAILED
    except ConfigError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
        return MISUSED
    except MailgateError as error:
        sys.stderr.write(f"mailgate: {error}\n")
        return FAILED
    except OSError as error:
        sys.stderr.write(
            f"mailgate: {': '.join(filter(None, (error.filename and str(error.filename), error.strerror)))}\n"
        )
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return DONE


def _is_pipe(given: list[str]) -> bool:
    return given[:1] == ["ingest"] and "-" in given[1:]
