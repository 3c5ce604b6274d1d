"""An organisation's look: read from its file, and refused when people could not read it."""

from pathlib import Path

import pytest

from intake.brand import Brand, contrast, mixed, read_brand
from intake.config import ROOT, SAMPLE_ORGANISATION
from intake.errors import ConfigError
from intake.organisation import load_organisation
from intake.rules.facts import Language

SECOND = ROOT / "intake" / "sample" / "harbor.toml"


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_colours_are_mixed_by_share() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert mixed("#123456", "#ffffff", 0) == "#123456"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"colour": "#3a8f7b"}, "brand.colour is too hard to read"),
        ({"ground": "#8899aa"}, "brand.ground is too hard to read"),
        ({"colour": "green"}, "brand.colour is 'green'"),
        ({"color": "#1c4f45"}, "brand.color is unknown"),
        ({"logo": "nowhere.svg"}, "brand.logo is 'nowhere.svg'"),
        ({"logo": "harbor.toml"}, "brand.logo is 'harbor.toml'"),
        ({"languages": ["es"]}, "brand.languages"),
        ({"languages": ["en", "fr"]}, "brand.languages"),
    ],
)
def test_a_look_that_cannot_be_used_is_refused_by_name(raw: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_brand(raw, SECOND.parent)


def test_every_text_of_our_own_look_is_easy_to_read() -> None:
    brand = Brand()
    assert brand.is_our_own
    assert contrast(brand.colour, brand.pale) >= 7


def test_the_second_sample_has_its_own_name_colours_and_logo() -> None:
    first, second = (load_organisation(path, sample=True) for path in (SAMPLE_ORGANISATION, SECOND))
    assert first.name != second.name
    assert first.brand.is_our_own
    assert not second.brand.is_our_own
    assert second.brand.colour in second.brand.sheet
    assert f"--card:{second.brand.card};--govuk-border-colour:{second.brand.line}" in second.brand.sheet
    assert second.brand.logo_kind == "image/svg+xml"
    assert first.brand.mark != second.brand.mark


def test_who_pays_falls_back_to_english(tmp_path: Path) -> None:
    text = SECOND.read_text().replace('es = "Esta', '# es = "Esta').replace('logo = "harbor.svg"', "")
    (tmp_path / "organisation.toml").write_text(text)
    found = load_organisation(tmp_path / "organisation.toml", sample=True)
    assert found.who_pays_in(Language.SPANISH) == found.who_pays_in(Language.ENGLISH)
