"""Q-12: code that a mail brings to run in a worker finds itself in a cage. Each try is made in a child of its own."""

from __future__ import annotations

import errno
import os
import pickle
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.dns import DnsResolver
from mailgate.edges.settings import WorkerLimits
from mailgate.edges.spool.spool import Spool
from mailgate.edges.worker import cage
from mailgate.edges.worker.process import restrict
from mailgate.mail.model import Envelope
from tests.edges.name_server import NameServer

ALLOWED = "allowed"


def caged(tries: Callable[[], object], before: Callable[[], object] = lambda: None) -> str:
    """What became of it in a caged child: ``allowed``, the name of an errno, or what it raised."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        before()
        restrict(WorkerLimits())
        told = _outcome(tries) if cage.shut() else "no cage here"
        os.write(theirs, pickle.dumps(told))
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as answer:
        told = pickle.loads(answer.read())
    os.waitpid(child, 0)
    if told == "no cage here":
        pytest.skip("this kernel or machine has no filter of system calls that we know")
    return str(told)


def _outcome(tries: Callable[[], object]) -> str:
    try:
        tries()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    except Exception as error:  # whatever it was, the parent wants to see it
        return repr(error)
    return ALLOWED


def _another_process() -> object:
    return os.kill(os.getppid(), 0)


def test_Q12_a_caged_process_starts_nothing_and_harms_no_file_or_process(tmp_path: Path) -> None:
    kept = tmp_path / "mailgate.db"
    kept.write_bytes(b"tickets")
    refused: dict[str, Callable[[], object]] = {
        "open to write": lambda: os.open("/etc/passwd", os.O_RDWR),
        "open to append": lambda: kept.open("ab"),
        "a new file": lambda: (tmp_path / "new").touch(),
        "a temporary file": lambda: os.open(tmp_path, os.O_TMPFILE | os.O_RDWR),
        "delete": kept.unlink,
        "rename": lambda: kept.rename(tmp_path / "gone"),
        "cut": lambda: os.truncate(kept, 0),
        "chmod": lambda: kept.chmod(0o777),
        "link": lambda: os.link(kept, tmp_path / "link"),
        "symbolic link": lambda: os.symlink(kept, tmp_path / "link"),
        "folder": lambda: (tmp_path / "folder").mkdir(),
        "fork": os.fork,
        "a shell": lambda: subprocess.run(["/bin/true"], check=True),
        "become a program": lambda: os.execv("/bin/true", ["/bin/true"]),
        "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "signal another": _another_process,
        "signal all": lambda: os.kill(-1, 0),
        "the daemon's sockets": lambda: socket.socket(socket.AF_UNIX),
        "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)),
    }
    outcomes = {what: caged(tries) for what, tries in refused.items()}
    assert outcomes == dict.fromkeys(refused, "EPERM")
    assert (kept.read_bytes(), [path.name for path in tmp_path.iterdir()]) == (b"tickets", ["mailgate.db"])


def test_Q12_what_a_worker_needs_still_goes() -> None:
    """Reading files, a question to a name server, threads of a library, a signal to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as name_server:
        name_server.bind(("127.0.0.1", 0))

        def ask() -> object:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                return line.sendto(b"?", name_server.getsockname())

        def think() -> object:
            thread = threading.Thread(target=len, args=("",))
            thread.start()
            return thread.join()

        needed: dict[str, Callable[[], object]] = {
            "read a file": lambda: Path("/etc/passwd").read_bytes(),
            "ask DNS": ask,
            "a thread": think,
            "its own signal": lambda: os.kill(os.getpid(), 0),
        }
        assert {what: caged(tries) for what, tries in needed.items()} == dict.fromkeys(needed, ALLOWED)


def test_Q12_proof_is_still_looked_up_in_dns() -> None:
    server = NameServer()
    server.records["client.example", "TXT"] = ['"v=spf1 -all"']

    def proof() -> object:
        resolver = DnsResolver(SystemClock(), nameservers=("127.0.0.1",), port=server.port, per_mail=30.0)
        resolver.begin()
        assert resolver.txt("client.example") == ("v=spf1 -all",)
        return None

    assert caged(proof) == ALLOWED
    server.close()


def test_Q12_the_spool_is_read_on_the_connection_that_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    keep = Spool.open(path, SystemClock(), checkpoints=True)
    key = keep.accept(b"From: a@b.example\r\n\r\nHi.\r\n", Envelope("smtp", ("c@d.example",)))
    keep.close()
    theirs: list[Spool] = []
    assert caged(lambda: theirs[0].raw(key), before=lambda: theirs.append(Spool.open(path, SystemClock()))) == ALLOWED


@pytest.mark.parametrize("machine", list(cage.MACHINES))
def test_every_name_is_a_call_of_the_machine_or_one_that_it_never_had(machine: str) -> None:
    """ARM64 was made without the calls that take a path and no folder, and without fork."""
    _, numbers = cage.MACHINES[machine]
    named = {*cage.NEVER, *cage.NEWER, *cage.BY_FLAGS, *cage.OF_A_PROCESS, "clone", "socket"}
    old = {"open", "creat", "fork", "vfork", "rename", "unlink", "link", "symlink", "mkdir", "rmdir", "mknod", "chmod"}
    assert numbers.keys() <= named
    assert named - numbers.keys() <= ({*old, "chown", "lchown"} if machine == "aarch64" else set())
    assert len(set(numbers.values())) == len(numbers)
