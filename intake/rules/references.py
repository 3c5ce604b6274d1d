"""References that can be said by phone: no vowels, so no words; nothing that sounds or looks alike."""

import secrets

# Left out: vowels, B D G P T V (sound alike), I L O 0 1 (look alike), S 5, Z 2, U Y.
ALPHABET = "CFHJKMNQRWX346789"
LENGTH = 7
# What stands in an address that anybody may open is longer: 118 thousand million.
RECEIPT_LENGTH = 9


def new_reference() -> str:
    """About 410 million references; a collision is refused by the database and drawn again."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def spoken(reference: str) -> str:
    """As it is read out: K7M-4C89."""
    return f"{reference[:3]}-{reference[3:]}"


def new_receipt() -> str:
    """The number of a deletion: no page asks for more than this number."""
    return "".join(secrets.choice(ALPHABET) for _ in range(RECEIPT_LENGTH))


def spoken_receipt(receipt: str) -> str:
    """K7M-4C8-9QR."""
    return f"{receipt[:3]}-{receipt[3:6]}-{receipt[6:]}"


def typed_receipt(text: str) -> str:
    """As somebody writes it down, without blanks and dashes."""
    return "".join(sign for sign in text.upper() if sign.isalnum())
