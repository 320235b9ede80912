"""``mailgate init``: a few questions, and a folder with a ``config.toml`` that works, and a secret of mode 0600.

Nothing that is there is ever overwritten. What is not asked stands at its default (see ``config.example.toml``).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from mailgate.cli.frame import say
from mailgate.cli.init_text import Answers, config_text, person

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; the present one by default.")]
Name = Annotated[str, typer.Option(metavar="NAME", help="What customers read as the sender's name.")]
MailAddress = Annotated[str, typer.Option(metavar="ADDRESS", help="The address that customers write to.")]
People = Annotated[
    list[str] | None,
    typer.Option(metavar="PERSON", help='Who answers, as "Ana <ana@acme.example>"; may be repeated.'),
]
Language = Annotated[str, typer.Option(metavar="TAG", help="The desk's language, en or zh.")]
Zone = Annotated[str, typer.Option(metavar="ZONE", help="The desk's time zone; by default this machine's.")]
Relay = Annotated[
    str,
    typer.Option(metavar="HOST[:PORT]", help="The server that sends our mail; without one, letters go into a Maildir."),
]
RelayUser = Annotated[str, typer.Option(metavar="USER", help="The user name there, where it wants one.")]
Imap = Annotated[
    str,
    typer.Option(metavar="HOST[:PORT]", help="The server to fetch the mailbox from; without one, mail comes by SMTP."),
]
ImapUser = Annotated[str, typer.Option(metavar="USER", help="The account there; by default the address.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; what is not given stands at its default.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog='Example: mailgate init desk --yes --address support@acme.example --agent "Ana <ana@acme.example>"'
    )(init)


def init(
    folder: Folder = Path(),
    name: Name = "",
    address: MailAddress = "",
    agent: People = None,
    language: Language = "en",
    timezone: Zone = "",
    relay: Relay = "",
    relay_user: RelayUser = "",
    imap: Imap = "",
    imap_user: ImapUser = "",
    yes: Yes = False,
) -> None:
    """Make a desk: a configuration and a secret.

    Passwords go into files of their own; what is there already is never overwritten.
    """
    target = folder / "config.toml"
    if target.exists():
        say(f"mailgate: {target} is already there; nothing was changed")
        raise typer.Exit(1)
    ask = _given if yes else _asked
    address = ask("The address that customers write to", address, "", bare_address)
    domain = address.rpartition("@")[2] or "example.org"
    name = ask("The desk's name, as customers read it", name, f"{domain.partition('.')[0].capitalize()} Support")
    people = [reachable(each) for each in agent or ()] or [
        ask("Who answers, as Name <address>", "", f"Agent <agent@{domain}>", reachable)
    ]
    relay = ask("The server that sends our mail, HOST[:PORT]; empty: into a Maildir, to try out", relay, "")
    relay_user = ask("The user name there; empty: none", relay_user, "") if relay else ""
    imap = ask("The server to fetch the mailbox from, HOST[:PORT]; empty: mail comes by SMTP", imap, "")
    answers = Answers(
        name=name,
        address=address,
        agents=tuple(person(each) for each in people),
        language=language,
        timezone=timezone or machine_timezone(),
        relay=relay,
        relay_user=relay_user,
        imap=imap,
        imap_user=(imap_user or ask("The account there", "", address)) if imap else "",
    )
    _write(folder, answers)
    if not yes:
        _passwords(folder, answers)
    _tell(folder, answers)


Check = Callable[[str], str]
"""The answer as it is kept; raises ``typer.BadParameter``, upon which a question is asked again."""


def bare_address(written: str) -> str:
    """See ``Check``: one mail address and nothing else."""
    from mailgate.config.fields import address
    from mailgate.config.units import Wrong

    try:
        return address(written.strip())
    except Wrong as error:
        raise typer.BadParameter(f"{error.wrong}; {error.right}") from error


def reachable(written: str) -> str:
    """See ``Check``: a person with a mail address."""
    bare_address(person(written).address)
    return written.strip()


def _given(question: str, answer: str, default: str, check: Check = str.strip) -> str:
    """--yes: the flag, else the default; an address has none."""
    if not answer and not default and check is bare_address:
        raise typer.BadParameter("--yes needs --address")
    return check(answer or default)


def _asked(question: str, answer: str, default: str, check: Check = str.strip) -> str:
    """The flag, else what is typed, asked for until it can be used."""
    if answer:
        return check(answer)
    needed: dict[str, Any] = {} if check is bare_address else {"default": default}
    return check(str(typer.prompt(question, value_proc=check, **needed)))


def _write(folder: Path, answers: Answers) -> None:
    """The secret and the config; the config is read back before it gets its name, so that what stands there works."""
    from mailgate.clock import SystemClock
    from mailgate.config.keys import new_secret
    from mailgate.config.load import load
    from mailgate.errors import ConfigError

    clock = SystemClock()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "secret").exists():
        write_private(folder / "secret", new_secret(clock))
    draft = folder / "config.toml.new"
    draft.write_text(config_text(answers), "utf-8")
    try:
        load(draft, clock)
    except ConfigError as error:
        draft.unlink()
        raise ConfigError(tuple(replace(each, file="not made", line=0) for each in error.problems)) from error
    draft.rename(folder / "config.toml")


def _passwords(folder: Path, answers: Answers) -> None:
    for wanted, file, what in (
        (answers.relay_user, "relay-password", f"Password of {answers.relay_user} at {answers.relay}"),
        (answers.imap, "imap-password", f"Password of {answers.imap_user} at {answers.imap}"),
    ):
        if wanted and not (folder / file).exists():
            word = str(typer.prompt(f"{what}; empty: later", default="", hide_input=True, show_default=False))
            if word:
                write_private(folder / file, word + "\n")


def write_private(path: Path, text: str) -> None:
    """A new file that only its owner can read, from its first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)


def machine_timezone() -> str:
    """The zone that this machine's clock shows, or UTC."""
    from zoneinfo import ZoneInfo

    _, found, zone = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return "UTC"
    return zone if found and not zone.startswith(("posix", "right", "Etc")) else "UTC"


def _tell(folder: Path, answers: Answers) -> None:
    config = folder / "config.toml"
    say(f"Made {config} and {folder / 'secret'}. Keep the secret in your backup.")
    for wanted, file in ((answers.relay_user, "relay-password"), (answers.imap, "imap-password")):
        if wanted and not (folder / file).exists():
            say(f"Put the password into {folder / file}, readable for nobody else (chmod 600).")
    if not answers.relay:
        say(
            f"Letters go into the Maildir {folder / 'letters'}; set [smtp.out] to a relay when they shall reach people."
        )
    say(f"Next: mailgate check -c {config}; mailgate serve -c {config}")
