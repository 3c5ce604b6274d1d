"""The snapshot of the directory that this process ranks with, reloaded when the version rises.

A reload runs beside the work: whoever asks waits for it only a moment, then takes the old snapshot,
whose version the match records; such a list is ranked again by `rerank_open_leads`.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from intake import later
from intake.db import transaction
from workers.matching.load import VERSION, load
from workers.matching.snapshot import Snapshot

log = logging.getLogger("advocate.matching")

# Small directories are read within it, so that a change shows in the very next match.
PATIENCE_SECONDS = 0.1
Open = Callable[[], AbstractContextManager[Session]]


class Directory:
    """Holds one Snapshot. Sample doctors are in it only in a sample organisation."""

    def __init__(self, *, sample: bool, open_session: Open = transaction) -> None:
        self.sample = sample
        self._open = open_session
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._reload: threading.Thread | None = None

    def snapshot(self, session: Session) -> Snapshot:
        """The snapshot of the version that `session` sees, or the one before while that is being read.

        The first call of a process reads it before it answers.
        """
        version = later.ask(session, VERSION).scalar() or 0
        held = self._snapshot
        if held is None:
            return self._first()
        if held.version != version:
            self._reload_beside()
        return self._snapshot or held

    def _first(self) -> Snapshot:
        with self._lock:
            if self._snapshot is None:
                self._snapshot = self._read()
            return self._snapshot

    def _read(self) -> Snapshot:
        with self._open() as session:
            return load(session, sample=self.sample)

    def _reload_beside(self) -> None:
        """Start a reload unless one runs; only who starts it waits a moment for its end."""
        with self._lock:
            if self._reload is not None and self._reload.is_alive():
                return
            started = self._reload = threading.Thread(target=self._swap, name="directory", daemon=True)
            started.start()
        started.join(PATIENCE_SECONDS)

    def _swap(self) -> None:
        try:
            self._snapshot = self._read()
        except SQLAlchemyError as error:
            log.warning("the directory could not be read again: %s", type(error).__name__)
