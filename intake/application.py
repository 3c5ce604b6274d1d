"""Put the web application together."""

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from sqlalchemy.exc import DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from intake import db, limits, tracing
from intake.config import ROOT, Settings
from intake.services import zips
from intake.services.start_up import refuse_samples, take_in_ledger
from intake.views import (
    access,
    breaker,
    console,
    errors,
    forgery,
    headers,
    health,
    languages,
    metrics,
    public,
    receipts,
    security,
    static_files,
)

# Answers are short; nothing a form asks for comes near this.
_LARGEST_FORM = 512 * 1024


def build(settings: Settings | None) -> Flask:
    settings = settings or Settings.from_env()
    app = Flask(
        "intake",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "intake" / "static"),
    )
    _configure(app, settings)
    app.extensions["advocate"] = settings
    tracing.start(settings, "web")
    app.extensions["advocate_engine"] = db.connect(settings, pool_size=8, longest_transaction=60)
    tracing.watch(app.extensions["advocate_engine"])
    _load_points(app, settings)
    static_files.init_app(app)
    languages.init_app(app, settings)
    breaker.init_app(app)
    access.init_app(app)
    forgery.init_app(app)
    limits.init_app(app, settings)
    security.init_app(app, settings)
    for part in (public, console, health, metrics, receipts):
        app.register_blueprint(part.blueprint)
    errors.register_errors(app)
    headers.init_app(app, settings)
    tracing.watch_web(app)
    return app


def _load_points(app: Flask, settings: Settings) -> None:
    """ZIP codes of an imported gazetteer. Pages must come up without the database, so none is no error."""
    db.before_anything(take_in_ledger)
    try:
        with db.transaction() as session:
            refuse_samples(session, settings)
            zips.load_points(session)
    except DBAPIError as wrong:
        app.logger.warning("The built-in ZIP table serves: %s", type(wrong.orig).__name__)
    # A server that forks must not share this connection between its children.
    app.extensions["advocate_engine"].dispose()


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=settings.cookie("session"),
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=7 * 24 * 3600,
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["organisation"] = settings.organisation
    loader = ChoiceLoader(
        [
            FileSystemLoader(ROOT / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            PrefixLoader({"govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf")}),
        ]
    )
    app.jinja_loader = loader
    if settings.trusted_hops:
        hops = settings.trusted_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
