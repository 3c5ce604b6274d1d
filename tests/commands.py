"""Run `advocate ...` as people do: in a process of its own."""

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_here = threading.local()


def advocate(
    environment: Mapping[str, str], *words: object, cwd: Path | None = None, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The finished command: returncode, stdout, stderr. It reads what is `given`."""
    with TemporaryDirectory() as folder:
        files = {name: Path(folder, name) for name in ("stdin", "stdout", "stderr")}
        for file in files.values():
            file.write_text(given or "" if file.name == "stdin" else "")
        order = {
            "words": list(map(str, words)),
            "environment": {**os.environ, **environment},
            "cwd": str(cwd or Path.cwd()),
            **{name: str(file) for name, file in files.items()},
        }
        code = _ask(json.dumps(order))
        return subprocess.CompletedProcess(
            list(map(str, words)), code, files["stdout"].read_text(), files["stderr"].read_text()
        )


def advocate_json(environment: Mapping[str, str], *words: object) -> Any:
    """What the command prints with --json; it must succeed."""
    done = advocate(environment, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _ask(order: str) -> int:
    fork = _fork()
    assert fork.stdin is not None
    assert fork.stdout is not None
    print(order, file=fork.stdin, flush=True)
    return int(fork.stdout.readline())


def _fork() -> subprocess.Popen[str]:
    """One for each thread: commands that run side by side do not wait for each other."""
    if not hasattr(_here, "fork"):
        _here.fork = subprocess.Popen(
            [sys.executable, "-m", "tests.command_fork"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        atexit.register(_end, _here.fork)
    fork: subprocess.Popen[str] = _here.fork
    return fork


def _end(fork: subprocess.Popen[str]) -> None:
    fork.communicate()
