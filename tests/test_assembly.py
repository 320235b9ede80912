"""Which addresses the front takes mail to, of a real config: mailboxes, free subaddresses, and tokens that we made."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mailgate.assembly import DeskRecipients
from mailgate.config.load import load
from mailgate.config.settings import Settings
from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import Purpose
from mailgate.desk.policy import Mailbox
from tests.config.folder import GOOD, HandClock, write

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
CARLA = "carla@client.example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A desk with support@acme.example."""
    return load(write(tmp_path, GOOD), HandClock())


def box(settings: Settings) -> Mailbox:
    """Its mailbox."""
    found = settings.policy.mailbox("support@acme.example")
    assert found is not None
    return found


def token_address(settings: Settings, purpose: Purpose = Purpose.CUSTOMER, number: int = 1042) -> str:
    """A Reply-To as the letters carry it."""
    return Tokens(settings.policy.secrets).address(box(settings), purpose, number, "rid", CARLA)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_token_that_we_make_is_let_in_whatever_its_case(settings: Settings, purpose: Purpose) -> None:
    """S-20: some mail servers write local parts in capitals."""
    desk, address = DeskRecipients(settings), token_address(settings, purpose, 0 if purpose is Purpose.CONTROL else 7)
    assert desk.knows(address)
    assert desk.knows(address.upper())


def test_a_confirmation_without_a_ticket_is_let_in(settings: Settings) -> None:
    """Its number is nought, and stands there."""
    assert DeskRecipients(settings).knows(token_address(settings, Purpose.CONFIRMATION, 0))


def test_S19_a_token_with_any_character_changed_is_an_unknown_address(settings: Settings) -> None:
    """Number, purpose, code and check: each is covered, without a look into the database."""
    desk, address = DeskRecipients(settings), token_address(settings)
    local, _, domain = address.partition("@")
    start = local.index("+") + 1
    for position in range(start, len(local)):
        if local[position] == "-":
            continue
        other = "7" if local[position] != "7" else "5"
        assert not desk.knows(f"{local[:position]}{other}{local[position + 1 :]}@{domain}"), position


@pytest.mark.parametrize("kept", [0, 1, 5, 17, 18, 21])
def test_S19_a_token_cut_short_is_an_unknown_address(settings: Settings, kept: int) -> None:
    """However much of it is there."""
    local, _, domain = token_address(settings).partition("@")
    head = local[: local.rindex("-") + 1]
    assert not DeskRecipients(settings).knows(f"{local[: len(head) + kept]}@{domain}")


def test_S19_of_ten_thousand_made_up_tokens_none_is_let_in(settings: Settings) -> None:
    """Each has one chance in a million, and even that one would prove nothing."""
    chance, desk = random.Random(1042), DeskRecipients(settings)
    made_up = ("".join(chance.choices(BASE32, k=22)) for _ in range(10_000))
    assert not any(desk.knows(f"support+t1042-{code}@acme.example") for code in made_up)


@pytest.mark.parametrize(
    "local", ["support", "SUPPORT", "support+news", "support+a-team", "support+t1042", "support+c-x"]
)
def test_a_mailbox_and_its_free_subaddresses_are_ours(settings: Settings, local: str) -> None:
    """What does not begin like a token is the mailbox."""
    assert DeskRecipients(settings).knows(f"{local}@acme.example")


@pytest.mark.parametrize(
    "address", ["sales@acme.example", "support@else.example", "support-t1-x@acme.example", "support"]
)
def test_S19_anything_else_is_not(settings: Settings, address: str) -> None:
    """The same answer as for a made-up token."""
    assert not DeskRecipients(settings).knows(address)


def test_a_made_up_token_that_our_own_mail_server_hands_on_is_taken_and_proves_nothing(settings: Settings) -> None:
    """It has answered for the mail already; refusing it now would bounce to an address that may be forged."""
    desk = DeskRecipients(settings)
    assert desk.knows(f"support+t1042-{'a' * 22}@acme.example", handed_on=True)
    assert not desk.knows("sales@acme.example", handed_on=True)


def test_S23_an_answer_to_a_letter_of_a_retired_key_is_let_in_and_proves_nothing(tmp_path: Path) -> None:
    """An honest customer with an old letter is no stranger at the door; the token is good for nothing all the same."""
    old = load(write(tmp_path / "old", GOOD), HandClock())
    address = token_address(old)
    folder = tmp_path / "new"
    path = write(folder, GOOD)
    secret = folder / "secret"
    lines = [f"{line} until 2020-01-01" if line.startswith("token") else line for line in _keys(tmp_path / "old")]
    secret.write_text("\n".join([f"token {'e' * 64}", *lines]) + "\n")
    new = load(path, HandClock())
    assert DeskRecipients(new).knows(address)
    code = address.partition("@")[0].rpartition("-")[2][:18]
    assert Tokens(old.policy.secrets).verify(Purpose.CUSTOMER, "rid", code, (CARLA,)) == CARLA
    assert Tokens(new.policy.secrets).verify(Purpose.CUSTOMER, "rid", code, (CARLA,)) is None


def _keys(folder: Path) -> list[str]:
    return [line for line in (folder / "secret").read_text().splitlines() if line and not line.startswith("#")]
