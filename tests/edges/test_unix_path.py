"""A Unix socket is reached in whatever folder it lies."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mailgate.edges.unix_path import LONGEST, within_reach


@pytest.mark.parametrize("depth", [1, 4])
def test_a_socket_is_bound_and_reached_in_a_folder_of_any_length(tmp_path: Path, depth: int) -> None:
    folder = tmp_path.joinpath(*["a-folder-with-quite-a-long-name-of-its-own"] * depth)
    folder.mkdir(parents=True)
    path = folder / "desk.sock"
    assert depth == 1 or len(str(path)) > LONGEST
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        with within_reach(path) as name:
            listener.bind(name)
        listener.listen(1)
        with within_reach(path) as name:
            client.connect(name)
        assert path.is_socket()
