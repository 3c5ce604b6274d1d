"""The pages that the header and the foot of every public page name, in the order of reading."""

from intake.language import lazy_gettext as _
from intake.views.public.site import blueprint

Pages = tuple[tuple[str, str], ...]

_MAIN: Pages = (
    ("public.start", _("Find doctors")),
    ("public.guide", _("Free guide")),
    ("public.learn", _("Learn")),
    ("public.families", _("Families")),
    ("public.veterans", _("Veterans")),
    ("public.who_we_are", _("Who we are")),
)
_ALL: tuple[tuple[str, Pages], ...] = (
    (
        _("Get help"),
        (
            ("public.start", _("Find doctors")),
            ("public.guide", _("Free guide")),
            ("public.checklist", _("Questions for your doctor")),
            ("public.after_treatment", _("After treatment")),
            ("public.contact", _("Contact")),
        ),
    ),
    (
        _("Learn"),
        (
            ("public.types", _("Types and stages")),
            ("public.treatments", _("Treatments")),
            ("public.remission", _("Remission and recurrence")),
            ("public.trials", _("Clinical trials")),
            ("public.specialists", _("Specialists")),
            ("public.answers", _("Questions and answers")),
        ),
    ),
    (
        _("About us"),
        (
            ("public.who_we_are", _("Who we are and who pays")),
            ("public.how_we_choose", _("How we choose doctors")),
            ("public.families", _("For families")),
            ("public.veterans", _("For veterans")),
            ("public.privacy", _("Privacy")),
            ("public.accessibility", _("Accessibility")),
        ),
    ),
)


@blueprint.app_template_global()
def main_pages() -> Pages:
    return _MAIN


@blueprint.app_template_global()
def all_pages() -> tuple[tuple[str, Pages], ...]:
    return _ALL
