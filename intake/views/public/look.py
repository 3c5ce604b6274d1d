"""The organisation's own colours and logo, when its file has any."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from intake.views.languages import one_address
from intake.views.public.site import blueprint, settings

# Both addresses carry the mark of what they show.
_KEPT_SECONDS = 30 * 24 * 3600


@blueprint.get("/look.css")
def look_sheet() -> ResponseReturnValue:
    return _kept(settings().organisation.brand.sheet, "text/css")


@blueprint.get("/look/logo")
def logo() -> ResponseReturnValue:
    brand = settings().organisation.brand
    if brand.logo is None:
        abort(404)
    return _kept(brand.logo.read_bytes(), brand.logo_kind)


@blueprint.app_template_global()
def look() -> dict[str, str | None]:
    """The addresses of the sheet and the logo; None for what the product's own look needs not."""
    brand = settings().organisation.brand
    return {
        "sheet": None if brand.is_our_own else one_address("public.look_sheet", v=brand.mark),
        "logo": one_address("public.logo", v=brand.mark) if brand.logo else None,
    }


def _kept(content: str | bytes, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.cache_control.public, response.cache_control.max_age = True, _KEPT_SECONDS
    return response
