"""A postal address, as a window envelope and a letter carrier need it."""

from typing import Any, ClassVar

from wtforms import HiddenField, StringField

from intake.errors import BadInput
from intake.forms import answers
from intake.forms.base import DeskForm
from intake.forms.contact_details import read_phone
from intake.forms.fields import Choice, Line, Pick, Read, Tick, labelled
from intake.forms.names import read_name
from intake.language import gettext
from intake.language import lazy_gettext as _
from intake.places import find_place, normalise_zip, town_names
from intake.rules.post import LONGEST_CITY, LONGEST_LINE, Address, can_be_printed, names_illness
from intake.rules.zones import STATES

NORMAL, LARGE = "normal", "large"
_PRINT = {NORMAL: _("Normal print"), LARGE: _("Large print")}


def read_line(noun: str) -> Read:
    """A reader of what stands on an envelope: letters that a carrier can read, no word of an illness."""

    def read(typed: str) -> str:
        if not can_be_printed(typed):
            raise BadInput(
                gettext(
                    "Write the %(noun)s in the letters A to Z. The post office cannot read others.", noun=noun
                )
            )
        if names_illness(typed):
            raise BadInput(
                gettext(
                    "The %(noun)s stands on the envelope. Leave out every word of the illness.", noun=noun
                )
            )
        return typed

    return read


def _read_recipient(noun: str) -> Read:
    named, printed = read_name(noun), read_line(noun)
    return lambda typed: printed(named(typed))


