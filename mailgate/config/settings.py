"""What the loader makes of ``config.toml``: everything the daemon and the commands need, as values that never change.

Paths are absolute. Values that a pattern or a name refers to have been looked up; nothing in here needs the TOML again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailgate.config.rule_tests import MailTest
from mailgate.desk.policy import Policy
from mailgate.edges.settings import Dkim, ImapAccount, Relay, Secret, SmtpIn, Webhook, WorkerLimits
from mailgate.errors import Problem


@dataclass(frozen=True, slots=True)
class Login:
    """An agent who may send through the submission port."""

    user: str
    address: str
    password: Secret


@dataclass(frozen=True)
class Settings:
    """The whole configuration.

    ``path`` is the file it came from, ``secret_file`` the one with the keys, ``state_dir`` the folder of spool and
    database, ``templates`` that of the letters, ``brand_templates`` a brand's overrides by brand id, ``logins`` by user
    name, ``webhooks`` by theirs. ``warnings`` are what ``check`` tells besides errors; ``metrics`` is the address of
    the monitoring page (empty: none), ``dns`` whether DKIM and DMARC may be looked up. ``database_url`` may hold a
    password, so no ``repr`` shows it.
    """

    path: Path
    secret_file: Path
    policy: Policy
    smtp_in: SmtpIn
    imap: tuple[ImapAccount, ...]
    relay: Relay
    dkim: Mapping[str, Dkim]
    webhooks: Mapping[str, Webhook]
    database_url: str = field(repr=False)
    state_dir: Path
    templates: Path
    brand_templates: Mapping[str, Path]
    worker: WorkerLimits
    logins: Mapping[str, Login]
    tests: tuple[MailTest, ...]
    dns: bool
    log_level: str
    log_json: bool
    metrics: str
    warnings: tuple[Problem, ...]

    @property
    def spool_path(self) -> Path:
        """The spool's file."""
        return self.state_dir / "spool.db"
