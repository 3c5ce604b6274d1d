"""Delete a request: confirmed by a link that we mail, or by the phone number where there is no email."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake import limits
from intake.db import transaction
from intake.forms.status import PressForm, ProofForm
from intake.forms.times import say_date
from intake.language import lazy_gettext as _
from intake.limits import limiter
from intake.models.lead import Lead
from intake.rules.references import spoken_receipt, typed_receipt
from intake.rules.retention import RETENTION
from intake.services import deletions, proofs, status_page
from intake.services.deletions import LINK_LIFE
from intake.views.clock import utc_now
from intake.views.public import visit
from intake.views.public.site import blueprint
from intake.views.public.status import demand_proof

_VISITOR = "visitor"
_NOT_THIS = _("This is not what you gave us with this request. Check it, or call us.")


@blueprint.get("/s/<token>/delete")
def ask_deletion(token: str) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, token)
        return _page(session, lead, token, form=ProofForm(from_post=False))


@blueprint.post("/s/<token>/delete")
@limiter.limit(limits.answers)
@limiter.limit(limits.guesses, deduct_when=limits.was_refused)
def delete(token: str) -> ResponseReturnValue:
    """With email: mail the link. Without: the number is asked for once more, and it is done."""
    with transaction() as session:
        lead = _lead(session, token)
        if deletions.can_mail(session, lead):
            if PressForm().validate():
                deletions.ask(session, lead, by=_VISITOR, now=utc_now())
            return redirect(url_for("public.ask_deletion", token=token), 303)
        form = ProofForm()
        if not form.validate() or not _gave(session, token, form):
            return _page(session, lead, token, form=form), 422
        receipt = deletions.finish(session, lead.id, by=_VISITOR, now=utc_now())
    return _done(receipt)


@blueprint.get("/delete/<token>")
def follow_deletion(token: str) -> ResponseReturnValue:
    """The page behind the mailed link. Mail programs open links, so nothing is done before the button."""
    with transaction() as session:
        wish = deletions.by_link(session, token, now=utc_now())
    if wish is not None and wish.receipt:
        return redirect(url_for("public.deleted", receipt=wish.receipt), 303)
    return _confirm(token, found=wish is not None)


@blueprint.post("/delete/<token>")
@limiter.limit(limits.answers)
def confirm_deletion(token: str) -> ResponseReturnValue:
    if not PressForm().validate():
        return redirect(url_for("public.follow_deletion", token=token), 303)
    with transaction() as session:
        wish = deletions.by_link(session, token, now=utc_now())
        if wish is None:
            return _confirm(token, found=False)
        receipt = wish.receipt or deletions.finish(session, wish.lead_id, by=_VISITOR, now=utc_now())
    return _done(receipt) if receipt else redirect(url_for("public.follow_deletion", token=token), 303)


@blueprint.get("/deleted/<receipt>")
@limiter.limit(limits.documents)
def deleted(receipt: str) -> ResponseReturnValue:
    """What became of it. The number is all that is asked for, and nobody is named."""
    with transaction() as session:
        found = deletions.by_receipt(session, typed_receipt(receipt)) or abort(404)
    done_at = found.deletion.done_at or abort(404)
    backups = found.backups_gone_at or abort(404)
    return render_template(
        "public/deleted.html",
        number=spoken_receipt(found.deletion.receipt or ""),
        day=say_date(done_at.date()),
        backups=say_date(backups.date()),
        centres=[mail for mail in found.mails if mail.centre],
    )


def _lead(session: Session, token: str) -> Lead:
    demand_proof(token)
    return status_page.lead_of(session, token) or abort(404)


def _gave(session: Session, token: str, form: ProofForm) -> bool:
    if proofs.contact_matches(session, token, form.phone.clean):
        return True
    form.add_error("phone", _NOT_THIS)
    return False


def _page(session: Session, lead: Lead, token: str, *, form: ProofForm) -> str:
    by_mail, wish = deletions.can_mail(session, lead), deletions.of_lead(session, lead.id)
    return render_template(
        "public/delete.html",
        token=token,
        form=form,
        press_form=PressForm(),
        email=lead.contact.email if by_mail else None,
        asked=by_mail and wish is not None and wish.link_until is not None,
        link_days=LINK_LIFE.days,
        days=RETENTION.backup_days,
    )


def _confirm(token: str, *, found: bool) -> ResponseReturnValue:
    shown = {"token": token, "found": found, "press_form": PressForm(), "days": RETENTION.backup_days}
    return render_template("public/delete_confirm.html", **shown), 200 if found else 404


def _done(receipt: str | None) -> ResponseReturnValue:
    if receipt is None:
        abort(404)
    visit.forget_all()
    return redirect(url_for("public.deleted", receipt=receipt), 303)
