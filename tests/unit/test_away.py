"""The page that stands in while nothing of ours answers: the phone number, in every language, and no file."""

import re

import pytest

from intake import away
from intake.config import ROOT, SAMPLE_ORGANISATION
from intake.organisation import Organisation, load_organisation

SAMPLES = (SAMPLE_ORGANISATION, ROOT / "intake" / "sample" / "harbor.toml")


@pytest.fixture(params=SAMPLES, ids=lambda path: str(path.stem))
def organisation(request: pytest.FixtureRequest) -> Organisation:
    return load_organisation(request.param, sample=True)


def test_each_language_says_whom_to_call(organisation: Organisation) -> None:
    page = away.page(organisation)
    parts = dict(re.findall(r'<section lang="(\w+)">(.*?)</section>', page, re.DOTALL))
    assert list(parts) == list(organisation.brand.languages)
    for part in parts.values():
        assert f'href="tel:{organisation.phone_e164}"' in part
        assert "911" in part
    assert "No podemos mostrar esta página" in parts["es"]
    assert organisation.brand.colour in page


def test_it_asks_for_nothing_else(organisation: Organisation) -> None:
    page = away.page(organisation)
    assert set(re.findall(r'href="(\w+:)', page)) == {"tel:"}
    assert not re.search(r"<(link|script|img|form|iframe)\b|\bsrc=|url\(|@import", page)
