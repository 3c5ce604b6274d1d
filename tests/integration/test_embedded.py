"""The embedded servers as processes: how they start, what survives a kill, that nothing stays behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from intake import embedded
from intake.children import ChildFailed, Supervisor

SUPERVISOR = """
import sys, time
from pathlib import Path
from intake import embedded
with embedded.services(Path(sys.argv[1])) as running:
    print(*(child.pid for child in running.children.values()), flush=True)
    time.sleep(60)
"""


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def runs(pid: int) -> bool:
    """False for a zombie, too: where nobody reaps, the dead keep their number."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def answer(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as session:
            result = session.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def ping(path: Path, line: str = "PING") -> str:
    """One command to Valkey, inline protocol."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as valkey:
        valkey.settimeout(5)
        valkey.connect(str(path))
        valkey.sendall(f"{line}\r\n".encode())
        return valkey.recv(4096).decode()


def test_database_is_set_up_as_promised_when_it_starts(tmp_path: Path) -> None:
    with embedded.services(tmp_path) as running:
        for setting, wanted in (
            ("timezone", "UTC"),
            ("data_checksums", "on"),
            ("max_connections", "100"),
            ("listen_addresses", ""),
            ("server_encoding", "UTF8"),
        ):
            assert answer(running.database_url, f"select current_setting('{setting}')") == wanted
        assert str(answer(running.database_url, "show server_version")).startswith("18.")
        collation = "select datcollate from pg_database where datname = current_database()"
        assert answer(running.database_url, collation) == "C.UTF-8"


def test_broker_never_evicts_and_listens_on_no_port_when_it_starts(tmp_path: Path) -> None:
    with embedded.services(tmp_path):
        path = tmp_path / "run" / "valkey.sock"
        assert "noeviction" in ping(path, "CONFIG GET maxmemory-policy")
        assert "yes" in ping(path, "CONFIG GET appendonly")
        assert "\r\n0\r\n" in ping(path, "CONFIG GET port")


def test_nothing_is_left_when_the_services_are_stopped(tmp_path: Path) -> None:
    with embedded.services(tmp_path) as running:
        pids = [child.pid for child in running.children.values()]
    assert not any(runs(pid) for pid in pids if pid)
    assert not list((tmp_path / "run").iterdir())


def test_data_is_kept_when_the_services_start_again(tmp_path: Path) -> None:
    with embedded.services(tmp_path) as running:
        answer(running.database_url, "create table kept as select 42 as n")
        assert ping(tmp_path / "run" / "valkey.sock", "SET kept 42").startswith("+OK")
    with embedded.services(tmp_path) as running:
        assert answer(running.database_url, "select n from kept") == 42
        assert "42" in ping(tmp_path / "run" / "valkey.sock", "GET kept")


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_one_child_comes_back_with_its_data_when_it_is_killed(tmp_path: Path, name: str) -> None:
    with embedded.services(tmp_path) as running:
        answer(running.database_url, "create table kept as select 42 as n")
        ping(tmp_path / "run" / "valkey.sock", "SET kept 42")
        time.sleep(1.2)  # appendfsync everysec
        running.children[name].kill()
        assert not running.children[name].alive
        running.children[name].restart()
        assert answer(running.database_url, "select n from kept") == 42
        assert "42" in ping(tmp_path / "run" / "valkey.sock", "GET kept")


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent died"
)
def test_no_orphan_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert [runs(pid) for pid in pids] == [True, True]
        supervisor.kill()
    assert wait_until(lambda: not any(runs(pid) for pid in pids))
    with embedded.services(tmp_path) as running:
        assert answer(running.database_url, "select 1") == 1


def test_stale_files_do_not_hinder_when_it_starts_after_a_crash(tmp_path: Path) -> None:
    with embedded.services(tmp_path) as running:
        running.children["postgres"].kill()
        running.children["valkey"].kill()
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    with embedded.services(tmp_path) as running:
        assert answer(running.database_url, "select 1") == 1


def test_half_made_cluster_is_made_anew_when_the_first_start_was_interrupted(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    with embedded.services(tmp_path) as running:
        assert answer(running.database_url, "select 1") == 1


def test_sockets_move_to_a_short_path_when_the_directory_is_deep(tmp_path: Path) -> None:
    deep = tmp_path / ("a directory with a long name " * 4) / "and more"
    with embedded.services(deep) as running:
        sockets = (deep / "run").readlink()
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert answer(running.database_url, "select 1") == 1
        assert ping(sockets / "valkey.sock").startswith("+PONG")
    assert not sockets.exists()


def test_link_to_a_place_of_others_is_replaced_when_the_directory_is_deep(tmp_path: Path) -> None:
    deep, shared = tmp_path / ("long name " * 12), tmp_path / "shared"
    deep.mkdir()
    shared.mkdir(mode=0o755)
    (deep / "run").symlink_to(shared)
    try:
        assert embedded.socket_directory(deep) != shared
    finally:
        embedded.remove_socket_directory(deep)


def test_start_is_refused_with_both_versions_when_another_postgres_wrote_the_data(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir(mode=0o700)
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ChildFailed, match=r"PostgreSQL 16, and this is 18"):
        embedded.start_postgres(tmp_path, Supervisor(tmp_path / "logs"))


def test_failure_names_the_log_when_postgres_ends_at_once(tmp_path: Path) -> None:
    with embedded.services(tmp_path):
        pass
    (tmp_path / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(
        ChildFailed, match=r"(?s)postgres ended with exit code 1.*postgres\.log.*no_such_setting"
    ):
        embedded.start_postgres(tmp_path, Supervisor(tmp_path / "logs"))


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user needs no other account")
def test_postgres_runs_as_nobody_when_root_may_make_no_user_namespace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_AS_NOBODY", ["false"])
    for directory in [tmp_path, *tmp_path.parents]:
        if directory.stat().st_mode & 0o001 == 0:
            directory.chmod(directory.stat().st_mode | 0o011)
    if subprocess.run(["test", "-r", embedded.__file__], user="nobody", check=False).returncode != 0:
        pytest.skip("this checkout lies where the account nobody cannot read, so PostgreSQL cannot run as it")
    with embedded.services(tmp_path) as running:
        assert answer(running.database_url, "select 1") == 1
        assert (tmp_path / "postgres").owner() == "nobody"


def test_clients_are_cut_off_and_the_stop_is_quick_when_they_are_still_connected(tmp_path: Path) -> None:
    with embedded.services(tmp_path) as running:
        client = psycopg.connect(running.database_url.replace("+psycopg", ""))
        pid = running.children["postgres"].pid
        started = time.monotonic()
        os.kill(pid or 0, signal.SIGINT)
        assert wait_until(lambda: not running.children["postgres"].alive)
        assert time.monotonic() - started < 10
        client.close()
