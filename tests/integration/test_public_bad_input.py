"""Every field of every public form with what nobody should type: the page again, never an error of ours."""

from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.visitor import ANSWERS, CHECK, Visitor, problems, text_of

MEGABYTE = "A" * (1024 * 1024)
BAD: dict[str, Any] = {
    "empty": "",
    "spaces": "   ",
    "nul": "ab\0cd",
    "megabyte": MEGABYTE,
    "emoji": "🙂👩‍👧",
    "right_to_left": "\u202eمريم שרה",
    "template": "{{7*7}}",
    "sql": "'; DROP TABLE lead; --",
    "line_breaks": "one\r\nBcc: two@example.com",
    "markup": "<script>alert(1)</script>",
    "half_a_character": b"ab\xed\xa0\x80cd",
    "number": "-1.5",
    "missing": None,
    "repeated": ["one", "two"],
}
GUIDE = {"first_name": "Ann", "email": "ann@example.com", "diagnosis": "pleural", "consent_email": "y"}
# A tick is on or off, and these two are not for people: any value is fine.
FREE = {"use_anyway", "consent_calls", "consent_email", "website", "submission_id"}
# Bad kinds that are good answers to a question for a name.
GOOD_NAMES = {"right_to_left", "sql", "markup", "half_a_character"}


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


def post_bad(visitor: Visitor, path: str, good: dict[str, Any], field: str, kind: str) -> TestResponse:
    """Encoded here, because the test client cannot send bytes that are not text."""
    fields: MultiDict[str, Any] = MultiDict(good)
    fields.poplist(field)
    value = BAD[kind]
    if value is not None:
        fields.setlist(field, value if isinstance(value, list) else [value])
    body = urlencode(list(fields.items(multi=True)))
    return visitor.client.post(path, data=body, content_type="application/x-www-form-urlencoded")


def fields_of(slug: str) -> list[str]:
    extra = {
        "place": ["state", "use_anyway"],
        "name": ["patient_first_name"],
        "call": ["call_date", "time_zone"],
    }
    return [*ANSWERS[slug], *extra.get(slug, [])]


CASES = [(slug, field, kind) for slug in ANSWERS for field in fields_of(slug) for kind in BAD]


@pytest.mark.parametrize(("slug", "field", "kind"), CASES)
def test_question_page_comes_back_whatever_is_posted(
    visitor: Visitor, slug: str, field: str, kind: str
) -> None:
    path = f"/doctor-match/{slug}"
    good = {**visitor.hidden("/doctor-match/who"), **ANSWERS[slug]}
    response = post_bad(visitor, path, good, field, kind)
    assert response.status_code in (303, 422)
    if response.status_code == 422:
        assert f'href="#{field}"' in problems(response)
        assert_others_kept(
            text_of(response), {name: text for name, text in ANSWERS[slug].items() if name != field}
        )
    else:
        assert may_pass(field, kind)


def assert_others_kept(page: str, others: dict[str, str]) -> None:
    for name, text in others.items():
        kept = page.partition(f'name="{name}"')[2]
        assert f'value="{text}" checked' in page or f'value="{text}"' in kept, name


def may_pass(field: str, kind: str) -> bool:
    optional = {
        "last_name",
        "patient_first_name",
        "email",
        "cell_type",
        "stage",
        "status",
        "travel",
        "language",
    }
    optional |= {"voicemail", "day_part", "time_zone", "call_date", "state"}
    if field in FREE:
        return True
    if kind in ("empty", "spaces", "missing") and field in optional:
        return kind != "spaces" or field.endswith("name") or field == "email"
    return field.endswith("name") and kind in GOOD_NAMES


@pytest.mark.parametrize(
    "kind", ["nul", "megabyte", "template", "line_breaks", "half_a_character", "repeated"]
)
def test_typed_value_is_shown_again_without_its_hidden_part(visitor: Visitor, kind: str) -> None:
    shown = {
        "nul": "ab cd",
        "megabyte": "A" * 1000,
        "template": "{{7*7}}",
        "line_breaks": "one Bcc: two@example.com",
        "half_a_character": "ab%ED%A0%80cd",
        "repeated": "one",
    }
    good = {**visitor.hidden("/doctor-match/who"), **ANSWERS["reach"]}
    response = post_bad(visitor, "/doctor-match/reach", good, "phone", kind)
    assert response.status_code == 422
    assert f'value="{shown[kind]}' in text_of(response)
    assert "phone number" in problems(response)


@pytest.mark.parametrize("kind", BAD)
def test_page_token_may_be_anything(visitor: Visitor, kind: str) -> None:
    visitor.answer_all()
    for path in ("/doctor-match/name", CHECK, "/doctor-match/clear", "/guide"):
        response = post_bad(visitor, path, {"first_name": "Ann"}, "csrf_token", kind)
        assert response.status_code == 422


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("field", ["consent_calls", "consent_email", "website", "submission_id"])
def test_last_page_comes_back_or_sends_whatever_is_posted(visitor: Visitor, field: str, kind: str) -> None:
    visitor.answer_all()
    response = post_bad(visitor, CHECK, visitor.hidden(CHECK), field, kind)
    assert response.status_code in (303, 422)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("field", [*GUIDE, "website", "submission_id"])
def test_guide_page_comes_back_whatever_is_posted(visitor: Visitor, field: str, kind: str) -> None:
    response = post_bad(visitor, "/guide", {**visitor.hidden("/guide"), **GUIDE}, field, kind)
    assert response.status_code in (303, 422)
    if response.status_code == 422 and field not in FREE:
        assert f'href="#{field}"' in problems(response)


@pytest.mark.parametrize("kind", BAD)
def test_status_page_asks_again_whatever_is_posted(visitor: Visitor, kind: str) -> None:
    path = "/s/" + "x" * 32
    response = post_bad(visitor, path, visitor.hidden(path), "phone", kind)
    assert response.status_code == 422
    assert 'href="#phone"' in problems(response)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("field", ["phone", "email"])
def test_correction_asks_again_whatever_is_posted(visitor: Visitor, field: str, kind: str) -> None:
    visitor.answer_all()
    visitor.send()
    path = visitor.status_path()
    response = post_bad(visitor, f"{path}/{field}", visitor.hidden(path), field, kind)
    assert response.status_code == 422
    assert f'href="#{field}"' in problems(response)


@pytest.mark.parametrize("path", ["/doctor-match/who", CHECK, "/guide", "/s/abc", "/doctor-match/clear"])
@pytest.mark.parametrize("body", [b"\xff\xfe\0", b"[1]", b"a=1&" * 100_000])
def test_body_of_another_kind_is_answered_with_a_page(visitor: Visitor, path: str, body: bytes) -> None:
    for content_type in (
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=x",
    ):
        response = visitor.client.post(path, data=body, content_type=content_type)
        assert response.status_code in (303, 400, 413, 422), content_type
        assert "(555) 010-0199" in text_of(response) or response.status_code == 303


def test_megabyte_in_the_address_is_refused_with_a_page(visitor: Visitor) -> None:
    assert visitor.client.get("/s/" + "x" * 100_000).status_code == 200
    assert visitor.client.get("/u/%00%ff").status_code == 200


def test_more_than_three_megabytes_is_refused_with_a_page(visitor: Visitor) -> None:
    response = visitor.client.post("/doctor-match/name", data={"first_name": MEGABYTE * 4})
    assert response.status_code == 413
    assert "(555) 010-0199" in text_of(response)
