"""Listening sockets: what stands at their place already."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.edges.smtp_in.listen import bind
from mailgate.errors import Refused


def test_the_socket_of_a_daemon_that_is_gone_is_replaced(tmp_path: Path) -> None:
    """A crash leaves it there."""
    address = f"unix:{tmp_path / 'lmtp.sock'}"
    bind(address).close()
    with bind(address) as listener:
        assert listener.getsockname() == address.removeprefix("unix:")


def test_no_other_file_is_taken_away(tmp_path: Path) -> None:
    """A slip in the config must not cost a mailbox or a key."""
    path = tmp_path / "secret"
    path.write_text("key")
    with pytest.raises(Refused, match="cannot listen on unix:"):
        bind(f"unix:{path}")
    assert path.read_text() == "key"
