"""What every answer tells the browser: the one table of content policies, and the other headers.

Errors are included: whatever leaves the application passes `add_headers`.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from intake.config import Settings

# Nothing may load, frame or run that is not named below, and nothing is ever named but ourselves.
_CLOSED = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_NO_PAGE = {"style-src": "'none'", "img-src": "'none'", "font-src": "'none'", "form-action": "'none'"}
MAIL_PREVIEW, MAIL_FRAME = "mail_preview", "mail_frame"
# By blueprint, or as `use_area` says. A public page has no script at all; files and errors outside an
# area get `_CLOSED`.
AREAS: dict[str, dict[str, str]] = {
    "public": {},
    "console": {"script-src": "'self'", "connect-src": "'self'"},
    # A preview shows a mail in a frame of its own: styles inside, nothing else, and only for our page.
    MAIL_PREVIEW: {"script-src": "'self'", "connect-src": "'self'", "frame-src": "'self'"},
    MAIL_FRAME: {
        "style-src": "'unsafe-inline'",
        "frame-ancestors": "'self'",
        "form-action": "'none'",
        "sandbox": "",
    },
    "health": _NO_PAGE,
    "metrics": _NO_PAGE,
    "receipts": _NO_PAGE,
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
# Two years, for this host and those below it: once seen over https, never again without.
_ONLY_HTTPS = "max-age=63072000; includeSubDomains"
# What asks from this machine itself: the health checks.
_LOCAL = ("127.0.0.1", "localhost")


def policy(area: str | None) -> str:
    """The Content-Security-Policy of an area (a blueprint's name, None for everything else)."""
    rules = {**_CLOSED, **AREAS.get(area or "", {})}
    return "; ".join(f"{name} {value}".rstrip() for name, value in rules.items())


def use_area(area: str) -> None:
    """This answer has the rules of an area of its own."""
    g.area = area


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers, and refuse every host name but our own: links and caches must not follow others."""
    app.config["TRUSTED_HOSTS"] = [urlsplit(settings.public_url).hostname, *_LOCAL, *settings.other_hosts]
    app.config["HSTS"] = settings.https
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = policy(g.get("area", request.blueprint))
    response.headers.update(_HEADERS)
    if current_app.config["HSTS"]:
        response.headers["Strict-Transport-Security"] = _ONLY_HTTPS
    if not response.cache_control.max_age:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
