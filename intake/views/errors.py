"""What a visitor reads when something went wrong: plain words, and always the phone number."""

from flask import Flask, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from intake.language import lazy_gettext as _
from intake.views import breaker

_SORRY = (_("Something went wrong"), _("The fault is ours, not yours. Wait a minute, then try again."))
_WORDS = {
    400: (_("We could not read that"), _("Go back and try again.")),
    403: (_("We did not take that"), _("It came from another site. Open our page and use the button there.")),
    404: (_("We cannot find this page"), _("The link may be old, or a letter may be missing in it.")),
    405: (_("This page works another way"), _("Go back one page and use the button there.")),
    410: (_("This page is no longer here"), _("The link was good for a short time only.")),
    413: (_("That was too much to send"), _("Go back and use fewer words.")),
    429: (_("Too many tries"), _("We stop after many tries to keep answers safe. Wait ten minutes.")),
    500: _SORRY,
    503: (_("We are not able to save right now"), _("Wait a minute, then go back and try again.")),
}


def register_errors(app: Flask) -> None:
    """Every error answers with a page of ours. A database that is away is 503, not 500."""
    app.register_error_handler(HTTPException, _show)
    app.register_error_handler(SecurityError, _wrong_host)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(breaker.StandsStill, _database_away)


def _show(error: HTTPException) -> ResponseReturnValue:
    response: Response = error.get_response()  # type: ignore[assignment]
    if error.response is None:
        _fill(response, error.code or 500)
    return response


def _wrong_host(error: Exception) -> ResponseReturnValue:
    """Asked under a name that is not ours, for which no address of ours can be built."""
    return "This server does not answer under that name.\n", 400, {"Content-Type": "text/plain"}


def _database_away(error: Exception) -> ResponseReturnValue:
    breaker.note_failure(current_app)
    response = Response(status=503, headers={"Retry-After": "60"})
    _fill(response, 503)
    return response


def _fill(response: Response, code: int) -> None:
    title, words = _WORDS.get(code, _SORRY if code >= 500 else _WORDS[400])
    response.set_data(render_template("public/error.html", title=title, words=words))
    response.content_type = "text/html; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
