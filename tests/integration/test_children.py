"""How children are started, watched, brought back and stopped."""

import signal
import sys
import time
from pathlib import Path

import pytest

from intake import children
from intake.children import Child, ChildFailed, Keeper, Supervisor

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
NOTES_ITS_END = """
import signal, sys, time
def end(number, frame):
    with open(sys.argv[1], "a") as notes:
        notes.write(sys.argv[2] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""


def python(name: str, logs: Path, *command: str, grace: float = 10.0) -> Child:
    return Child(name, [sys.executable, "-c", *command], logs / f"{name}.log", grace=grace)


def wait_for_text(path: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while not path.exists() or text not in path.read_text():
        assert time.monotonic() < deadline, f"{path} never said {text}"
        time.sleep(0.02)


def watch(keeper: Keeper, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        keeper.look()
        time.sleep(0.02)


def test_children_end_in_reverse_order_when_all_are_stopped(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    for name in ("first", "second", "third"):
        supervisor.start(python(name, tmp_path, NOTES_ITS_END, str(tmp_path / "notes"), name))
        wait_for_text(tmp_path / f"{name}.log", "up")
    assert supervisor.stop_all() == []
    assert (tmp_path / "notes").read_text() == "third second first "


def test_child_is_killed_and_named_when_it_ignores_its_stop_signal(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    child = supervisor.start(python("stubborn", tmp_path, STUBBORN, grace=0.3))
    wait_for_text(tmp_path / "stubborn.log", "deaf")
    assert supervisor.stop_all() == ["stubborn"]
    assert child.exit_code == -signal.SIGKILL


def test_child_comes_back_when_it_dies(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(tmp_path)
    child = supervisor.start(python("sleeper", tmp_path, "import time; time.sleep(60)"))
    try:
        first = child.pid
        child.kill()
        watch(Keeper(supervisor, told.append), 0.6)
        assert child.alive
        assert child.pid != first
        assert told == ["sleeper ended with exit code -9; starting it again in 0.2 s"]
    finally:
        supervisor.stop_all()


def test_keeper_gives_up_with_the_log_when_a_child_keeps_dying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "FIRST_BACKOFF", 0.01)
    supervisor = Supervisor(tmp_path)
    supervisor.start(python("broken", tmp_path, "raise SystemExit('no such thing')"))
    told: list[str] = []
    with pytest.raises(ChildFailed, match=r"(?s)broken died 5 times within 30 seconds.*no such thing"):
        watch(Keeper(supervisor, told.append), 10)
    assert len(told) == 4


def test_last_error_leads_when_much_is_logged_after_it(tmp_path: Path) -> None:
    child = python("server", tmp_path, "raise SystemExit")
    after = [f"[INFO] line {number}" for number in range(9)]
    child.log.write_text("\n".join(["Traceback:", "ValueError: no key", *after]))
    assert child.last_words().splitlines() == ["ValueError: no key", *after[-5:]]
