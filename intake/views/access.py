"""The access log: one line a request, with its route and a keyed mark of the address, no more."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from gunicorn.glogging import Logger

from intake import logs
from intake.limits import visitor_address

_ROUTE, _WHO = "advocate.route", "advocate.who"
log = logging.getLogger("advocate.access")


def init_app(app: Flask) -> None:
    app.before_request(note)


def note() -> None:
    request.environ[_ROUTE] = str(request.url_rule) if request.url_rule else "none"
    request.environ[_WHO] = visitor_address()


class AccessLogger(Logger):  # type: ignore[misc]
    """Gunicorn's two logs: its own words pass the filter, and each request is one line of facts."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logs.configure("web")

    def access(self, resp: Any, req: Any, environ: Mapping[str, Any], request_time: Any) -> None:
        """Which route, not which address: a link's right stands in the path."""
        facts = {
            "method": environ.get("REQUEST_METHOD"),
            "route": environ.get(_ROUTE) or "none",
            "status": int(str(resp.status).partition(" ")[0]),
            "bytes": getattr(resp, "sent", None),
            "ms": round(request_time.total_seconds() * 1000, 1),
            "who": environ.get(_WHO),
        }
        log.info("request", extra={"facts": facts})

    def reopen_files(self) -> None:
        """Nothing to reopen: lines go to stderr, and whoever runs the process keeps them."""

    def close_on_exec(self) -> None:
        """The one handler writes to stderr, which is inherited on purpose."""
