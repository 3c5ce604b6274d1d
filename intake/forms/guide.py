"""The short journey: the guide by email."""

from wtforms import HiddenField, StringField

from intake.forms import answers
from intake.forms.base import DeskForm
from intake.forms.contact_details import read_email
from intake.forms.fields import Choice, Line, Tick, labelled
from intake.forms.names import read_name
from intake.language import lazy_gettext as _


class GuideForm(DeskForm):
    first_name = Line(
        _("Your first name"),
        noun=_("first name"),
        missing=_("Type your first name."),
        read=read_name(_("first name")),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "given-name"},
    )
    email = Line(
        _("Your email address"),
        noun=_("email address"),
        missing=_("Type the email address for the guide."),
        limit=254,
        read=read_email,
        look={"classes": "govuk-input--width-20", "type": "email", "spellcheck": False},
        render_kw={"autocomplete": "email"},
    )
    diagnosis = Choice(
        _("Which type have the doctors found? (optional)"),
        noun=_("the type"),
        choices=labelled(answers.DIAGNOSIS),
    )
    consent_email = Tick(
        "", missing=_("Tick the box so that we may email you. You can also read the guide here.")
    )
    submission_id = HiddenField()
    website = StringField(_("Leave this box empty"))
