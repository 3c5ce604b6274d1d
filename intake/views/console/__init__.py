"""The advocates' console. Every route has its roles in `policy.ROLES`."""

from intake.views.console import calls, people, queue, sign_in, work
from intake.views.console.blueprint import blueprint

__all__ = ["blueprint", "calls", "people", "queue", "sign_in", "work"]
