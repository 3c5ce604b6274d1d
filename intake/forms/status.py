"""What can be done on a family's own page."""

from intake.forms.base import DeskForm
from intake.forms.contact_details import read_email, read_phone
from intake.forms.fields import Line
from intake.language import lazy_gettext as _


def read_phone_or_email(typed: str) -> str:
    """Whoever asked only for the guide gave an email and no phone."""
    return read_email(typed) if "@" in typed else read_phone(typed)


class ProofForm(DeskForm):
    phone = Line(
        _("The phone number you gave us"),
        noun=_("phone number"),
        missing=_("Type the phone number you gave us."),
        limit=254,
        read=read_phone_or_email,
        description=_("If you gave us only an email address, type that."),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "tel"},
    )


class NewPhoneForm(DeskForm):
    phone = Line(
        _("Phone number"),
        noun=_("phone number"),
        missing=_("Type the phone number that we should call."),
        limit=40,
        read=read_phone,
        look={"classes": "govuk-input--width-20", "type": "tel"},
        render_kw={"autocomplete": "tel"},
    )


class NewEmailForm(DeskForm):
    email = Line(
        _("Email address"),
        noun=_("email address"),
        missing=_("Type the email address."),
        limit=254,
        read=read_email,
        look={"classes": "govuk-input--width-20", "type": "email", "spellcheck": False},
        render_kw={"autocomplete": "email"},
    )


class PressForm(DeskForm):
    """A button and nothing to fill in: clear, stop, forget."""
