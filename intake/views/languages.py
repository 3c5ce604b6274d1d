"""Every public page in every language: `/es/guide` is `/guide` in Spanish. The one place that knows.

The prefix is taken off before Flask sees the path and handed on as the place where the application
is mounted, so each page has one route, and every address that is made for a link keeps the language.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from babel.support import NullTranslations
from flask import Flask, abort, request, url_for
from flask_babel import Babel, Domain

from intake import language
from intake.config import Settings
from intake.rules.facts import Language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class LanguagePrefix:
    """WSGI: reads the language off the path and speaks it for the whole request."""

    def __init__(self, application: "WSGIApplication", languages: Sequence[Language]) -> None:
        self._application = application
        self._languages = languages

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        spoken = self._spoken(environ["PATH_INFO"])
        mount = language.prefix(spoken)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + mount
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(mount) or "/"
        with language.speaking(spoken):
            return self._application(environ, start_response)

    def _spoken(self, path: str) -> Language:
        first = path.split("/", 2)[1:2]
        return next((one for one in self._languages if first == [one]), Language.ENGLISH)


class OurWords(Domain):  # type: ignore[misc]
    """Lets templates speak from the same catalog as everything else."""

    def get_translations(self) -> NullTranslations:
        return language.translations(language.current())


def init_app(app: Flask, settings: Settings) -> None:
    languages = settings.organisation.brand.languages
    babel = Babel(app, locale_selector=language.current)
    babel.domain_instance = OurWords()
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.wsgi_app = LanguagePrefix(app.wsgi_app, _translated(languages))  # type: ignore[method-assign]
    app.before_request(_only_public_pages)
    app.add_template_global(_other_language if len(languages) > 1 else lambda: None, "other_language")
    app.add_template_global(static_file)
    app.context_processor(lambda: {"language": language.current()})


def _translated(languages: Sequence[Language]) -> list[Language]:
    return [one for one in languages if one is not Language.ENGLISH]


def _only_public_pages() -> None:
    """The desk speaks English, and static files have one address."""
    if language.current() is not Language.ENGLISH and request.blueprint != "public":
        abort(404)


def static_file(filename: str, **values: Any) -> str:
    return one_address("static", filename=filename, **values)


def one_address(endpoint: str, **values: Any) -> str:
    """The same in every language, so that a browser keeps one copy."""
    address = url_for(endpoint, **values)
    return address.replace(f"{request.script_root}/", f"{_mount()}/", 1)


def _other_language() -> dict[str, str]:
    """The switch: the same page in the other language. Answers are in the draft, so they are kept."""
    spoken = language.current()
    other = Language.ENGLISH if spoken is Language.SPANISH else Language.SPANISH
    return {"code": other, "name": language.OWN_NAMES[other], "href": in_language(other)}


def in_language(other: Language) -> str:
    """The address of this page in a language."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return f"{_mount()}{language.prefix(other)}{quote(request.path)}{query}"


def _mount() -> str:
    """Where the application is mounted by whoever runs it, without our language."""
    return request.script_root.removesuffix(language.prefix(language.current()))
