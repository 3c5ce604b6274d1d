"""The seven question pages and the last one. At most six answers are needed in all."""

from collections.abc import Callable
from typing import Any, ClassVar

from wtforms import HiddenField, StringField

from intake.forms import answers
from intake.forms.base import DeskForm
from intake.forms.contact_details import read_email, read_phone
from intake.forms.fields import Choice, Line, Pick, Tick, as_choices, labelled
from intake.forms.names import read_name
from intake.forms.times import ZONES
from intake.language import current, gettext
from intake.language import lazy_gettext as _
from intake.places import normalise_zip
from intake.rules.facts import CallDay, DayPart
from intake.rules.zones import STATES

INLINE = {"classes": "choices--inline"}


class RelationForm(DeskForm):
    relation = Choice(
        _("Who is this for?"),
        noun=_("who this is for"),
        missing=_("Choose who this is for."),
        choices=labelled(answers.RELATION),
    )


class DiagnosisForm(DeskForm):
    diagnosis = Choice(
        _("Which type have the doctors found?"),
        noun=_("the type"),
        missing=_("Choose a type, or “Not sure yet”."),
        choices=labelled(answers.DIAGNOSIS),
    )
    cell_type = Choice(
        _("Which cell type? (optional)"),
        noun=_("the cell type"),
        description=_("It is in the biopsy report. Many people do not know it."),
        choices=labelled(answers.CELL_TYPE),
    )


class StageForm(DeskForm):
    stage = Choice(_("Which stage did the doctor say?"), noun=_("the stage"), choices=labelled(answers.STAGE))
    status = Choice(
        _("Where do things stand today?"),
        noun=_("where things stand"),
        choices=labelled(answers.TREATMENT_STATUS),
    )


class PlaceForm(DeskForm):
    others_say: ClassVar[dict[str, str]] = {
        "zip_code": _("What is the ZIP code where they live?"),
        "travel": _("How far could they travel to see a doctor? (optional)"),
    }

    zip_code = Line(
        _("What is your ZIP code?"),
        noun=_("ZIP code"),
        limit=20,
        read=normalise_zip,
        description=_("Five digits, like 77030."),
        look={"classes": "govuk-input--width-5", "inputmode": "numeric"},
        render_kw={"autocomplete": "postal-code"},
    )
    state = Pick(
        _("Or choose the state"),
        noun=_("the state"),
        choices=[("", _("Choose a state")), *((code, _(state.name)) for code, state in STATES.items())],
    )
    use_anyway = Tick(_("Go on with this ZIP code. It is right."))
    travel = Choice(
        _("How far could you travel to see a doctor? (optional)"),
        noun=_("how far"),
        choices=labelled(answers.TRAVEL),
    )

    def __init__(self, *, is_known: Callable[[str], bool], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_known = is_known
        self.ask_again = self.may_insist = False

    def validate(self, extra_validators: Any = None) -> bool:
        """A ZIP code that we cannot place is asked for once more; a state, or insisting, settles it."""
        valid: bool = super().validate(extra_validators)
        problem = self._zip_problem()
        if problem is None:
            return valid or self._only_the_zip_is_wrong()
        self.ask_again = True
        if not self.zip_code.errors:
            self.add_error("zip_code", problem)
        return False

    def kept(self) -> dict[str, Any]:
        """A ZIP code that we can place says the state by itself."""
        zip_code = self.zip_code.clean
        state = "" if self.is_known(zip_code) else self.state.data
        return {**super().kept(), "zip_code": zip_code, "state": state}

    def _zip_problem(self) -> str | None:
        if self.state.data and not self.state.errors:
            return None
        if not self.zip_code.clean:
            return gettext("Type the ZIP code. If you do not know it, choose the state.")
        if self.is_known(self.zip_code.clean) or self.use_anyway.data:
            return None
        self.may_insist = True
        return gettext(
            "We cannot find the ZIP code %(zip)s. Check it, or choose how to go on below.",
            zip=self.zip_code.clean,
        )

    def _only_the_zip_is_wrong(self) -> bool:
        """A state was chosen instead: the ZIP code's own error no longer stands in the way."""
        self.zip_code.errors = []
        return not self.errors


class NameForm(DeskForm):
    first_name = Line(
        _("First name"),
        noun=_("first name"),
        missing=_("Type your first name."),
        read=read_name(_("first name")),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "given-name"},
    )
    last_name = Line(
        _("Last name (optional)"),
        noun=_("last name"),
        read=read_name(_("last name")),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "family-name"},
    )
    patient_first_name = Line(
        _("First name of the person who is ill (optional)"),
        noun=_("first name of the person who is ill"),
        read=read_name(_("first name of the person who is ill")),
        description=_("So that we can say their name when we call."),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "off"},
    )


class ReachForm(DeskForm):
    phone = Line(
        _("Phone number"),
        noun=_("phone number"),
        missing=_("Type the phone number that we should call."),
        limit=40,
        read=read_phone,
        description=_("A nurse will call you at this number."),
        look={"classes": "govuk-input--width-20", "type": "tel"},
        render_kw={"autocomplete": "tel"},
    )
    email = Line(
        _("Email address (optional)"),
        noun=_("email address"),
        limit=254,
        read=read_email,
        description=_("For the free guide. You choose later if we may send it."),
        look={"classes": "govuk-input--width-20", "type": "email", "spellcheck": False},
        render_kw={"autocomplete": "email"},
    )
    language = Choice(
        _("Which language should we speak?"),
        noun=_("the language"),
        default=current,
        choices=labelled(answers.LANGUAGE),
        look=INLINE,
    )
    voicemail = Choice(
        _("If we reach a voicemail, may we say it is about mesothelioma? (optional)"),
        noun=_("the voicemail"),
        description=_("If you skip this, we leave only a name and a number."),
        choices=labelled(answers.VOICEMAIL),
    )


class CallForm(DeskForm):
    call_day = Choice(
        _("When should we call you?"),
        noun=_("when we should call"),
        missing=_("Choose when we should call."),
        choices=labelled(answers.CALL_DAY),
    )
    call_date = Pick(_("Another day"), noun=_("the day"))
    day_part = Choice(
        _("Which time of day is best? (optional)"),
        noun=_("the time of day"),
        default=DayPart.ANY.value,
        choices=labelled(answers.DAY_PART),
    )
    time_zone = Pick(_("Time zone"), noun=_("the time zone"), choices=[("", _("Choose a time zone")), *ZONES])

    def __init__(self, *, days: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.call_date.choices = as_choices([("", _("Choose a day")), *days])

    def validate(self, extra_validators: Any = None) -> bool:
        """A day picked in the list speaks for itself; "another day" without a day does not."""
        if not self.call_day.data and self.call_date.data:
            self.call_day.data = CallDay.ON_DATE.value
        valid: bool = super().validate(extra_validators)
        if self.call_day.data == CallDay.ON_DATE.value and not self.call_date.data:
            self.add_error("call_date", gettext("Choose the day on which we should call."))
            return False
        return valid


class SendForm(DeskForm):
    """Consent is given here or not at all: both boxes start empty and neither is needed."""

    consent_calls = Tick("")
    consent_email = Tick("")
    submission_id = HiddenField()
    website = StringField(_("Leave this box empty"))
