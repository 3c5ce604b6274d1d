"""What may stand on an envelope, when a letter should have arrived, and when two addresses are one. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# What fits the window of a US #10 envelope at a size that the post office reads.
LONGEST_LINE = 40
LONGEST_CITY = 30
# From asking to the post office, and from there to the door: USPS First-Class Mail, 1 to 5 days.
HANDLING = timedelta(days=2)
DELIVERY = timedelta(days=5)

_ILLNESS = re.compile(
    r"mesothel|asbest|cancer|oncolog|tumou?r|carcinom|hospice|palliativ|chemo", re.IGNORECASE
)
_PUNCTUATION = re.compile(r"[^\w\s]|_")
# USPS Publication 28, appendix C: the words that people write in two ways.
_SHORT = {
    "street": "st",
    "avenue": "ave",
    "road": "rd",
    "drive": "dr",
    "lane": "ln",
    "court": "ct",
    "place": "pl",
    "boulevard": "blvd",
    "highway": "hwy",
    "parkway": "pkwy",
    "circle": "cir",
    "terrace": "ter",
    "trail": "trl",
    "square": "sq",
    "apartment": "apt",
    "suite": "ste",
    "building": "bldg",
    "floor": "fl",
    "room": "rm",
    "unit": "apt",
    "number": "apt",
    "no": "apt",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
}


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a letter goes, as it is printed: at most four lines. `zip` has five digits."""

    recipient: str
    line_1: str
    line_2: str
    city: str
    state: str
    zip: str

    @property
    def lines(self) -> tuple[str, ...]:
        found = (self.recipient, self.line_1, self.line_2, f"{self.city}, {self.state} {self.zip}")
        return tuple(line for line in found if line)

    @property
    def key(self) -> str:
        """The same for every way of writing the same door, whoever lives there."""
        return f"{_plain(self.line_1)} {_plain(self.line_2)}".strip() + f"|{self.zip}"


def names_illness(text: str) -> bool:
    """Whether a stranger who reads it would learn what a letter is about."""
    return _ILLNESS.search(text) is not None


def envelope_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that may stand outside; an organisation's name that names the illness may not."""
    return tuple(line.strip() for line in lines if line.strip() and not names_illness(line))


def can_be_printed(text: str) -> bool:
    """Whether a printer's font and a letter carrier can read it: Latin letters, figures, plain marks."""
    return all(_is_plain(letter) for letter in text)


def expected_at(due_at: datetime, posted_at: datetime | None) -> datetime:
    """When a letter should be there, from what is known of it."""
    return (posted_at or due_at + HANDLING) + DELIVERY


def _is_plain(letter: str) -> bool:
    if letter.isascii():
        return letter.isprintable()
    accented = "\u00c0" <= letter <= "\u017f" or "\u1ea0" <= letter <= "\u1ef9"
    return letter in "’‘“”–—º°½¼¾" or (accented and letter.isalpha())


def _plain(line: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", line.casefold()) if not unicodedata.combining(c))
    words = _PUNCTUATION.sub(" ", bare.replace("#", " apt ")).split()
    return " ".join(_SHORT.get(word, word) for word in words)
