"""Home and the short pages about us."""

from flask import render_template

from intake.views.public.site import blueprint


@blueprint.get("/")
def home() -> str:
    return render_template("public/home.html")


@blueprint.get("/who-we-are")
def who_we_are() -> str:
    return render_template("public/pages/who_we_are.html")


@blueprint.get("/how-we-choose-doctors")
def how_we_choose() -> str:
    return render_template("public/pages/how_we_choose.html")


@blueprint.get("/privacy")
def privacy() -> str:
    return render_template("public/pages/privacy.html")


@blueprint.get("/contact")
def contact() -> str:
    return render_template("public/pages/contact.html")
