"""The page that the front server shows while no part of ours answers: no file beside it, no script."""

from jinja2 import Environment, FileSystemLoader

from intake import language
from intake.config import ROOT
from intake.language import gettext
from intake.organisation import Organisation

_HTML = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, trim_blocks=True)


def page(organisation: Organisation) -> str:
    """In every language of the organisation at once: the front server does not know who asks."""
    parts = []
    for spoken in organisation.brand.languages:
        with language.speaking(spoken):
            parts.append({"language": spoken, **_words()})
    return _HTML.get_template("public/away.html").render(organisation=organisation, parts=parts)


def _words() -> dict[str, str]:
    return {
        "title": gettext("We cannot show this page right now"),
        "wait": gettext("The fault is ours. Wait a minute, then load this page again."),
        "kept": gettext("What you sent before is safe. What you just sent may not have reached us."),
        "call": gettext("You need not wait. Call us:"),
        "urgent": gettext("In an emergency, call 911."),
    }
