"""Rate limits: the one module of intake that may speak to Redis.

Redis away or slow never stops a family: counts fall back to this process's memory, and each
call to Redis gives up after 0.2 s.
"""

from flask import Flask, current_app, request
from flask_limiter import Limiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from intake.config import Settings

_TIMEOUT_SECONDS = 0.2


def visitor_address() -> str:
    """The address of the nearest hop that we do not run ourselves."""
    return request.remote_addr or "unknown"


limiter = Limiter(visitor_address, in_memory_fallback_enabled=True, headers_enabled=False)


def init_app(app: Flask, settings: Settings) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = _storage(settings.limits_url)
    if not settings.limits_url.startswith("memory"):
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_timeout": _TIMEOUT_SECONDS,
            "socket_connect_timeout": _TIMEOUT_SECONDS,
            "retry": Retry(NoBackoff(), 0),
        }
    app.config["WIDE_LIMITS"] = settings.wide_limits
    limiter.init_app(app)


def _storage(url: str) -> str:
    return f"redis+{url}" if url.startswith("unix://") else url


def sends() -> str:
    """Sending a request. A hospital behind one address sends many: 60 an hour pass."""
    return "100000 per hour" if current_app.config["WIDE_LIMITS"] else "60 per hour; 200 per day"


def answers() -> str:
    """Moving through the questions."""
    return "1000000 per hour" if current_app.config["WIDE_LIMITS"] else "1200 per hour"


def guesses() -> str:
    """Anything that could be guessed at: a phone number on a status page, a password."""
    return "100000 per hour" if current_app.config["WIDE_LIMITS"] else "10 per 10 minutes; 40 per day"
