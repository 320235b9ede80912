"""What the kernel refuses to a process that reads strangers' mail, whatever code has come to run in it (Linux).

A library that a mail has taken over is still this process: it may compute, read files, answer the applier, ask DNS. It
may do none of this any more:

=======================  =========================================================================================
refused                  so that it cannot
=======================  =========================================================================================
programs, children       start a shell, or live on after the process (threads are let through)
files opened to write    change the database, the spool, the configuration; what is open already stays open
names changed            delete, rename, link or chmod what others have
sockets but Internet's   speak to the daemon's own sockets, or to a database beside it; nor listen for anybody
other processes          send them signals, read or write their memory
corners of the kernel    mount, change namespaces, load BPF, use io_uring, keys, perf: what exploits begin with
=======================  =========================================================================================

The call fails with EPERM, as if the file system said so, and the mail's reading with it. It is a filter of system calls
(seccomp mode 2) over ``PR_SET_NO_NEW_PRIVS``, for good and for all that comes after. DNS is asked in this process, so
Internet sockets stay; who wants none sets ``desk.dns = false`` and takes the network away from outside.

Where the kernel or the machine is another (neither x86-64 nor ARM64), ``shut`` says False and nothing is changed: then
the limits of ``process`` stand alone.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Mapping

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
MODE_FILTER = 2

LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
"""BPF: load a word of what the call is, compare, test bits, decide."""

NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16
ALLOWED = 0x7FFF0000
REFUSED = 0x00050000 | errno.EPERM
UNKNOWN = 0x00050000 | errno.ENOSYS
X32 = 0x40000000
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | 0o20000000
CLONE_THREAD = 0x10000
AF_INET, AF_INET6 = 2, 10

BY_FLAGS: Mapping[str, int] = {"open": 1, "openat": 2}
"""Calls that open a file, and which argument says how."""

OF_A_PROCESS = ("kill", "tgkill")
"""Calls whose first argument is whom they mean: only this process may be."""

NEWER = ("clone3", "openat2")
"""Calls whose arguments no filter can see: said not to exist, so that the C library takes the older ones."""

NEVER = (
    "creat", "fork", "vfork", "execve", "execveat", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
    "pidfd_send_signal", "pidfd_open", "pidfd_getfd", "ptrace", "process_vm_readv", "process_vm_writev",
    "listen", "accept", "accept4",
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "symlink", "symlinkat", "mkdir",
    "mkdirat", "rmdir", "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown",
    "fchownat", "truncate",
    "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "bpf", "userfaultfd", "perf_event_open",
    "io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl", "add_key", "request_key",
)  # fmt: skip

_SINCE_5: Mapping[str, int] = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "pidfd_open": 434, "clone3": 435, "openat2": 437, "pidfd_getfd": 438, "fchmodat2": 452,
}  # fmt: skip
"""Numbers that all machines share."""

X86_64: Mapping[str, int] = {
    **_SINCE_5,
    "open": 2, "socket": 41, "accept": 43, "listen": 50, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62,
    "truncate": 76, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
    "chmod": 90, "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94, "ptrace": 101, "rt_sigqueueinfo": 129,
    "mknod": 133, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "tkill": 200, "tgkill": 234,
    "add_key": 248, "request_key": 249, "keyctl": 250, "openat": 257, "mkdirat": 258, "mknodat": 259, "fchownat": 260,
    "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266, "fchmodat": 268, "unshare": 272,
    "accept4": 288, "rt_tgsigqueueinfo": 297, "perf_event_open": 298, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "renameat2": 316, "bpf": 321, "execveat": 322, "userfaultfd": 323,
}  # fmt: skip
ARM64: Mapping[str, int] = {
    **_SINCE_5,
    "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "umount2": 39,
    "mount": 40, "pivot_root": 41, "truncate": 45, "chroot": 51, "fchmod": 52, "fchmodat": 53, "fchownat": 54,
    "fchown": 55, "openat": 56, "unshare": 97, "ptrace": 117, "kill": 129, "tkill": 130, "tgkill": 131,
    "rt_sigqueueinfo": 138, "socket": 198, "listen": 201, "accept": 202, "add_key": 217, "request_key": 218,
    "keyctl": 219, "clone": 220, "execve": 221, "rt_tgsigqueueinfo": 240, "perf_event_open": 241, "accept4": 242,
    "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "renameat2": 276, "bpf": 280, "execveat": 281,
    "userfaultfd": 282,
}  # fmt: skip
MACHINES: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "x86_64": (0xC000003E, X86_64),
    "aarch64": (0xC00000B7, ARM64),
}
"""By ``platform.machine``: what the kernel calls it, and its numbers."""


def shut() -> bool:
    """Refuse all of that to this process, for good; whether the kernel does."""
    known = MACHINES.get(platform.machine())
    if known is None or sys.platform != "linux" or sys.maxsize < 1 << 32:
        return False
    code = b"".join(_program(*known, os.getpid()))
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.c_char_p(program), 0, 0) == 0)


def _program(machine: int, numbers: Mapping[str, int], pid: int) -> list[bytes]:
    """The filter: what is not named in it is allowed."""
    code = [
        _step(LOAD, MACHINE_AT), _step(EQUAL, machine, 1, 0), _step(RETURN, REFUSED),
        _step(LOAD, NUMBER_AT), _step(ANY_BIT, X32, 0, 1), _step(RETURN, REFUSED),
    ]  # fmt: skip
    code += _rule(numbers, "clone", _argument(0), _step(ANY_BIT, CLONE_THREAD, 1, 0))
    code += _rule(numbers, "socket", _argument(0), _step(EQUAL, AF_INET, 2, 0), _step(EQUAL, AF_INET6, 1, 0))
    for name, at in BY_FLAGS.items():
        code += _rule(numbers, name, _argument(at), _step(ANY_BIT, WRITING, 0, 1))
    for name in OF_A_PROCESS:
        code += _rule(numbers, name, _argument(0), _step(EQUAL, pid, 1, 0))
    for name in NEVER:
        code += _rule(numbers, name)
    for name in NEWER:
        code += [_step(EQUAL, numbers[name], 0, 1), _step(RETURN, UNKNOWN)]
    return [*code, _step(RETURN, ALLOWED)]


def _rule(numbers: Mapping[str, int], name: str, *test: bytes) -> list[bytes]:
    """Refuse that call, or let it pass where ``test`` jumps over the refusal; nothing where the machine has it not."""
    if name not in numbers:
        return []
    then = [*test, _step(RETURN, REFUSED), _step(RETURN, ALLOWED)] if test else [_step(RETURN, REFUSED)]
    return [_step(EQUAL, numbers[name], 0, len(then)), *then]


def _argument(at: int) -> bytes:
    return _step(LOAD, ARGUMENTS_AT + 8 * at)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction; where it compares, how many to skip."""
    return struct.pack("HBBI", code, then, otherwise, value)
