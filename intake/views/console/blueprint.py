"""The blueprint that every console module adds its routes to."""

from flask import Blueprint, render_template
from flask_security import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from intake.limits import desk_pages, limiter, visitor_address
from intake.views.console.policy import admit, may_open

blueprint = Blueprint("console", __name__, url_prefix="/console")
blueprint.before_request(admit)


def _member() -> str:
    """Counted for each member of staff, not for the office that all of them sit in."""
    known = current_user.is_authenticated
    return f"staff:{current_user.staff.id}" if known else visitor_address()


limiter.limit(desk_pages, key_func=_member)(blueprint)
blueprint.add_app_template_global(may_open, "may_open")


@blueprint.context_processor
def _token() -> dict[str, object]:
    return {"csrf_token": generate_csrf}


@blueprint.after_request
def keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(403)
@blueprint.errorhandler(404)
@blueprint.errorhandler(429)
def say_problem(wrong: HTTPException) -> tuple[str, int]:
    """An id that is not there and one that is not yours get the same words."""
    code = wrong.code or 500
    return render_template("console/problem.html", code=code), code
