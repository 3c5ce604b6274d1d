"""Phone numbers and email addresses as people type them."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from intake.errors import BadInput
from intake.language import gettext
from intake.rules.phones import EXTENSION, say_phone

__all__ = ["read_email", "read_phone", "say_phone"]


def read_phone(text: str) -> str:
    """E.164, with `;ext=12` behind it when an extension was typed. Raises BadInput."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException as wrong:
        raise BadInput(gettext("The phone number needs 10 digits, like (555) 010-0199.")) from wrong
    if not _can_be_dialled(number):
        raise BadInput(gettext("Check the phone number. It needs 10 digits, like (555) 010-0199."))
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164}{EXTENSION}{number.extension}" if number.extension else e164


def _can_be_dialled(number: phonenumbers.PhoneNumber) -> bool:
    if not phonenumbers.is_possible_number(number):
        return False
    # An area code never begins with 0 or 1; a number that does is a slip of the finger.
    return number.country_code != 1 or (number.national_number or 0) >= 2_000_000_000


def read_email(text: str) -> str:
    """The address with its domain in lower case. Raises BadInput."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as wrong:
        raise BadInput(gettext("Check the email address. It should look like name@example.com.")) from wrong
