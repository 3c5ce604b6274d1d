"""Programs that run in a copy of a process which has loaded what they need."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

# Forks from a process of its own: the one of the tests has threads.
PARENT = """
import fcntl, signal, sys
from intake.children import Child
from pathlib import Path
import json
signal.signal(signal.SIGTERM, signal.SIG_IGN)
kept, dropped = open("kept", "w"), open("dropped", "w")
for lock in (kept, dropped):
    fcntl.flock(lock, fcntl.LOCK_EX)
child = Child("copy", [sys.executable, "-m", "program", "an argument"], Path("copy.log"), copied=True)
child.start(pass_fds=[kept.fileno()])
kept.close(), dropped.close()
{then}
print("exit", child.process.wait(20))
"""

WHEN_UP = """
import time
while "up" not in Path("copy.log").read_text():
    time.sleep(0.02)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parent_of(program: str, then: str = "") -> str:
    Path("program.py").write_text(program)
    command = [sys.executable, "-c", PARENT.format(then=then)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def test_copy_runs_with_its_arguments_and_prints_to_its_log(place: Path) -> None:
    program = "import sys; print(__name__, sys.argv[1:], 'json' in sys.modules); print('no', file=sys.stderr)"
    assert parent_of(program) == "exit 0"
    assert (place / "copy.log").read_text() == "__main__ ['an argument'] True\nno\n"


def test_copy_has_a_session_and_a_name_of_its_own(place: Path) -> None:
    program = "import os; print(os.getsid(0) == os.getpid(), open('/proc/self/comm').read().strip())"
    assert parent_of(program) == "exit 0"
    assert (place / "copy.log").read_text() == "True copy\n"


def test_copy_holds_no_other_file_than_it_was_given(place: Path) -> None:
    program = """
import fcntl
for name in ("kept", "dropped"):
    with open(name) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print(name, "free")
        except BlockingIOError:
            print(name, "held")
"""
    assert parent_of(program) == "exit 0"
    assert (place / "copy.log").read_text() == "kept held\ndropped free\n"


def test_copy_obeys_the_signals_that_its_parent_ignores(place: Path) -> None:
    program = "import time; print('up'); time.sleep(60)"
    assert parent_of(program, then=WHEN_UP + "child.ask_to_stop()") == "exit -15"


@pytest.mark.parametrize(
    ("program", "code", "log"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('a sentence')", 1, "a sentence"),
        ("raise ValueError('broken')", 1, "ValueError: broken"),
        ("import atexit; atexit.register(print, 'last words')", 0, "last words"),
    ],
)
def test_copy_ends_as_a_program_of_its_own_would(place: Path, program: str, code: int, log: str) -> None:
    assert parent_of(program) == f"exit {code}"
    assert (place / "copy.log").read_text().strip().endswith(log)


def test_copy_ends_when_its_parent_is_killed(place: Path) -> None:
    program = "import time; print('up'); time.sleep(1); print('orphan')"
    assert parent_of(program, then=WHEN_UP + "import os; os.kill(os.getpid(), 9)") == ""
    time.sleep(2)
    assert (place / "copy.log").read_text() == "up\n"
