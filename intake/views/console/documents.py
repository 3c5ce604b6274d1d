"""The documents in the console: each part beside its sources and its review, and a clinician's word on it."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.db import transaction
from intake.documents.content import Kind
from intake.documents.load import load_document
from intake.errors import BadInput
from intake.forms.directory import DocumentSignOffForm
from intake.rules.facts import Language
from intake.services import documents
from intake.services.sign_offs import Word
from intake.views.console import guidance_words
from intake.views.console.blueprint import blueprint
from intake.views.console.document_samples import picks
from intake.views.console.policy import me

_STALE = "The text was changed after you opened the page. Read it again, then decide."
_NO_COMMENT = "Say what is wrong, so that it can be mended."


@blueprint.get("/documents")
def all_documents() -> str:
    with transaction() as session:
        rows = [
            (load_document(kind, language), documents.standings(session, kind, language))
            for kind in Kind
            for language in Language
        ]
    return render_template("console/documents/list.html", rows=rows, picks=picks())


@blueprint.get("/documents/<kind>/<language>")
def document(kind: str, language: str) -> str:
    return _show(_kind(kind), _language(language), DocumentSignOffForm())


@blueprint.post("/documents/<kind>/<language>")
def sign_document(kind: str, language: str) -> ResponseReturnValue:
    which, spoken = _kind(kind), _language(language)
    form = DocumentSignOffForm()
    approved = request.form.get("word") == "approve"
    form.validate()
    if not approved and not form.comment.data and not form.errors:
        form.add_error("comment", _NO_COMMENT)
    if form.digest.data != documents.digest(which, spoken) and not form.errors:
        form.add_error("digest", _STALE)
    if form.errors:
        return _show(which, spoken, form), 400
    try:
        count = _keep(which, spoken, form, approved=approved)
    except BadInput as wrong:
        form.add_error("part", str(wrong))
        return _show(which, spoken, form), 400
    flash(f"{count} part{'s' if count > 1 else ''} {'signed' if approved else 'marked as not right'}.")
    return redirect(url_for("console.document", kind=kind, language=language), code=303)


def _keep(kind: Kind, language: Language, form: DocumentSignOffForm, *, approved: bool) -> int:
    word = Word(
        clinician=form.clinician.clean, approved=approved, comment=form.comment.clean, staff_id=me().id
    )
    with transaction() as session:
        return documents.sign(session, kind, language, form.part.clean, word, now=g.now)


def _show(kind: Kind, language: Language, form: DocumentSignOffForm) -> str:
    shown = load_document(kind, language)
    with transaction() as session:
        standings = documents.standings(session, kind, language)
        history = documents.history(session, kind, language)
    form.digest.data = documents.digest(kind, language)
    known: dict[str, Any] = {"document": shown, "standings": standings, "history": history, "form": form}
    return render_template("console/documents/document.html", **known, words=guidance_words, picks=picks())


def _kind(name: str) -> Kind:
    return Kind(name) if name in set(Kind) else abort(404)


def _language(name: str) -> Language:
    return Language(name) if name in set(Language) else abort(404)
