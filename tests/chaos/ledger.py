"""What was asked and what was answered, outside the system and on disk before anything else happens."""

import json
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Ledger:
    """Append-only lines of JSON: `asked` before a request leaves, `answered` when its answer is there."""

    path: Path
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def asked(self, submission_id: str, attempt: int) -> None:
        self._write({"asked": submission_id, "attempt": attempt})

    def answered(self, submission_id: str, status: int, seconds: float) -> None:
        """`status` 0: no answer came, and nobody can know what the server did."""
        self._write({"answered": submission_id, "status": status, "seconds": round(seconds, 4)})

    def _write(self, line: dict[str, Any]) -> None:
        text = json.dumps({"at": time.time(), **line}) + "\n"
        with self._lock, self.path.open("a") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def all_asked(self) -> set[str]:
        return {line["asked"] for line in self.lines() if "asked" in line}

    def promised(self) -> set[str]:
        """Submission ids that were answered 303: each must be exactly one lead."""
        return {line["answered"] for line in self.lines() if line.get("status") == 303}

    def statuses(self) -> Counter[int]:
        return Counter(line["status"] for line in self.lines() if "answered" in line)

    def seconds(self, *statuses: int) -> list[float]:
        """How long each answer took; of all statuses when none is named."""
        answers = [line for line in self.lines() if "answered" in line]
        return [line["seconds"] for line in answers if not statuses or line["status"] in statuses]
