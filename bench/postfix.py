"""The other floor: Postfix that delivers into a Maildir, a private instance in a scratch folder.

It takes the same mails over the same sessions. Its queue file is fsynced before the 250 and its Maildir file after it,
as they are by default. The instance belongs to nobody's configuration: ``postfix -c`` with a main.cf and a master.cf of
its own, the services that this takes and no more. Postfix runs as root only.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Missing, family_cpu
from tests.real.port import reserve

DAEMONS = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix")
MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}
command_directory = {commands}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = bench.example
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtputf8_enable = no
smtpd_peername_lookup = no
disable_dns_lookups = yes
virtual_mailbox_domains = bench.example
virtual_mailbox_base = {folder}
virtual_mailbox_maps = static:Maildir/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_mailbox_limit = 0
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running instance."""

    folder: Path
    port: int

    def delivered(self) -> int:
        """How many mails lie in the Maildir."""
        new = self.folder / "Maildir" / "new"
        return len(os.listdir(new)) if new.exists() else 0

    def cpu(self) -> float:
        """CPU seconds of all its processes so far."""
        return family_cpu(int((self.folder / "queue" / "pid" / "master.pid").read_text()))


@contextmanager
def postfix() -> Iterator[Postfix]:
    """An instance that takes mail for bench.example on loopback; ``Missing``, in a sentence, where there is none."""
    command = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    daemons = next((name for name in DAEMONS if Path(name, "smtpd").exists()), None)
    if command is None or daemons is None:
        raise Missing("no Postfix here (Debian: postfix), so its floor was not measured")
    if os.geteuid() != 0:
        raise Missing("Postfix starts as root only, so its floor was not measured")
    folder = Path(tempfile.mkdtemp(prefix="bench-postfix-"))
    try:
        port = _configure(folder, daemons, str(Path(command).parent))
        _run(command, folder, "start")
        try:
            _wait_for(port)
            yield Postfix(folder, port)
        finally:
            _run(command, folder, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, daemons: str, commands: str) -> int:
    """Write the instance's two files and make its folders; returns its port."""
    owner = pwd.getpwnam("postfix")
    folder.chmod(0o755)
    for name in ("etc", "queue", "data", "Maildir"):
        (folder / name).mkdir()
    for name in ("data", "Maildir"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    port = reserve()
    words = {"folder": folder, "daemons": daemons, "commands": commands, "uid": owner.pw_uid, "gid": owner.pw_gid}
    (folder / "etc" / "main.cf").write_text(MAIN.format(**words))
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=port))
    return port


def _run(command: str, folder: Path, verb: str) -> None:
    done = subprocess.run([command, "-c", str(folder / "etc"), verb], capture_output=True, text=True, check=False)
    if done.returncode and verb == "start":
        raise Missing(f"Postfix did not start: {done.stderr.strip()[-300:]}")


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as probe:
                probe.settimeout(5)
                if probe.recv(4).startswith(b"220"):
                    return
        except OSError:
            time.sleep(0.05)
    raise Missing("Postfix did not answer within 20 seconds")
