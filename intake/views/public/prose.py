"""Links and names inside the plain text of an article."""

import re

from flask import url_for
from markupsafe import Markup, escape

from intake import language
from intake.rules.facts import Language
from intake.views.languages import in_language
from intake.views.public.site import link, phone_link, settings

# [read about it](types): words, then the name of a page.
_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\)")
_NAMED = re.compile(r"\{(\w+)\}")
# Pages whose short name in the texts is not that of their view.
_PAGES = {"match": "start", "questions": "checklist"}


def rich(line: str) -> Markup:
    """The line with its links and with {name}, {phone}, {email} and {who_pays}. KeyError on other names."""
    linked = _LINK.sub(lambda found: str(link(found[1], _address(found[2]))), str(escape(line)))
    return Markup(_NAMED.sub(lambda found: str(_named(found[1])), linked))


def _address(page: str) -> str:
    if page in ("english", "spanish"):
        return in_language(Language.SPANISH if page == "spanish" else Language.ENGLISH)
    return url_for(f"public.{_PAGES.get(page, page)}")


def _named(name: str) -> Markup:
    organisation = settings().organisation
    if name == "phone":
        return phone_link()
    if name == "email":
        return link(organisation.reply_to, f"mailto:{organisation.reply_to}")
    who_pays = organisation.who_pays_in(language.current())
    return escape({"name": organisation.name, "who_pays": who_pays}[name])
