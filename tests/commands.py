"""Run `advocate ...` as people do: in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def advocate(
    environment: Mapping[str, str], *words: object, cwd: Path | None = None, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The finished command: returncode, stdout, stderr. It reads what is `given`."""
    return subprocess.run(
        [sys.executable, "-m", "intake.cli", *map(str, words)],
        env={**os.environ, **environment},
        cwd=cwd,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def advocate_json(environment: Mapping[str, str], *words: object) -> Any:
    """What the command prints with --json; it must succeed."""
    done = advocate(environment, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
