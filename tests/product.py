"""The whole product, started as a stranger starts it: `advocate up` on an empty folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from intake.machine import free_port

READY_WITHIN = 90.0  # seconds, on a machine that is busy with other tests


@dataclass
class Product:
    process: subprocess.Popen[bytes]
    home: Path
    port: int
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What its own processes are told; enough for Settings."""
        found: dict[str, str] = json.loads((self.home / "services.json").read_text())
        return found

    def account(self, role: str) -> dict[str, str]:
        """The sample account of a role: email, password, totp_secret."""
        accounts: list[dict[str, str]] = json.loads((self.home / "sample_accounts.json").read_text())
        return next(account for account in accounts if account["role"] == role)

    def advocate(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `advocate ...` beside it."""
        command = [sys.executable, "-m", "intake.cli", *arguments]
        return subprocess.run(
            command, env=environment(self.home), capture_output=True, text=True, check=False
        )

    def said(self) -> str:
        return self.output.read_text()

    def stop(self, sign: int) -> int:
        self.process.send_signal(sign)
        return self.process.wait(60)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def environment(home: Path, **more: str) -> dict[str, str]:
    """A person's own shell: nothing that the tests of this process tell each other about their services."""
    services = ("DATABASE_", "BROKER_", "LIMITS_", "SMTP_")
    ours = (*services, "ADVOCATE_", "KEYRING_", "SECRET_", "PUBLIC_", "TRUSTED_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "ADVOCATE_HOME": str(home), **more}


def up(home: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "intake.cli", "up", "--port", str(port)]


@contextmanager
def running(home: Path, **more: str) -> Iterator[Product]:
    """A product which has said that it is ready; stopped at the end if the test has not.

    `more` stands in its environment.
    """
    port = free_port()
    output = home.parent / f"said-{port}"
    with output.open("wb") as out:
        process = subprocess.Popen(up(home, port), env=environment(home, **more), stdout=out, stderr=out)
    product = Product(process, home, port, output)
    try:
        wait_until(lambda: "Ctrl-C stops" in product.said() or process.poll() is not None, READY_WITHIN)
        assert "Ready." in product.said(), product.said()
        yield product
    finally:
        if process.poll() is None:
            product.stop(signal.SIGTERM)
