"""What people type, made plain: no hidden characters, one space between words."""

import re
import unicodedata

# Marks that phones and word processors paste along with a number or a name. They mean nothing here.
_MARKS = (0x00AD, 0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x206A))
_INVISIBLE = dict.fromkeys(_MARKS)
# What a byte that is not text becomes when a request is decoded.
_UNREADABLE = "\ufffd"


def tidy(raw: str) -> str:
    """One line of text in NFC: control characters become spaces, runs of space become one."""
    visible = "".join(" " if is_hidden(letter) else letter for letter in raw.translate(_INVISIBLE))
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", visible)).strip()


def has_hidden(raw: str) -> bool:
    """True when a control character, a line break or half a character stands inside the text."""
    return any(is_hidden(letter) for letter in raw.strip())


def is_hidden(letter: str) -> bool:
    return letter == _UNREADABLE or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")


def has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)
