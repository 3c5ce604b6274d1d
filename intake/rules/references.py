"""References that can be said by phone: no vowels, so no words; nothing that sounds or looks alike."""

import secrets

# Left out: vowels, B D G P T V (sound alike), I L O 0 1 (look alike), S 5, Z 2, U Y.
ALPHABET = "CFHJKMNQRWX346789"
LENGTH = 7


def new_reference() -> str:
    """About 410 million references; a collision is refused by the database and drawn again."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def spoken(reference: str) -> str:
    """As it is read out: K7M-4C89."""
    return f"{reference[:3]}-{reference[3:]}"
