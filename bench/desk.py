"""A real ``mailgate serve`` to be measured, in a scratch folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psutil

CONFIG = """\
[desk]
name = "Bench"
address = "support@bench.example"
dns = false

[database]
url = "{database}"

[smtp.in]
listen = "127.0.0.1:0"
messages_per_minute_per_ip = 100000000
max_messages_per_connection = 100000000
max_commands = 1000000000
session_timeout = "10 h"
trusted_relays = ["127.0.0.0/8"]

[smtp.out]
host = "127.0.0.1"
port = {relay}

[[mailboxes]]
address = "support@bench.example"
team = "support"
{imap}
[[teams]]
id = "support"
name = "Support"
members = ["anna"]

[[agents]]
id = "anna"
name = "Anna"
address = "anna@bench.example"

[limits]
workers = {workers}
letters = {{ per_domain_hour = 100000, unproved_hour = 1000000 }}

[log]
level = "warning"
"""
RECIPIENT = "support@bench.example"


class Desk:
    """The desk's processes, its port, and what they cost."""

    def __init__(self, folder: Path, relay: int, database: str = "sqlite", workers: int = 1, imap: str = "") -> None:
        """Write the config and start; returns once mail is accepted."""
        self.folder = folder
        config = folder / "config.toml"
        config.write_text(CONFIG.format(database=database, relay=relay, workers=workers, imap=imap))
        secret = folder / "secret"
        secret.write_text(f"audit {'1' * 64}\ntoken {'2' * 64}\n")
        secret.chmod(0o600)
        command = [sys.executable, "-m", "mailgate", "serve", "-c", str(config)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found = re.search(r"ready.*smtp 127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found[1])
                return
            sys.stderr.write(line)
        raise RuntimeError("the desk did not start")

    def processes(self) -> list[psutil.Process]:
        """The parent and its children."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by process id and in all."""
        found = {str(each.pid): sum(each.cpu_times()[:2]) for each in self.processes()}
        return {**found, "all": sum(found.values())}

    def pss(self) -> float:
        """Proportional memory of all processes together, in MB."""
        return float(sum(each.memory_full_info().pss for each in self.processes()) / 2**20)

    def stop(self) -> None:
        """End it in good order."""
        self.process.terminate()
        self.process.wait(120)
