"""Root's rights are dropped, and the servers find a home that their user can reach."""

import os
import stat
from pathlib import Path

import psutil
import pytest

from community.embedded import account, place
from community.embedded.account import Account, server_account, server_home
from community.embedded.errors import EmbeddedError
from community.embedded.postgres import Postgres
from community.embedded.valkey import Valkey

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops rights")


@pytest.fixture
def far_homes(open_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(account, "FAR_HOMES", open_tmp / "far")
    return open_tmp / "far"


def test_an_ordinary_user_runs_the_servers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert server_account() is None


@as_root
def test_root_runs_them_as_a_user_without_rights(open_tmp: Path) -> None:
    postgres, valkey = Postgres(open_tmp, durability="off"), Valkey(open_tmp)
    postgres.start()
    valkey.start()
    try:
        for process in (postgres.process, valkey.process):
            assert process is not None
            found = psutil.Process(process.pid)
            assert set(found.uids()) == {server_account().uid}  # type: ignore[union-attr]
            groups = Path(f"/proc/{process.pid}/status").read_text()
            assert "Groups:\t \n" in groups or "Groups:\t\n" in groups
    finally:
        valkey.stop()
        postgres.stop()


@as_root
def test_a_data_folder_out_of_reach_gets_a_home_elsewhere_and_finds_it_again(
    open_tmp: Path, far_homes: Path
) -> None:
    closed = open_tmp / "root"
    closed.mkdir(mode=0o700)
    data = closed / ".data"
    server = Postgres(data, durability="off")
    server.start()
    server.stop()
    assert server.home.parent == far_homes
    assert Postgres(data).home == server.home
    assert (data / "servers-are-in").read_text().strip() == str(server.home)
    assert Postgres(open_tmp / "open").home == open_tmp / "open" / "servers"


def test_an_account_may_enter_what_its_bits_say(tmp_path: Path) -> None:
    someone = Account("someone", 54321, 54321)
    for mode, other, own in ((0o700, False, True), (0o755, True, True), (0o611, True, False)):
        tmp_path.chmod(mode)
        found = tmp_path.stat()
        assert account._may_enter(found, someone) is other
        mine = Account("me", found.st_uid, found.st_gid)
        assert account._may_enter(found, mine) is own


def test_without_useradd_the_lines_are_written_by_hand(tmp_path: Path) -> None:
    for name in ("passwd", "group"):
        (tmp_path / name).write_text("root:x:0:0::/root:/bin/sh\n")
    account._write_account(tmp_path, "/nonexistent")
    name, locked, uid, gid, _, home, shell = (
        (tmp_path / "passwd").read_text().splitlines()[1].split(":")
    )
    assert (name, locked, home, shell) == ("community", "*", "/nonexistent", "/usr/sbin/nologin")
    assert 100 < int(uid) < 1000
    assert (tmp_path / "group").read_text().splitlines()[1] == f"community:x:{gid}:"


def test_where_no_user_can_be_made_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="ordinary user, or set DATABASE_URL"):
        account._write_account(tmp_path / "missing", "/nonexistent")


def test_a_community_that_is_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "_find_account", lambda: Account("community", 0, 0))
    with pytest.raises(EmbeddedError, match="useradd --system"):
        server_account()


def test_a_secret_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    first = place.kept_secret(tmp_path / "secret")
    assert place.kept_secret(tmp_path / "secret") == first
    assert len(first) >= 43
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert place.kept_secret(tmp_path / "other") != first


def test_a_socket_folder_of_someone_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = server_home(tmp_path, None)
    (home / "run").symlink_to(tmp_path)
    with pytest.raises(EmbeddedError, match="belongs to someone else"):
        place.socket_folder(home, None, "s")
