"""Before something that cannot be taken back: show a code or a key once more.

The page is answered in place of the one that was asked for. What was posted stays in it as hidden
fields, and it posts them to where they were going, with the proof beside them.
"""

from flask import g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.forms.console import PressForm
from intake.forms.text import tidy
from intake.services import sign_in
from intake.views.console import proofs
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import ROLES

Page = str | Response | tuple[str, int]
_TO = "confirm"
# The proof's own fields, with another name than the code of any form that is kept in the page.
_CODE, _ASSERTION = "confirm_code", "confirm_assertion"
_PROOF = (_CODE, _ASSERTION)
_WRONG = "The code is not right, or it was used before. Wait for the next one and enter that."


@blueprint.before_request
def demand() -> Page | None:
    """After the guard has let somebody in: None when the proof is fresh, or came with this request."""
    rule = ROLES.get(str(request.endpoint))
    if rule is None or not rule.step_up or g.sign_in.is_fresh(now=g.now):
        return None
    if request.method == "GET":
        session[_TO] = [request.endpoint, request.view_args, request.args.to_dict()]
        return _page()
    if not any(name in request.form for name in _PROOF):
        return _page(kept=_posted())
    return None if _proves() else _page(kept=_posted(), error=_WRONG)


@blueprint.post("/confirm")
def confirm() -> Page:
    """A page that was only to be read: after the proof the browser asks for it again."""
    if not PressForm().validate() or _TO not in session:
        return redirect(url_for("console.queue"), code=303)
    if not _proves():
        return _page(error=_WRONG)
    endpoint, arguments, query = session.pop(_TO)
    return redirect(url_for(endpoint, **{**query, **arguments}), code=303)


def _proves() -> bool:
    code, assertion = (request.form.get(name, "")[:20_000] for name in _PROOF)
    with transaction() as db_session:
        given = proofs.proof(tidy(code[:40]), assertion)
        return sign_in.confirm(db_session, g.sign_in.row.id, given, now=g.now)


def _posted() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _PROOF]


def _page(*, kept: list[tuple[str, str]] | None = None, error: str = "") -> tuple[str, int]:
    action = url_for("console.confirm") if kept is None else request.path
    shown = {"action": action, "kept": kept, "error": error}
    return render_template("console/confirm.html", **shown), 401
