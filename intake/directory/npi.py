"""The National Provider Identifier: who a clinician is in every US registry. Pure.

Rule: ten digits, the first 1 or 2, and the Luhn sum over `80840` and the ten digits is a
multiple of ten (CMS, "Requirements for NPI and NPI Check Digit").
"""

from intake.errors import BadInput

# 80840 in front of any ten digits always adds this much to the Luhn sum.
_PREFIX_SUM = 24
_TWICE = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_ZERO = ord("0")


def luhn_holds(digits: str) -> bool:
    """Whether ten ASCII digits end in their right check digit."""
    values = [code - _ZERO for code in digits.encode("ascii")]
    return (_PREFIX_SUM + sum(values[1::2]) + sum(_TWICE[value] for value in values[0::2])) % 10 == 0


def check_npi(text: str) -> str:
    """Return the ten digits. Raises BadInput saying which rule the number breaks."""
    if not (text.isascii() and text.isdigit() and len(text) == 10):
        raise BadInput("an NPI has ten digits")
    if text[0] not in "12":
        raise BadInput("an NPI begins with 1 or 2")
    if not luhn_holds(text):
        raise BadInput("the check digit is wrong, so a digit was mistyped or two were swapped")
    return text
