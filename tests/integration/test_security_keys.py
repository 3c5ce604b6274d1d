"""Security keys: what is taken, and everything near it that is not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine

from intake.db import transaction
from intake.errors import BadInput
from intake.models import Staff, StaffKey
from intake.services import keys, sign_in, staff, staff_changes
from intake.services.keys import Site
from intake.services.second_factor import Proof
from intake.services.sign_in import Credentials
from intake.services.staff_mails import MailKind
from tests.desk import PASSWORD, account, code_at, press, signed_in, stored
from tests.desk import sign_in as post_sign_in
from tests.factories import NOON
from tests.security_key import SoftKey, b64, unb64

SITE = Site("localhost", "http://localhost:8765", "Desk")


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(database: Engine) -> Staff:
    with transaction() as session:
        return account(session)


def added(owner: Staff, key: SoftKey) -> StaffKey:
    with transaction() as session:
        options = keys.options_to_add(session, owner, SITE, now=NOON)
        return keys.add(session, owner, key.create(options), name="Blue key", site=SITE, now=NOON)


def opens(assertion: str, *, code: str = "", keys_only: bool = False, at: timedelta = timedelta(0)) -> bool:
    given = Proof(code=code, assertion=assertion, site=SITE, keys_only=keys_only)
    with transaction() as session:
        credentials = Credentials("ana@desk.example", PASSWORD, given)
        return sign_in.sign_in(session, credentials, now=NOON + at) is not None


def challenge(at: timedelta = timedelta(0)) -> str:
    return keys.options_to_prove(SITE, now=NOON + at)


def test_key_opens_a_sign_in_in_place_of_the_code(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    assert opens(key.get(challenge(timedelta(seconds=1))), at=timedelta(seconds=2))


def test_answer_of_a_key_is_taken_once(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    answer = key.get(challenge(timedelta(seconds=1)))
    assert opens(answer, at=timedelta(seconds=2))
    assert not opens(answer, at=timedelta(seconds=3))


def test_older_challenge_is_refused_after_a_newer_one_was_answered(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    older, newer = challenge(timedelta(seconds=1)), challenge(timedelta(seconds=2))
    assert opens(key.get(newer), at=timedelta(seconds=3))
    assert not opens(key.get(older), at=timedelta(seconds=4))


def test_challenge_is_refused_when_it_is_older_than_five_minutes_or_from_tomorrow(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    assert not opens(key.get(challenge(timedelta(seconds=1))), at=timedelta(minutes=6))
    assert not opens(key.get(challenge(timedelta(days=1))), at=timedelta(minutes=7))


def test_key_is_refused_when_it_answers_for_another_site(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    for stolen in (replace(key, origin="https://evil.example"), replace(key, host="evil.example")):
        assert not opens(stolen.get(challenge(timedelta(seconds=1))), at=timedelta(seconds=2))


def test_key_is_refused_when_it_belongs_to_somebody_else(ana: Staff) -> None:
    with transaction() as session:
        ben = account(session, name="Ben")
    key = SoftKey()
    added(ben, key)
    assert not opens(key.get(challenge(timedelta(seconds=1))), at=timedelta(seconds=2))


def test_copy_of_a_key_is_refused_when_its_count_falls_behind(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    assert opens(key.get(challenge(timedelta(seconds=1))), at=timedelta(seconds=2))
    key.count = 0
    assert not opens(key.get(challenge(timedelta(seconds=3))), at=timedelta(seconds=4))


def test_challenge_is_refused_when_it_is_not_ours(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    options = json.loads(challenge(timedelta(seconds=1)))
    forged = bytearray(unb64(options["challenge"]))
    for place in (0, 8, -1):
        changed = forged.copy()
        changed[place] ^= 1
        answer = key.get(json.dumps({"challenge": b64(bytes(changed))}))
        assert not opens(answer, at=timedelta(seconds=2))


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "{",
        '{"id": 1}',
        '{"id":"AA","response":{"clientDataJSON":"AA"}}',
        "x" * 30_000,
    ],
)
def test_unreadable_answer_is_refused_and_never_an_error(ana: Staff, answer: str) -> None:
    added(ana, SoftKey())
    assert not opens(answer or " ")
    with transaction() as session, pytest.raises(BadInput):
        keys.add(session, ana, answer, name="", site=SITE, now=NOON)


def test_key_is_added_once(ana: Staff) -> None:
    key = SoftKey()
    added(ana, key)
    with pytest.raises(BadInput):
        added(ana, key)


def test_codes_are_refused_from_whoever_has_a_key_when_keys_are_required(ana: Staff) -> None:
    assert opens("", code=code_at(NOON), keys_only=True)
    key = SoftKey()
    added(ana, key)
    later = timedelta(minutes=1)
    assert not opens("", code=code_at(NOON + later), keys_only=True, at=later)
    assert opens(key.get(challenge(later)), keys_only=True, at=later)


def test_key_is_added_and_used_and_removed_in_the_browser(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    ana = signed_in(browser_client)
    page = unescape(browser_client.get("/console/me").text)
    options = page.split('data-key-create="attestation" data-options="')[1].split('">Add a key')[0]
    key = SoftKey()
    answer = press(
        browser_client, "/console/me", "/console/me/keys", name="Blue", attestation=key.create(options)
    )
    assert answer.headers["Location"] == "/console/me"
    assert "Blue" in browser_client.get("/console/me").text
    press(browser_client, "/console/me", "/console/sign-out")
    noon.shift(5)
    shown = unescape(browser_client.get("/console/sign-in").text)
    asked = shown.split('data-options="')[1].split('">Use')[0]
    answer = post_sign_in(browser_client, ana.email, code="", assertion=key.get(asked))
    assert answer.status_code == 303
    with transaction() as session:
        (kept,) = keys.of_staff(session, ana.id)
    assert press(browser_client, "/console/me", f"/console/me/keys/{kept.id}/remove").status_code == 303
    assert stored(StaffKey, kept.id) is None


def test_key_of_a_colleague_cannot_be_removed(browser_client: FlaskClient) -> None:
    with transaction() as session:
        ben = account(session, name="Ben")
    kept = added(ben, SoftKey())
    signed_in(browser_client)
    assert press(browser_client, "/console/me", f"/console/me/keys/{kept.id}/remove").status_code == 404
    assert stored(StaffKey, kept.id) is not None


def test_nothing_but_the_own_account_opens_until_a_required_key_is_added(
    browser_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    extensions = browser_client.application.extensions
    monkeypatch.setitem(extensions, "advocate", replace(extensions["advocate"], keys_only=True))
    ana = signed_in(browser_client)
    assert browser_client.get("/console/").headers["Location"] == "/console/me"
    assert "Add a security key first" in browser_client.get("/console/me").text
    added(ana, SoftKey())
    assert browser_client.get("/console/").status_code == 200


def test_key_goes_when_the_phone_is_lost(ana: Staff) -> None:

    key = SoftKey()
    added(ana, key)
    with transaction() as session:
        staff_changes.lost(session, staff.get(session, ana.email), MailKind.FACTOR, now=NOON)
    assert not opens(key.get(challenge(timedelta(seconds=1))), at=timedelta(seconds=2))
