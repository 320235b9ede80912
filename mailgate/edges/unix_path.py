"""Unix sockets in folders with long names.

The kernel takes a socket's path up to 107 octets only, and a state folder may be longer. Such a socket is named through
its open folder instead, ``/proc/self/fd/N/worker.sock``, which Linux resolves like any other path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 107


@contextmanager
def within_reach(path: Path) -> Iterator[str]:
    """A name of ``path`` that bind and connect take while the body runs; OSError where its folder is not there."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
