"""`advocate up` as a stranger runs it: ready, refusals, a part that dies, and three ways to end."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from intake.machine import free_port
from tests.product import Product, environment, running, up, wait_until


def processes_of(home: Path) -> list[int]:
    """Every living process that was told of this home, whoever its parent is by now."""
    mark = f"ADVOCATE_HOME={home}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environ = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in environ:
            found.append(int(entry.name))
    return found


def readiness(port: int) -> dict[str, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", "/readyz")
        answer: dict[str, str] = json.loads(line.getresponse().read())
        return answer
    except OSError:
        return {}
    finally:
        line.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk") / "home"


@pytest.fixture(scope="module")
def desk(home: Path) -> Iterator[Product]:
    with running(home) as started:
        yield started


def test_everything_is_ready_when_it_says_so(desk: Product) -> None:
    assert readiness(desk.port)["status"] == "ready"
    said = desk.said()
    assert f"http://127.0.0.1:{desk.port}/console/" in said
    assert str(desk.home / "mail") in said
    for role in ("advocate", "supervisor", "admin"):
        assert f"\n  {role} " in said


def test_commands_find_the_services_when_they_run(desk: Product) -> None:
    services = desk.home / "services.json"
    assert services.stat().st_mode & 0o777 == 0o600
    assert json.loads(services.read_text())["ADVOCATE_MODE"] == "sample"
    command = [sys.executable, "-m", "intake.cli", "check"]
    # The sample request's match and mail may still be on their way.
    assert wait_until(lambda: subprocess.call(command, env=environment(desk.home)) == 0, 60)


def test_second_one_on_the_same_data_is_refused_when_one_runs(desk: Product) -> None:
    command = up(desk.home, free_port())
    done = subprocess.run(command, env=environment(desk.home), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"advocate: Already running on {desk.home}")
    assert "Traceback" not in done.stderr
    assert readiness(desk.port)["status"] == "ready"


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def part(desk: Product, name: str) -> int | None:
    """The process of a part: by its command, or by its name where it is a copy of the supervisor."""
    for pid in children_of(desk.process.pid):
        there = Path(f"/proc/{pid}")
        with suppress(OSError):  # it has just ended
            named = (there / "comm").read_text().strip() == name
            if named or name.encode() in (there / "cmdline").read_bytes():
                return pid
    return None


@pytest.mark.parametrize(("name", "process"), [("web", "gunicorn"), ("relay", "relay"), ("beat", "beat")])
def test_part_comes_back_when_it_is_killed(desk: Product, name: str, process: str) -> None:
    killed = part(desk, process)
    assert killed
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: f"{name} ended with exit code -9" in desk.said(), 10)
    assert wait_until(lambda: part(desk, process) not in (None, killed), 10)
    assert wait_until(lambda: readiness(desk.port).get("status") == "ready", 30)


def test_port_is_named_with_the_way_out_when_it_is_busy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = up(tmp_path / "home", port)
        done = subprocess.run(
            command, env=environment(tmp_path / "home"), capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == f"advocate: Port {port} is busy. Choose another: make up PORT=8800\n"
    assert processes_of(tmp_path / "home") == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_and_the_exit_is_clean_when_it_is_told_to_stop(
    desk: Product, home: Path, sign: signal.Signals
) -> None:
    if desk.process.poll() is None:
        desk.stop(signal.SIGTERM)
    with running(home) as again:
        assert again.stop(sign) == 0
        assert processes_of(home) == []
        assert again.said().rstrip().endswith("Stopped. The data is kept.")
    assert not (home / "services.json").exists()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent died"
)
def test_no_orphan_is_left_when_it_is_killed(desk: Product, home: Path) -> None:
    if desk.process.poll() is None:
        desk.stop(signal.SIGTERM)
    with running(home) as again:
        assert len(processes_of(home)) > 8
        again.process.kill()
        again.process.wait(10)
        assert wait_until(lambda: processes_of(home) == [], 30)
    with running(home) as after:
        assert readiness(after.port)["status"] == "ready"
