"""Tests reach this machine and nothing else."""

import socket
from pathlib import Path

import pytest
import pytest_socket


def test_the_outside_world_is_out_of_reach() -> None:
    with socket.socket() as line, pytest.raises(pytest_socket.SocketConnectBlockedError):
        line.connect(("192.0.2.1", 9))


def test_loopback_and_unix_sockets_are_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as line:
        server.bind(path)
        server.listen()
        line.connect(path)
