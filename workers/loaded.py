"""Everything that workers and beat load, for a process of which they will be copies. Import it for that."""

from importlib import import_module

from intake.garbage import leave_the_start_alone
from workers.app import celery

_CELERY = ("apps.beat", "apps.worker", "bin.celery", "concurrency.thread", "concurrency.solo")

for name in _CELERY:
    import_module(f"celery.{name}")
import_module("kombu.transport.redis")
celery.loader.import_default_modules()
celery.finalize()
leave_the_start_alone()
