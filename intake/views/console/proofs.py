"""The second proof on a page: what a form was given, and what the page's script needs to ask a key."""

from flask import g

from intake.forms.staff import ProofForm
from intake.services import keys
from intake.services.keys import Site
from intake.services.second_factor import Proof
from intake.views.console.blueprint import blueprint
from intake.views.public.site import settings


def site() -> Site:
    return Site.of(settings())


def given(form: ProofForm) -> Proof:
    return proof(form.code.data or "", form.assertion.data or "")


def proof(code: str, assertion: str) -> Proof:
    """`code` as typed, `assertion` the JSON that a key has signed: one of them is enough."""
    return Proof(code=code, assertion=assertion, site=site(), keys_only=settings().keys_only)


@blueprint.app_template_global()
def key_challenge() -> str:
    """JSON for the button that asks a key to sign. Any key of this site may answer it."""
    return keys.options_to_prove(site(), now=g.now)


def first_error(form: ProofForm) -> str:
    return next((str(sentences[0]) for sentences in form.errors.values()), "")
