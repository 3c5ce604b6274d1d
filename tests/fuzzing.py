"""Requests that no browser sends, for every route there is: paths, queries, bodies, headers, cookies.

The routes come from the application's own map, the names of fields from its own pages, so that a new
page is fuzzed without a word here.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import Staff
from intake.services import passwords
from intake.services.staff import Role
from tests.desk import PASSWORD, SECRET, signed_in, token_in
from tests.desk import sign_in as post_sign_in
from tests.routes import Route, absent, routes
from tests.visitor import Visitor

# Shown raw anywhere, this would be an element of somebody else's in our page.
MARK = "<b id=zq9>"
EVALUATED = "zq49zq"
HOSTILE = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\nX-Injected: yes",
    "\u202eevil",
    "\ufeff",
    "😀" * 40,
    "0" * 400,
    "-1",
    "1e309",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    "9" * 30,
    "2026-02-30",
    "25:61",
    "../../etc/passwd",
    "%00",
    "%0d%0a",
    "'; DROP TABLE lead; --",
    "1 OR 1=1",
    "' UNION SELECT password FROM staff --",
    "zq{{7*7}}zq",
    "zq${7*7}zq",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "\t=1",
    "＝1",
    f"{MARK}x</b>",
    f'"{MARK}',
    f"'{MARK}",
    f"{MARK}" * 50,
    "javascript:alert(1)",
    "//evil.example",
    "https://evil.example",
    "\\\\evil.example",
    "a@b",
    "x@example.com",
    "(555) 010-0142",
    "77030",
    "00000",
    "é" * 300,
    "\ud800",
)
_FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]*?name="([^"]+)"(?:[^>]*?value="([^"]*)")?')
_CONTENT_TYPES = (
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain",
    "",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded; charset=utf-16",
)
_HEADERS = (
    "X-Forwarded-For",
    "Accept-Language",
    "Referer",
    "User-Agent",
    "Cookie",
    "Range",
    "If-None-Match",
    "Sec-GPC",
)


@dataclass
class Crowd:
    """Who asks: a stranger, a family under way, and one member of staff of each role."""

    app: Flask
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def gather(self) -> None:
        self.clients = {name: self.app.test_client() for name in ("stranger", "family", *Role)}
        Visitor(self.clients["family"]).answer_all()
        for role in Role:
            signed_in(self.clients[role], role, name=role.title())
        for name in self.clients:
            self.tokens[name] = self._token(name)

    def _token(self, name: str) -> str:
        page = "/console/me" if name in set(Role) else "/doctor-match/who"
        return token_in(self.clients[name].get(page).text)

    def bring_back(self, name: str) -> None:
        """After a request that signed somebody out, disabled them or cleared their answers."""
        if name not in set(Role):
            self.clients[name] = self.app.test_client()
        elif self.clients[name].get("/console/me").status_code != 200:
            self._sign_in_again(Role(name))
        self.tokens[name] = self._token(name)

    def _sign_in_again(self, role: Role) -> None:
        with transaction() as session:
            staff = session.query(Staff).filter_by(name=role.title()).one()
            staff.active, staff.role, staff.left_at, staff.code_misses = True, role, None, 0
            staff.password, staff.totp_secret = passwords.hashed(PASSWORD), SECRET
            staff.totp_last_counter = None
            email = staff.email
        self.clients[role] = self.app.test_client()
        answer = post_sign_in(self.clients[role], email)
        assert answer.status_code == 303, (datetime.now(UTC), answer.text)


@dataclass(frozen=True)
class Sent:
    """One request as it goes out. `fields` is None where `body` says it all."""

    route: Route
    who: str
    path: str
    headers: dict[str, str]
    content_type: str
    body: bytes


def field_names(crowd: Crowd) -> list[tuple[str, str]]:
    """(name, value) of everything that the application's own forms post."""
    found = {("csrf_token", ""), ("List-Unsubscribe", "One-Click")}
    for route in routes(crowd.app):
        if route.method == "GET":
            for client in crowd.clients.values():
                page = client.get(route.path(crowd.app))
                found |= set(_FIELD.findall(page.text)) if page.mimetype == "text/html" else set()
    return sorted(found)


