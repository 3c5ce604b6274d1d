"""Mend what spreadsheets do to numbers, and say so; what cannot be mended for certain is refused. Pure."""

import re
from dataclasses import dataclass

from intake.errors import BadInput

# ZIP codes that begin with 0, by state: where a missing zero can be put back for certain.
_ZERO_ZIPS = {
    "AE": ("09",),
    "CT": ("06",),
    "MA": ("01", "02", "055"),
    "ME": ("039", "04"),
    "NH": ("03",),
    "NJ": ("07", "08"),
    "NY": ("005", "063"),
    "PR": ("006", "007", "009"),
    "RI": ("028", "029"),
    "VI": ("008",),
    "VT": ("05",),
}
_FLOAT = re.compile(r"\d+\.0+")
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_ZIP_LENGTHS = (5, 9)
_SHORT_ZIP_LENGTHS = {3: 5, 4: 5, 7: 9, 8: 9}


@dataclass(frozen=True, slots=True)
class Mended:
    """A value as it will be stored; `note` tells what was changed, None when nothing was."""

    value: str
    note: str | None = None


def whole_number(text: str) -> str:
    """Take off the ".0" that a column read as decimal numbers leaves. Raises BadInput for 1.6E+09."""
    text = text.strip()
    if _ROUNDED.fullmatch(text):
        raise BadInput("a spreadsheet rounded this number and digits are lost; use the original file")
    return text.partition(".")[0] if _FLOAT.fullmatch(text) else text


def zip_code(text: str, state: str) -> Mended:
    """Five digits from ZIP, ZIP+4, or either without its leading zeros where `state` settles it.

    Raises BadInput when the five digits are not certain.
    """
    text = text.strip()
    number = whole_number(text)
    digits = re.sub(r"[\s-]", "", number)
    if not (digits.isascii() and digits.isdigit()):
        raise BadInput("a ZIP code has five digits, or nine with the extension")
    if len(digits) in _ZIP_LENGTHS:
        mended = Mended(digits[:5], f"ZIP {text} read as {digits[:5]}" if number != text else None)
    else:
        mended = _with_zeros(digits, state, text)
    if mended.value == "00000":
        raise BadInput("00000 is no ZIP code")
    return mended


def _with_zeros(digits: str, state: str, text: str) -> Mended:
    length = _SHORT_ZIP_LENGTHS.get(len(digits))
    if length is None:
        raise BadInput("a ZIP code has five digits, or nine with the extension")
    found = digits.zfill(length)[:5]
    if not found.startswith(_ZERO_ZIPS.get(state, ("none",))):
        raise BadInput(f"it may lack a zero, but no ZIP code of {state or 'an unknown state'} begins so")
    return Mended(found, f"ZIP {text} read as {found}")


def phone(text: str) -> Mended:
    """A US number as +1 and ten digits; empty, with a note, when it is not one."""
    text = text.strip()
    digits = re.sub(r"\D", "", text.removesuffix(".0"))
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) == 10 and digits[0] not in "01":
        return Mended(f"+1{digits}")
    return Mended("", f"phone {text} left out: it is not a US number" if text else None)
