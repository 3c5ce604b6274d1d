"""Runs commands for tests.commands: a line of JSON in, the exit code out.

Importing the product takes a second, and the tests run a hundred commands. This process has imported it, and
is forked for each: a process of its own with nothing left over from the one before.
"""

import json
import os
import signal
import sys
from typing import Any

from intake.cli import db, doctors, keys, privacy, setup, staff, work, zips  # noqa: F401  (ready before the fork)
from intake.cli import main as advocate

LONGEST_SECONDS = 120


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict[str, Any]) -> None:
    """Never returns."""
    signal.alarm(LONGEST_SECONDS)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.dup2(os.open(order[name], os.O_RDONLY if number == 0 else os.O_WRONLY), number)
    # What was read ahead of the next orders must not be taken for what a person types.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.argv = ["advocate", *order["words"]]
    code = 1
    try:
        code = _run()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run() -> int:
    try:
        advocate()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    main()
