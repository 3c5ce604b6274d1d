"""Fields on their own: what they accept, what they say, what they keep."""

import pytest
from flask import Flask

from intake.errors import BadInput
from intake.forms import answers
from intake.forms.contact_details import read_email, read_phone, say_phone
from intake.forms.match import NameForm, PlaceForm, ReachForm, RelationForm
from intake.forms.text import has_hidden, tidy
from intake.language import speaking
from intake.rules.facts import Language


@pytest.fixture
def form_app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="x" * 32, WTF_CSRF_ENABLED=False)
    return app


@pytest.mark.parametrize(
    "typed",
    [
        "(555) 010-0199",
        "5550100199",
        "555-010-0199",
        "555.010.0199",
        "555 010 0199",
        "+1 555 010 0199",
        "1-555-010-0199",
        "\u202a(555) 010-0199\u202c",
    ],
)
def test_phone_is_read_in_every_common_spelling(typed: str) -> None:
    assert read_phone(tidy(typed)) == "+15550100199"


@pytest.mark.parametrize("typed", ["555-010-0199 x12", "5550100199 ext. 12", "+1 555 010 0199 extension 12"])
def test_phone_keeps_the_extension_when_one_is_typed(typed: str) -> None:
    assert read_phone(typed) == "+15550100199;ext=12"
    assert say_phone(read_phone(typed)) == "(555) 010-0199 ext. 12"


@pytest.mark.parametrize("typed", ["call me", "555", "0000000000", "1550100199", "{{7*7}}", "5" * 300, "🙂"])
def test_phone_is_refused_with_a_sentence_when_it_cannot_be_dialled(typed: str) -> None:
    with pytest.raises(BadInput, match="phone number"):
        read_phone(typed)


def test_phone_of_another_country_is_said_in_its_own_way() -> None:
    assert say_phone(read_phone("+44 20 7946 0018")) == "+44 20 7946 0018"


@pytest.mark.parametrize(
    "typed", ["plain", "a@b", "a b@example.com", "a@example.com\nBcc: x@y.zz", "'; DROP--"]
)
def test_email_is_refused_with_a_sentence_when_it_is_none(typed: str) -> None:
    with pytest.raises(BadInput, match="email address"):
        read_email(typed)


def test_email_keeps_its_local_part_and_lowers_the_domain() -> None:
    assert read_email("Maria.Jose+x@Example.COM") == "Maria.Jose+x@example.com"


def test_tidy_folds_spaces_and_drops_pasted_marks() -> None:
    assert tidy("  Ann\u00a0\u200b  Lee\r\n") == "Ann Lee"


def test_tidy_keeps_letters_of_every_alphabet_and_joined_emoji() -> None:
    assert tidy("שָׂרָה 👩\u200d👧 Ñuñez") == "שָׂרָה 👩\u200d👧 Ñuñez"


@pytest.mark.parametrize("raw", ["a\0b", "a\r\nb", "a\ufffdb", "a\x1bb", "a\u2028b"])
def test_hidden_characters_are_found_and_taken_out(raw: str) -> None:
    assert has_hidden(raw)
    assert tidy(raw) == "a b"


@pytest.mark.parametrize(
    "name", ["O’Brien", "O'Brien", "María-José", "Nguyễn", "李", "Ó", "van der Berg Jr.", "Робин", "{{x}}"]
)
def test_name_is_accepted_as_it_is_spelled(form_app: Flask, name: str) -> None:
    with form_app.test_request_context(method="POST", data={"first_name": name}):
        form = NameForm()
        assert form.validate()
        assert form.first_name.clean == name


@pytest.mark.parametrize("name", ["{{7*7}}", "123", "🙂", "'--"])
def test_name_without_a_letter_is_asked_for_again(form_app: Flask, name: str) -> None:
    with form_app.test_request_context(method="POST", data={"first_name": name}):
        form = NameForm()
        assert not form.validate()
        assert form.first_name.errors == ["The first name needs at least one letter."]
        assert form.first_name.data == name


def test_field_is_named_when_it_comes_twice(form_app: Flask) -> None:
    twice = {"phone": ["5550100199", "5550100188"], "language": ["en", "es"]}
    with form_app.test_request_context(method="POST", data=twice):
        form = ReachForm()
        assert not form.validate()
        assert form.phone.errors == ["We got two answers for the phone number. Check it, then go on."]
        assert form.language.errors == ["We got two answers for the language. Choose one."]


def test_choice_that_is_not_ours_is_refused_by_name(form_app: Flask) -> None:
    with form_app.test_request_context(method="POST", data={"relation": "'; DROP TABLE lead"}):
        form = RelationForm()
        assert not form.validate()
        assert form.relation.errors == ["Choose one of the answers for who this is for."]


def test_choice_is_missing_when_the_draft_has_one_but_the_request_does_not(form_app: Flask) -> None:
    with form_app.test_request_context(method="POST", data={"x": "1"}):
        assert not RelationForm(data={"relation": "self"}).validate()


def test_json_body_is_read_as_an_empty_form(form_app: Flask) -> None:
    with form_app.test_request_context(method="POST", json=[1, {"relation": "self"}]):
        assert not RelationForm().validate()


def test_place_asks_once_more_when_the_zip_code_is_not_known(form_app: Flask) -> None:
    with form_app.test_request_context(method="POST", data={"zip_code": "00000"}):
        form = PlaceForm(is_known=lambda code: False)
        assert not form.validate()
        assert (form.ask_again, form.may_insist) == (True, True)
        assert "00000" in form.zip_code.errors[0]


@pytest.mark.parametrize("insist", [{"use_anyway": "y"}, {"state": "TX"}])
def test_place_is_accepted_when_the_visitor_insists(form_app: Flask, insist: dict[str, str]) -> None:
    with form_app.test_request_context(method="POST", data={"zip_code": "00000", **insist}):
        form = PlaceForm(is_known=lambda code: False)
        assert form.validate()
        assert form.kept()["zip_code"] == "00000"


def test_place_takes_the_state_when_what_was_typed_is_no_zip_code(form_app: Flask) -> None:
    with form_app.test_request_context(method="POST", data={"zip_code": "Houston", "state": "TX"}):
        form = PlaceForm(is_known=lambda code: False)
        assert form.validate()
        assert (form.kept()["zip_code"], form.kept()["state"]) == ("", "TX")


def test_place_forgets_the_state_when_the_zip_code_is_known(form_app: Flask) -> None:
    with form_app.test_request_context(method="POST", data={"zip_code": "77030-1234", "state": "ME"}):
        form = PlaceForm(is_known=lambda code: True)
        assert form.validate()
        assert (form.kept()["zip_code"], form.kept()["state"]) == ("77030", "")


def test_half_a_character_is_found_and_taken_out() -> None:
    lone = "a" + chr(0xD800) + "b"
    assert has_hidden(lone)
    assert tidy(lone) == "a b"


def test_a_language_begins_with_a_capital_where_it_is_an_answer() -> None:
    with speaking(Language.SPANISH):
        assert [str(word) for word in answers.LANGUAGE.values()] == ["Inglés", "Español"]
