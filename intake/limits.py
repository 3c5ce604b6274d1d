"""Rate limits: the one module of intake that may speak to Redis.

Counted by address, and by person where one address may be a hospital. Redis sees keyed hashes only.
Redis away or slow never stops a family: counts fall back to this process's memory, and each
call to Redis gives up after 0.2 s.
"""

from collections.abc import Callable, Sequence
from functools import cache

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from intake.config import Settings
from intake.crypto import keyring

_TIMEOUT_SECONDS = 0.2


def visitor_address() -> str:
    """The address of the nearest hop that we do not run ourselves (TRUSTED_HOPS), as a keyed hash."""
    return _hashed("address", request.remote_addr or "unknown")


def person(what: str, name: str, *, with_address: bool) -> str:
    """Whom a count is about: an email or phone as typed, from one address or from all together."""
    whom = _hashed(what, name[:254].strip().casefold())
    return f"{what}:{whom}:{visitor_address()}" if with_address else f"{what}:{whom}"


def _hashed(kind: str, value: str) -> str:
    return keyring().blind(f"limit:{kind}", value)[:12].hex()


def _is_uncounted() -> bool:
    """Reading; and a mail provider, which proves itself and tells of thousands of mails an hour."""
    return request.method in ("GET", "HEAD", "OPTIONS") or request.blueprint == "receipts"


def was_refused(response: Response) -> bool:
    """Only wrong guesses count: whoever knows the answer may give it as often as they like."""
    return response.status_code in (400, 422)


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
    """Sending a request. A hospital behind one address sends many: 60 an hour pass.

    The online forms count with `takes`, when they store: a family may correct its answers as often as it
    likes. The form for the guide by post counts each press.
    """
    return _unless_wide("60 per hour; 200 per day")


def answers() -> str:
    """Moving through the questions."""
    return _unless_wide("1200 per hour")


def documents() -> str:
    """Reading. A hospital's whole waiting room passes; a program that fetches every case does not."""
    return "1000000 per hour" if current_app.config["WIDE_LIMITS"] else "120 per minute; 1200 per hour"


def guesses() -> str:
    """Anything that could be guessed at: a phone number on a status page, a password."""
    return _unless_wide("10 per 10 minutes; 40 per day")


def mails() -> str:
    """Mail to one person's address, from wherever it is asked for: nobody's mailbox is flooded by us."""
    return _unless_wide("5 per day")


def desk_pages() -> str:
    """Pages of the console for one member of staff: more than a nurse can read, less than a copier wants.

    An open queue asks for news every few seconds by itself.
    """
    return _unless_wide("7200 per hour")


def same_person() -> str:
    """Requests for help with one email address, from wherever they come."""
    return _unless_wide("20 per day")


def _unless_wide(limit: str) -> str:
    return "1000000 per hour" if current_app.config["WIDE_LIMITS"] else limit


# What a post counts against when its route names nothing else. Every post counts against something.
# The first request to notice that Redis is gone turns to the memory; one beside it is not counted.
limiter = Limiter(
    visitor_address,
    default_limits=[answers],
    default_limits_exempt_when=_is_uncounted,
    in_memory_fallback_enabled=True,
    swallow_errors=True,
    headers_enabled=False,
)


def allows(limit: Callable[[], str], key: str) -> bool:
    """Count one more for a key that only the route knows. False: it was one too many."""
    try:
        return all([limiter.limiter.hit(item, key) for item in _parsed(limit())])
    except (RedisError, StorageError):
        return True


@cache
def _parsed(limit: str) -> Sequence[RateLimitItem]:
    return parse_many(limit)


def takes(limit: Callable[[], str], who: str) -> bool:
    """Count a request that is about to be stored: from this address, and from this person within `limit`."""
    return allows(sends, f"send:{visitor_address()}") and allows(limit, who)
