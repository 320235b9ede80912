"""What shall still be there after a power cut: a file that is replaced as a whole, and the folder that has its name.

It stands at the bottom of the house, beside ``turnstile``: edges and commands alike write such files.
"""

from __future__ import annotations

import os
from pathlib import Path


def replace_private(path: Path, text: str) -> None:
    """The whole new text or the whole old one, whatever happens; mode 0600 from its first octet on, and the owner whom
    the file had. OSError where that cannot be; then the old one stands."""
    old, beside = path.stat(), path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if os.geteuid() == 0:
        os.chown(beside, old.st_uid, old.st_gid)
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A new name, or a rename, is only as durable as its folder. OSError where it cannot be synced."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
