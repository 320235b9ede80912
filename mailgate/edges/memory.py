"""Memory that large mails took goes back to the system, as far as the C library can be told (glibc; others have nothing
like it, or need nothing)."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3
LARGE_BLOCK = 512 * 1024

_LIBC = ctypes.CDLL(None)


def map_large_blocks() -> None:
    """Return what a large mail took as soon as it is freed; by itself glibc learns from the first 25 MB mail to keep up
    to 32 MB for the next, in each process."""
    if hasattr(_LIBC, "mallopt"):
        _LIBC.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


def give_back() -> None:
    """Return the free pages between what is in use: the pieces in which a large mail came in lie among other values."""
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)
