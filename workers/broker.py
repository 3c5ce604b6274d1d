"""Refuse a Redis that may throw queued messages away."""

import logging

from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from intake.errors import ConfigError

log = logging.getLogger("advocate.broker")

SAFE_POLICY = "noeviction"


def refuse_evicting(celery: Celery) -> None:
    """Raise ConfigError when Redis would evict keys. A Redis that is away now is only noted."""
    try:
        with celery.connection_for_read() as connection:
            policy = connection.default_channel.client.info("memory")["maxmemory_policy"]
    except (BrokerError, RedisError, OSError) as error:
        log.warning("Redis is away (%s): its eviction policy could not be read", type(error).__name__)
        return
    if policy != SAFE_POLICY:
        raise ConfigError(
            f"Redis has maxmemory-policy {policy}: under memory pressure it would throw away queued work. "
            f"Set it to {SAFE_POLICY}."
        )
