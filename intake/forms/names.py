"""Names: every alphabet, accent, apostrophe and hyphen is somebody's name."""

from collections.abc import Callable

from intake.errors import BadInput
from intake.forms.text import has_letter
from intake.language import gettext


def read_name(noun: str) -> Callable[[str], str]:
    """A reader that only asks for at least one letter."""

    def read(typed: str) -> str:
        if not has_letter(typed):
            raise BadInput(gettext("The %(noun)s needs at least one letter.", noun=noun))
        return typed

    return read
