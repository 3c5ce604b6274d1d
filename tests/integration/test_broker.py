"""A Redis that may evict keys is refused before any work is handed to it."""

import pytest
import redis

from intake.config import Settings
from intake.embedded import Services
from intake.errors import ConfigError


def test_relay_and_worker_refuse_redis_when_it_may_evict(services: Services, settings: Settings) -> None:
    from workers.app import make_celery
    from workers.broker import refuse_evicting

    celery = make_celery(settings)
    client = redis.Redis.from_url(services.limits_url)
    refuse_evicting(celery)
    client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(ConfigError, match="noeviction"):
            refuse_evicting(celery)
    finally:
        client.config_set("maxmemory-policy", "noeviction")
        client.close()
