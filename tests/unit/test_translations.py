"""The catalogs say everything that is marked, and say it with the same placeholders."""

import pytest
from babel.messages.catalog import Catalog

from intake import language
from intake.rules.facts import Language
from tests import translations


@pytest.fixture(scope="module", params=translations.TRANSLATED)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return translations.updated(request.param)


def test_no_marked_string_waits_for_its_translation(catalog: Catalog) -> None:
    waiting = [message.id for message in translations.waiting(catalog)]
    assert waiting == [], "run `make translations`, then write what is missing"


def test_a_missing_and_a_fuzzy_string_are_both_waiting() -> None:
    catalog = Catalog(locale="es")
    catalog.add("Call us", "")
    catalog.add("Stage", "Estadio", flags=["fuzzy"])
    catalog.add("Privacy", "Privacidad")
    assert [message.id for message in translations.waiting(catalog)] == ["Call us", "Stage"]


def test_translations_keep_the_placeholders_of_the_english(catalog: Catalog) -> None:
    assert list(translations.faults(catalog)) == []


def test_a_translation_with_another_placeholder_is_a_fault() -> None:
    catalog = Catalog(locale="es")
    catalog.add("Call %(phone)s", "Llame al %(number)s", flags=["python-format"])
    assert len(list(translations.faults(catalog))) == 1


def test_words_follow_the_language_that_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    said = language.lazy_gettext("Privacy")
    with language.speaking(Language.SPANISH):
        assert str(said) == "Privacidad"
    assert str(said) == "Privacy"


def test_values_are_filled_in_and_may_hold_percent_signs() -> None:
    assert language.gettext("In an emergency, call %(number)s.", number="100%") == (
        "In an emergency, call 100%."
    )
    assert language.ngettext("%(num)s doctor", "%(num)s doctors", 2) == "2 doctors"
