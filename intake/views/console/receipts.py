"""Why a call, a mail or a letter was allowed, and the rules about calling as they stand today."""

from uuid import UUID

from flask import abort, g, render_template

from intake.db import transaction
from intake.rules.call_rules import CALL_RULES, MAIL_RULES, POST_RULES
from intake.rules.zones import STATES
from intake.services import receipts, sent_receipts
from intake.views.console import mail_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

_TABLES = {"Calls": CALL_RULES, "Mails": MAIL_RULES, "Letters": POST_RULES}
_PLACES = {"*": "Everywhere", "?": "State not known"}


@blueprint.get("/attempts/<uuid:attempt_id>/receipt")
def receipt(attempt_id: UUID) -> str:
    with transaction() as session:
        found = receipts.receipt(session, attempt_id, me(), now=g.now)
    if found is None:
        abort(404)
    return render_template("console/receipt.html", receipt=found, words=words)


@blueprint.get("/mailings/<uuid:mailing_id>/receipt")
def mail_receipt(mailing_id: UUID) -> str:
    with transaction() as session:
        found = sent_receipts.of_mail(session, mailing_id, me().id, now=g.now) or abort(404)
    return render_template("console/sent_receipt.html", receipt=found, words=words, say=mail_words)


@blueprint.get("/letters/<uuid:letter_id>/receipt")
def letter_receipt(letter_id: UUID) -> str:
    with transaction() as session:
        found = sent_receipts.of_letter(session, letter_id, me().id, now=g.now) or abort(404)
    return render_template("console/sent_receipt.html", receipt=found, words=words, say=mail_words)


@blueprint.get("/calling-rules")
def calling_rules() -> str:
    names = {code: state.name for code, state in STATES.items()} | _PLACES
    return render_template("console/calling_rules.html", tables=_TABLES, names=names, today=g.now.date())
