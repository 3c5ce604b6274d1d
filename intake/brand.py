"""The organisation's own look: its logo, its languages, and colours that everybody can read."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from intake.errors import ConfigError
from intake.rules.facts import Language

# The product's own look; assets/scss/_tokens.scss has the same two, so that it needs no sheet of its own.
COLOUR = "#1c4f45"
GROUND = "#fbf7f0"
_INK, _BLACK, _WHITE = "#2a2521", "#000000", "#ffffff"
_HEX = re.compile(r"#[0-9a-f]{6}")
# WCAG 2.2, success criterion 1.4.6.
_ENOUGH = 7.0
_LOGO_KINDS = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True, kw_only=True)
class Brand:
    """`colour` is that of buttons and names, `ground` that of the page; both #rrggbb. `logo` is a file."""

    colour: str = COLOUR
    ground: str = GROUND
    logo: Path | None = None
    languages: tuple[Language, ...] = tuple(Language)

    def __post_init__(self) -> None:
        """Raises ConfigError when a text would be hard to read, with the contrast it would have."""
        _demand_contrast("colour", self.colour, _WHITE)
        _demand_contrast("colour", self.colour, self.pale)
        _demand_contrast("ground", self.ground, _INK)
        _demand_contrast("ground", self.sand, _INK)

    @property
    def dark(self) -> str:
        """Of a button under the pointer."""
        return mixed(self.colour, _BLACK, 0.28)

    @property
    def pale(self) -> str:
        """Of a panel and a chosen answer."""
        return mixed(self.colour, _WHITE, 0.88)

    @property
    def sand(self) -> str:
        """Of the foot of the page."""
        return mixed(self.ground, _INK, 0.05)

    @property
    def card(self) -> str:
        """Of what lies on the ground: a doctor, an answer, the head of the page."""
        return mixed(self.ground, _WHITE, 0.7)

    @property
    def line(self) -> str:
        return mixed(self.ground, _INK, 0.2)

    @property
    def is_our_own(self) -> bool:
        return (self.colour, self.ground) == (COLOUR, GROUND)

    @cached_property
    def sheet(self) -> str:
        """The style sheet that sets the colours apart from the product's own."""
        return (
            f":root{{--govuk-brand-colour:{self.colour};--govuk-success-colour:{self.colour};"
            f"--brand-dark:{self.dark};--brand-pale:{self.pale};--sand:{self.sand};"
            f"--card:{self.card};--govuk-border-colour:{self.line};"
            f"--govuk-template-background-colour:{self.ground};--govuk-body-background-colour:{self.ground}}}"
        )

    @cached_property
    def mark(self) -> str:
        """Changes whenever the sheet or the logo does, so that both may be cached."""
        drawn = self.logo.read_bytes() if self.logo else b""
        return hashlib.sha256(self.sheet.encode() + drawn).hexdigest()[:10]

    @property
    def logo_kind(self) -> str:
        return _LOGO_KINDS[self.logo.suffix] if self.logo else ""


def read_brand(raw: dict[str, Any], folder: Path) -> Brand:
    """The table [brand]: `colour`, `ground`, `logo` (beside the file), `languages`. Raises ConfigError."""
    odd = raw.keys() - {"colour", "ground", "logo", "languages"}
    if odd:
        raise ConfigError(f"brand.{min(odd)} is unknown; there are colour, ground, logo and languages.")
    return Brand(
        colour=_hex("colour", raw.get("colour", COLOUR)),
        ground=_hex("ground", raw.get("ground", GROUND)),
        logo=_logo(folder / raw["logo"]) if "logo" in raw else None,
        languages=_languages(raw.get("languages", [*Language])),
    )


def _hex(name: str, value: Any) -> str:
    text = str(value).lower()
    if not _HEX.fullmatch(text):
        raise ConfigError(f"brand.{name} is {value!r}; write it as # and six hexadecimal digits.")
    return text


def _logo(path: Path) -> Path:
    if path.suffix not in _LOGO_KINDS or not path.is_file():
        raise ConfigError(f"brand.logo is {path.name!r}; it must be an svg or png file beside this one.")
    return path


def _languages(raw: Any) -> tuple[Language, ...]:
    odd = set(raw) - set(Language)
    if odd or Language.ENGLISH not in raw:
        raise ConfigError('brand.languages is ["en"] or ["en", "es"].')
    return tuple(Language(code) for code in raw)


def _demand_contrast(name: str, one: str, other: str) -> None:
    found = contrast(one, other)
    if found < _ENOUGH:
        raise ConfigError(
            f"brand.{name} is too hard to read: {one} on {other} has a contrast of {found:.1f}, "
            f"and {_ENOUGH:.0f} is the least. Choose a {'lighter' if name == 'ground' else 'darker'} one."
        )


def contrast(one: str, other: str) -> float:
    """1 to 21, as WCAG 2.2 defines the contrast ratio."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`share` of the other colour mixed in, 0 to 1."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
