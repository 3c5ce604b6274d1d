"""The blueprint of the public pages and what all of its pages share."""

import json
from functools import cache

from flask import Blueprint, current_app, request
from markupsafe import Markup

from intake.config import ROOT, Settings
from intake.views.languages import static_file

blueprint = Blueprint("public", __name__)

# A pasted megabyte gets its page back with a sentence, so it must be read before it is refused.
LARGEST_FORM = 3 * 1024 * 1024
_MANIFEST = ROOT / "intake" / "static" / "built" / "manifest.json"


@blueprint.before_request
def allow_long_answers() -> None:
    request.max_content_length = LARGEST_FORM
    request.max_form_memory_size = LARGEST_FORM


@cache
def _sheets() -> dict[str, str]:
    if not _MANIFEST.exists():
        return {}
    sheets: dict[str, str] = json.loads(_MANIFEST.read_text())["sheets"]
    return sheets


@blueprint.app_template_global()
def asset(name: str) -> str:
    """The address of a built style sheet, with its content hash so that it may be cached."""
    return static_file(f"built/{name}", v=_sheets().get(name))


@blueprint.app_template_global()
def link(text: str, href: str) -> Markup:
    """For a link inside a translated sentence: the sentence is said without markup."""
    return Markup('<a class="govuk-link" href="{}">{}</a>').format(href, text)


@blueprint.app_template_global()
def strong(text: str, classes: str = "") -> Markup:
    return Markup('<strong class="{}">{}</strong>').format(classes, text)


@blueprint.app_template_global()
def phone_link() -> Markup:
    """The organisation's number, to be pressed."""
    organisation = settings().organisation
    return link(organisation.phone, f"tel:{organisation.phone_e164}")


def settings() -> Settings:
    found: Settings = current_app.extensions["advocate"]
    return found
