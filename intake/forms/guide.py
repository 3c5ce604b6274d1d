"""The short journey: the guide by email."""

from wtforms import HiddenField, StringField

from intake.forms import answers
from intake.forms.base import DeskForm
from intake.forms.contact_details import read_email
from intake.forms.fields import Choice, Line, Tick, labelled
from intake.forms.names import read_name


class GuideForm(DeskForm):
    first_name = Line(
        "Your first name",
        noun="first name",
        missing="Type your first name.",
        read=read_name("first name"),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "given-name"},
    )
    email = Line(
        "Your email address",
        noun="email address",
        missing="Type the email address for the guide.",
        limit=254,
        read=read_email,
        look={"classes": "govuk-input--width-20", "type": "email", "spellcheck": False},
        render_kw={"autocomplete": "email"},
    )
    diagnosis = Choice(
        "Which type have the doctors found? (optional)", noun="the type", choices=labelled(answers.DIAGNOSIS)
    )
    consent_email = Tick(
        "", missing="Tick the box so that we may email you. You can also read the guide here."
    )
    submission_id = HiddenField()
    website = StringField("Leave this box empty")
