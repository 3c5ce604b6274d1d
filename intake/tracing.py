"""Traces of work from the form to the mail, for an organisation that keeps them.

Off, nothing of OpenTelemetry is loaded. On, `intake/spans.py` holds what is known of it. What crosses
PostgreSQL and Redis is one W3C `traceparent`: two random numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from intake.config import Settings
from intake.errors import ConfigError

if TYPE_CHECKING:
    from intake.spans import Spans

# One for the process, as its database is.
_spans: list["Spans"] = []


def start(settings: Settings, part: str) -> None:
    """Once, before the first work. Raises ConfigError when the packages are missing."""
    if not settings.traces_url:
        return
    try:
        from intake.spans import exported
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"ADVOCATE_TRACES_URL is set, and {missing.name} is not installed: use requirements/traces.txt."
        ) from missing
    use(exported(settings.traces_url, part))


def use(spans: "Spans | None") -> None:
    """Let the spans of this process go there; None is off."""
    _spans[:] = [spans] if spans else []


def carried() -> str | None:
    """What a row of work takes along, so that whoever does it joins this trace."""
    return _spans[0].carried() if _spans else None


@contextmanager
def step(name: str, under: str | None = None) -> Iterator[dict[str, str]]:
    """A step of the work, `under` what a row carried; yields the headers of a message that it sends."""
    if not _spans:
        yield {}
        return
    with _spans[0].step(name, under) as headers:
        yield headers


def watch(engine: Engine) -> None:
    for spans in _spans:
        spans.watch(engine)


def watch_web(app: Any) -> None:
    """`app` is Flask's, which services, whose rows carry a trace, must not know."""
    for spans in _spans:
        spans.watch_web(app)


def watch_worker() -> None:
    for spans in _spans:
        spans.watch_worker()