def requests(crowd: Crowd) -> st.SearchStrategy[Sent]:
    walked = sorted(routes(crowd.app), key=lambda route: (route.endpoint, route.method))
    names = field_names(crowd)
    values = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.integers().map(str))
    pairs = st.one_of(
        st.sampled_from(names),
        st.tuples(st.sampled_from([name for name, _ in names]), values),
        st.tuples(values, values),
    )

    @st.composite
    def one(draw: st.DrawFn) -> Sent:
        route = draw(st.sampled_from(walked))
        who = draw(st.sampled_from(sorted(crowd.clients)))
        given_path = route.path(crowd.app, lambda route, name: _argument(draw, route, name, values))
        query = draw(st.lists(pairs, max_size=2))
        content_type = draw(st.one_of(st.just(_CONTENT_TYPES[0]), st.sampled_from(_CONTENT_TYPES)))
        fields = draw(st.lists(pairs, max_size=8))
        if draw(st.booleans()):
            fields.append(("csrf_token", crowd.tokens[who]))
        raw = draw(st.one_of(st.just(b""), st.just(b""), st.just(b""), st.binary(max_size=80)))
        header = draw(st.one_of(st.none(), st.tuples(st.sampled_from(_HEADERS), values)))
        headers = {header[0]: _header_text(header[1])} if header else {}
        path = given_path + (f"?{_encoded(query)}" if query else "")
        return Sent(route, who, path, headers, content_type, raw or _encoded(fields).encode())

    return one()


def _argument(draw: st.DrawFn, route: Route, name: str, values: st.SearchStrategy[str]) -> object:
    """What fits the converter, mostly; a text argument takes anything that has no slash."""
    plain = absent(route, name)
    if not isinstance(plain, str) or type(route.rule._converters[name]).__name__ == "AnyConverter":
        return plain
    typed = draw(values).replace("/", "")
    return _clean(typed) or plain


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _header_text(text: str) -> str:
    """What a server can be sent at all: bytes without a line break."""
    return re.sub(r"[\r\n\x00]", "", _clean(text)).encode().decode("latin-1")


def _encoded(pairs: list[tuple[str, str]]) -> str:
    """Form encoding that keeps what UTF-8 cannot write (a lone surrogate becomes its three bytes)."""
    return "&".join(
        urlencode({"": ""}) if not name and not value else f"{_quoted(name)}={_quoted(value)}"
        for name, value in pairs
    )


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def send(crowd: Crowd, sent: Sent) -> tuple[TestResponse, float]:
    """The answer, and how long it took (seconds)."""
    client = crowd.clients[sent.who]
    started = time.perf_counter()
    answer = client.open(
        sent.path,
        method=sent.route.method,
        headers=sent.headers,
        content_type=sent.content_type,
        data=sent.body,
    )
    return answer, time.perf_counter() - started


def leads_away(location: str) -> bool:
    """To another host, as browsers read it: a backslash is a slash to them, and they skip what is no sign."""
    return urlsplit(re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")).netloc not in ("", "localhost")


def check(answer: TestResponse, sent: Sent) -> None:
    """No error of ours, no markup or template of theirs, no header of theirs."""
    told = (sent.route.endpoint, sent.who, sent.path, sent.content_type, sent.body)
    assert answer.status_code < 500, told
    assert "X-Injected" not in answer.headers, told
    assert not leads_away(answer.headers.get("Location", "")), told
    if answer.mimetype == "text/html":
        assert MARK not in answer.text, told
        assert EVALUATED not in answer.text, told


def pages_afterwards(crowd: Crowd) -> Iterator[tuple[str, Any]]:
    """Every page that needs no id, as everybody sees it: what was stored shows here."""
    for route in routes(crowd.app):
        if route.method == "GET" and not route.arguments:
            for name, client in crowd.clients.items():
                yield f"{route.endpoint} for {name}", client.get(route.path(crowd.app))
