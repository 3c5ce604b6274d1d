"""A line on an open request: who else opened it a moment ago. The page asks again every few seconds."""

from collections.abc import Sequence
from uuid import UUID

from flask import abort, g, render_template, request

from intake.db import transaction
from intake.models.lead import Lead
from intake.services import lead_access
from intake.services.viewers import Viewer, viewers
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me


@blueprint.app_template_global()
def seen_by(lead_id: UUID) -> Sequence[Viewer]:
    with transaction() as session:
        return viewers(session, lead_id, me(), now=g.now)


@blueprint.app_template_global()
def viewers_mark(found: Sequence[Viewer]) -> str:
    """What the page shows already, so that nothing is sent when nothing changed."""
    return ",".join(f"{viewer.name} {viewer.at:%H%M}" for viewer in found)


@blueprint.get("/leads/<uuid:lead_id>/viewers")
def lead_viewers(lead_id: UUID) -> str | tuple[str, int]:
    with transaction() as session:
        # In this order: the work for a colleague's row and for one that is not there is the same.
        if not lead_access.may_open(session, lead_id, me(), now=g.now) or not session.get(Lead, lead_id):
            abort(404)
        found = viewers(session, lead_id, me(), now=g.now)
    if viewers_mark(found) == request.args.get("seen"):
        return "", 204
    return render_template("console/viewers.html", viewers=found, words=words)
