"""A visitor who reads a page before she answers it, as a browser does."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ANSWERS: dict[str, dict[str, str]] = {
    "who": {"relation": "self"},
    "diagnosis": {"diagnosis": "pleural", "cell_type": "epithelioid"},
    "stage": {"stage": "3", "status": "new"},
    "place": {"zip_code": "77030", "travel": "anywhere"},
    "name": {"first_name": "María-José", "last_name": "O’Brien"},
    "reach": {"phone": "(555) 010-0142", "email": "maria@example.com", "language": "en", "voicemail": "no"},
    "call": {"call_day": "next_free", "day_part": "morning"},
}
CHECK = "/doctor-match/check"
SENT = "/doctor-match/sent"

_HIDDEN = re.compile(r'<input [^>]*name="(csrf_token|submission_id)"[^>]*value="([^"]*)"')


class Visitor:
    def __init__(self, client: FlaskClient, *, language: str = "") -> None:
        """`language` is "" or "/es": what stands before each path."""
        self.client, self.language = client, language

    def read(self, path: str) -> str:
        response = self.client.get(self.language + path)
        assert response.status_code == 200, (path, response.status_code)
        return text_of(response)

    def hidden(self, path: str) -> dict[str, str]:
        page = self.client.get(self.language + path, follow_redirects=True)
        return dict(_HIDDEN.findall(page.get_data(as_text=True)))

    def post(self, path: str, fields: dict[str, Any], *, page: str | None = None) -> TestResponse:
        """Read `page` (or the path itself) for its hidden fields, then post."""
        return self.client.post(self.language + path, data={**self.hidden(page or path), **fields})

    def answer(self, slug: str, **other: Any) -> TestResponse:
        return self.post(f"/doctor-match/{slug}", {**ANSWERS[slug], **other})

    def answer_all(self, **pages: dict[str, Any]) -> None:
        for slug in ANSWERS:
            response = self.answer(slug, **pages.get(slug, {}))
            assert response.status_code == 303, (slug, text_of(response))

    def send(self, **ticks: str) -> TestResponse:
        return self.post(CHECK, ticks)

    def sent_reference(self) -> str:
        found = re.search(r'data-reference="(\w+)"', self.read(SENT))
        assert found
        return found[1]

    def status_path(self) -> str:
        found = re.search(r'href="(/s/[\w-]+)"', self.read(SENT))
        assert found
        return found[1]


def text_of(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def problems(response: TestResponse) -> str:
    """The words of the error summary; empty when there is none."""
    found = re.search(r'class="govuk-error-summary"(.*?)</ul>', text_of(response), re.DOTALL)
    return found[1] if found else ""
