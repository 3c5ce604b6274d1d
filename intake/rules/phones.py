"""How a stored phone number is written for people."""

import phonenumbers

from intake.language import gettext

# Between the number (E.164) and the extension behind it.
EXTENSION = ";ext="


def say_phone(stored: str) -> str:
    """The number as people write it: (555) 010-0199 ext. 12."""
    e164, _, extension = stored.partition(EXTENSION)
    number = phonenumbers.parse(e164)
    if number.country_code != 1:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    digits = str(number.national_number)
    spoken = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return (
        gettext("%(number)s ext. %(extension)s", number=spoken, extension=extension) if extension else spoken
    )
