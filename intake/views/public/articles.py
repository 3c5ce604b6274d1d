"""The pages to read: what to learn about the illness, and who we are. One view shows them all."""

from flask import render_template, url_for

from intake import language
from intake.documents.articles import load_article
from intake.language import lazy_gettext as _
from intake.views.public.prose import rich
from intake.views.public.site import blueprint

LEARN = {
    "types": "/learn/types",
    "treatments": "/learn/treatments",
    "remission": "/learn/remission",
    "trials": "/learn/trials",
    "specialists": "/learn/specialists",
    "answers": "/learn/questions-and-answers",
}
ABOUT = {
    "families": "/families",
    "veterans": "/veterans",
    "how_we_choose": "/how-we-choose-doctors",
    "who_we_are": "/who-we-are",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "with_sympathy": "/with-sympathy",
}
# Where an article can lead: the page and what its link says.
ONWARD = {
    "match": ("public.start", _("Find doctors who know mesothelioma")),
    "guide": ("public.guide", _("Get the free guide")),
    "questions": ("public.checklist", _("Questions to ask your doctor")),
    "after_treatment": ("public.after_treatment", _("After treatment: checkups and signs")),
    "how_we_choose": ("public.how_we_choose", _("How we choose doctors")),
    "who_we_are": ("public.who_we_are", _("Who we are and who pays")),
    "contact": ("public.contact", _("Ways to reach us")),
}


def show(name: str) -> str:
    article = load_article(name, language.current())
    onward = [ONWARD[step] for step in article.then if step != "call"]
    back = url_for("public.learn") if name in LEARN else url_for("public.home")
    return render_template("public/article.html", article=article, onward=onward, back=back, rich=rich)


for _name, _path in {**LEARN, **ABOUT}.items():
    blueprint.add_url_rule(_path, endpoint=_name, view_func=show, defaults={"name": _name})


@blueprint.get("/learn")
def learn() -> str:
    return render_template("public/learn.html", articles=learning_pages())


@blueprint.app_template_global()
def learning_pages() -> list[tuple[str, str, str]]:
    """Address, title and card of each learning page, in the order of reading."""
    articles = [load_article(name, language.current()) for name in LEARN]
    return [(url_for(f"public.{one.name}"), one.title, one.card) for one in articles]
