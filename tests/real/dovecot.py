"""A throw-away Dovecot on a free loopback port, where one is installed: IMAP without TLS, in a folder of its own.

A wrong password costs nothing there: its delays, and the penalty for whoever comes from the same address, are off.

``start()`` gives a running server; ``stop`` ends it. Works for Dovecot 2.3 and 2.4, as root and as a plain user
(as root the mail belongs to ``nobody``, since Dovecot serves no mail as root).
"""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.real.port import reserve

PATIENCE_S = 60.0

_V23 = """
base_dir = {root}/run
state_dir = {root}/state
protocols = imap
listen = 127.0.0.1
log_path = {root}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{root}/mail/%n
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_max_userip_connections = 200
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
  chroot =
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=plain {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%n
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

_V24 = """
dovecot_config_version = {version}
dovecot_storage_version = {version}
base_dir = {root}/run
state_dir = {root}/state
protocols = imap
listen = 127.0.0.1
log_path = {root}/dovecot.log
ssl = no
auth_allow_cleartext = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_driver = maildir
mail_path = {root}/mail/%{{user | username}}
mail_home = {root}/mail/%{{user | username}}
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_max_userip_connections = 200
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
  chroot =
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb passwd-file {{
  passwd_file_path = {root}/users
  default_password_scheme = plain
}}
userdb static {{
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


@dataclass
class Dovecot:
    """A running server. ``add_user`` may be called at any time; every user's password is what was given there."""

    host: str
    port: int
    root: Path
    owner: tuple[int, int]
    process: subprocess.Popen[bytes]
    users: dict[str, str] = field(default_factory=dict)

    def add_user(self, user: str, password: str) -> None:
        """A new user, or a new password for one."""
        self.users[user] = password
        text = "".join(f"{name}:{{plain}}{word}\n" for name, word in self.users.items())
        (self.root / "users.new").write_text(text)
        (self.root / "users.new").chmod(0o644)
        (self.root / "users.new").replace(self.root / "users")

    def client(self, user: str) -> imaplib.IMAP4:
        """A connection of that user, as a person's mail client would open it."""
        client = imaplib.IMAP4(self.host, self.port, timeout=PATIENCE_S)
        client.login(user, self.users[user])
        return client

    def append(self, user: str, raws: Sequence[bytes], folder: str = "INBOX") -> None:
        """Put mails into a folder, in order."""
        with self.client(user) as client:
            for raw in raws:
                status, said = client.append(folder, "", "", raw)  # type: ignore[arg-type]
                assert status == "OK", (said, self.log()[-2000:])

    def log(self) -> str:
        """What Dovecot wrote, for a test that fails."""
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """End it, and wait until it is gone, and its folder with it."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        shutil.rmtree(self.root, ignore_errors=True)


def start() -> Dovecot:
    """A Dovecot that answers; skips the test, and says what to install, where there is none."""
    binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if binary is None:
        pytest.skip("no Dovecot here: install it (Debian: dovecot-imapd) to run the tests against a real IMAP server")
    # Not under tmp_path: pytest makes its folders private, at the start of each other run too, and Dovecot works in its
    # own under accounts of its own.
    root = Path(tempfile.mkdtemp(prefix="mailgate-dovecot-"))
    root.chmod(0o755)
    for folder in ("run", "state", "mail"):
        (root / folder).mkdir()
        (root / folder).chmod(0o755)
    names = _names()
    os.chown(root / "mail", *names.owner)
    (root / "users").write_text("")
    port = reserve()
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
    template = _V23 if version.startswith("2.3") else _V24
    config = template.format(
        root=root,
        port=port,
        version=re.split(r"[^0-9.]", version)[0],  # 2.4.1-4 is configured as 2.4.1
        **names.words,
    )
    (root / "dovecot.conf").write_text(config)
    out = (root / "out").open("wb")
    process = subprocess.Popen([binary, "-F", "-c", str(root / "dovecot.conf")], stdout=out, stderr=out)
    out.close()
    dovecot = Dovecot("127.0.0.1", port, root, names.owner, process)
    _wait_for(dovecot)
    return dovecot


@dataclass
class _Names:
    owner: tuple[int, int]
    words: dict[str, str]


def _names() -> _Names:
    """Who owns the mail, and as whom Dovecot's own processes run."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        gid = grp.getgrgid(nobody.pw_gid).gr_name
        words = {"uid": "nobody", "gid": gid, "internal": "dovecot", "group": "dovecot", "login": "dovenull"}
        return _Names((nobody.pw_uid, nobody.pw_gid), words)
    me, ours = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    words = {"uid": me, "gid": ours, "internal": me, "group": ours, "login": me}
    return _Names((os.geteuid(), os.getegid()), words)


def _wait_for(dovecot: Dovecot) -> None:
    """Until it greets; fails with its log when it ends instead."""
    import time

    until = time.monotonic() + PATIENCE_S
    while dovecot.process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection((dovecot.host, dovecot.port), 1) as probe:
                probe.settimeout(PATIENCE_S)
                if probe.recv(4) == b"* OK":
                    return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                dovecot.process.wait(0.05)  # rather than take the machine from it
    said = (dovecot.root / "out").read_text(errors="replace") + dovecot.log()
    dovecot.stop()
    pytest.fail(f"Dovecot did not start: {said}")