class AddressForm(DeskForm):
    """Street, town and print size. A subclass says whose name stands above them."""

    above: ClassVar[tuple[str, ...]] = ()

    line_1 = Line(
        _("Street and number, or PO box"),
        noun=_("street"),
        missing=_("Type the street and the number, or the PO box."),
        limit=LONGEST_LINE,
        read=read_line(_("street")),
        render_kw={"autocomplete": "address-line1"},
    )
    line_2 = Line(
        _("Apartment, suite or care of (optional)"),
        noun=_("second line"),
        limit=LONGEST_LINE,
        read=read_line(_("second line")),
        render_kw={"autocomplete": "address-line2"},
    )
    city = Line(
        _("City"),
        noun=_("city"),
        missing=_("Type the city."),
        limit=LONGEST_CITY,
        read=read_line(_("city")),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "address-level2"},
    )
    state = Pick(
        _("State"),
        noun=_("the state"),
        choices=[("", _("Choose a state")), *((code, _(state.name)) for code, state in STATES.items())],
        missing=_("Choose the state."),
        render_kw={"autocomplete": "address-level1"},
    )
    zip_code = Line(
        _("ZIP code (5 digits)"),
        noun=_("ZIP code"),
        missing=_("Type the ZIP code."),
        limit=40,
        read=normalise_zip,
        look={"classes": "govuk-input--width-10"},
        render_kw={"autocomplete": "postal-code"},
    )
    print_size = Choice(
        _("Which size of print?"),
        noun=_("the size of print"),
        choices=list(_PRINT.items()),
        missing=_("Choose the size of print."),
    )
    sure = Tick(_("The address is right as I typed it"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Each line, then street, town, state and ZIP code against one another."""
        valid: bool = super().validate(extra_validators)
        if not valid:
            return False
        name, doubt = self._doubt()
        if name and not self.sure.data:
            self.add_error(name, doubt)
            return False
        return True

    @property
    def errors(self) -> dict[str, Any]:
        """In the order of the page."""
        found = super().errors
        return {name: found[name] for name in (*self.above, *found) if name in found}

    @property
    def asks_to_be_sure(self) -> bool:
        """Whether to offer the box that insists: only once something was found that may be a slip."""
        return bool(self.sure.data) or any(str(_INSIST) in said for said in _flat(self.errors))

    @property
    def large_print(self) -> bool:
        return bool(self.print_size.data == LARGE)

    def address(self, recipient: str) -> Address:
        """The address as it was read. Call it after `validate`."""
        return Address(
            recipient=recipient,
            line_1=self.line_1.clean,
            line_2=self.line_2.clean,
            city=self.city.clean,
            state=self.state.data,
            zip=self.zip_code.clean,
        )

    def _doubt(self) -> tuple[str, str]:
        """The field that may hold a slip and a sentence; empty when all agree."""
        name, said = self._slip()
        return name, f"{said} {_INSIST}" if said else ""

    def _slip(self) -> tuple[str, str]:
        if not any(letter.isdigit() for letter in self.line_1.clean):
            return "line_1", gettext("The street has no number. Check it.")
        zip_code, city = self.zip_code.clean, self.city.clean
        place = find_place(zip_code)
        if place is None:
            return "zip_code", gettext("We do not know the ZIP code %(zip)s. Check it.", zip=zip_code)
        if place.state != self.state.data:
            where = gettext(STATES[place.state].name) if place.state in STATES else place.state
            return "zip_code", gettext(
                "The ZIP code %(zip)s is in %(state)s. Check both.", zip=zip_code, state=where
            )
        if _bare(city) not in {_bare(name) for name in town_names(zip_code)}:
            return "city", gettext(
                "The ZIP code %(zip)s belongs to %(city)s. Check both.", zip=zip_code, city=place.city
            )
        return "", ""


_INSIST = _("If it is right, tick the box at the end.")


def _bare(name: str) -> str:
    """A town's name for comparing: Saint and St., Fort and Ft. are one."""
    words = name.casefold().replace(".", " ").replace("-", " ").replace("'", "").replace("’", "").split()
    return " ".join({"saint": "st", "fort": "ft", "mount": "mt"}.get(word, word) for word in words)


def _flat(errors: dict[str, Any]) -> list[str]:
    return [str(sentence) for sentences in errors.values() for sentence in sentences]


class NamedAddressForm(AddressForm):
    """For a family that we know, or for staff who correct an address."""

    above: ClassVar[tuple[str, ...]] = ("recipient",)

    recipient = Line(
        _("Name on the envelope"),
        noun=_("name"),
        missing=_("Type the name for the envelope."),
        limit=LONGEST_LINE,
        read=_read_recipient(_("name")),
        render_kw={"autocomplete": "name"},
    )


class FamilyPostForm(NamedAddressForm):
    consent_post = Tick("", missing=_("Tick the box so that we may write to you."))


class GuideByPostForm(AddressForm):
    """The guide on paper for somebody we do not know yet. A phone number helps when a letter comes back."""

    above: ClassVar[tuple[str, ...]] = ("first_name", "last_name")

    first_name = Line(
        _("Your first name"),
        noun=_("first name"),
        missing=_("Type your first name."),
        limit=LONGEST_LINE // 2,
        read=_read_recipient(_("first name")),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "given-name"},
    )
    last_name = Line(
        _("Your last name"),
        noun=_("last name"),
        missing=_("Type your last name."),
        limit=LONGEST_LINE // 2 - 1,
        read=_read_recipient(_("last name")),
        look={"classes": "govuk-input--width-20"},
        render_kw={"autocomplete": "family-name"},
    )
    diagnosis = Choice(
        _("Which type have the doctors found? (optional)"),
        noun=_("the type"),
        choices=labelled(answers.DIAGNOSIS),
    )
    phone = Line(
        _("Phone number (optional)"),
        noun=_("phone number"),
        limit=40,
        read=read_phone,
        description=_("Only in case a letter comes back to us."),
        look={"classes": "govuk-input--width-20", "type": "tel"},
        render_kw={"autocomplete": "tel"},
    )
    consent_post = Tick(
        "", missing=_("Tick the box so that we may write to you. You can also read the guide here.")
    )
    submission_id = HiddenField()
    website = StringField(_("Leave this box empty"))

    @property
    def recipient(self) -> str:
        return f"{self.first_name.clean} {self.last_name.clean}"
