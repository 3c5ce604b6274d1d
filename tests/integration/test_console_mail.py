"""The console's mail pages: the timeline, one family's mail, previews, trials, decisions, condolence."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from intake.config import Settings
from intake.db import transaction
from intake.models import AuditEntry, Callback, Lead, MailBrake, Mailing, OutboxTask, Suppression, TrialMail
from intake.rules.facts import Channel
from intake.rules.outcomes import OUTCOMES
from intake.rules.series import SERIES
from intake.services import call_effects, claims, mail_preview, series, suppressions
from intake.services.blind import email_blind
from intake.services.leads import get_lead
from intake.services.staff import Role
from tests.desk import press, said, signed_in, token_in, waiting_call
from tests.factories import NOON, stored_lead


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lead_id(browser_client: FlaskClient) -> UUID:
    """A daughter's request; the guide is sent and the rest is planned."""
    with transaction() as session:
        lead = stored_lead(session, relation="parent").lead_id
        series.begin(session, lead, now=NOON)
        session.execute(update(Mailing).values(status="accepted", answered_at=NOON))
        series.plan(session, [lead], now=NOON)
    return lead


@pytest.fixture
def supervisor(browser_client: FlaskClient) -> FlaskClient:
    signed_in(browser_client, Role.SUPERVISOR)
    return browser_client


def rows(kind: type) -> list:  # type: ignore[type-arg]
    with transaction() as session:
        return list(session.scalars(select(kind)))


def actions() -> set[str]:
    return {entry.action for entry in rows(AuditEntry)}


def mail_of(lead_id: UUID, tail: str = "") -> str:
    return f"/console/leads/{lead_id}/mail{tail}"


def do(client: FlaskClient, lead_id: UUID, what: str) -> TestResponse:
    return press(client, mail_of(lead_id), mail_of(lead_id, f"/{what}"))


def test_series_is_shown_as_a_timeline_in_the_words_of_the_desk(supervisor: FlaskClient) -> None:
    page = supervisor.get("/console/series").text
    for step in SERIES.steps:
        assert step.label in page
    assert "3 days after they asked, in the morning (9:00-12:00)" in page
    assert "7 days before the appointment" in page
    assert "Ends when they say stop, the address does not work" in page


def test_step_tells_who_gets_it_and_who_does_not_and_why(supervisor: FlaskClient, lead_id: UUID) -> None:
    with transaction() as session:
        stored_lead(session, consents=(), phone="+15550100155", email="bo@family.example")
    page = supervisor.get("/console/series/questions").text
    assert "comes" in page
    assert "Fri Nov 27, 9:00 am CST" in page
    assert "they did not agree to it" in page
    assert "series.viewed" in actions()
    assert supervisor.get("/console/series/nothing").status_code == 404


def test_family_s_mail_is_one_page(supervisor: FlaskClient, lead_id: UUID) -> None:
    page = supervisor.get(mail_of(lead_id)).text
    for shown in ("ada@family.example", "sent", "Questions to ask", "nobody has spoken with them yet",
                  "no list of doctors yet", "it is for others"):  # fmt: skip
        assert shown in page
    assert "lead.mail_viewed" in actions()


def test_advocate_sees_the_mail_of_the_family_whose_call_she_holds_and_no_other(
    browser_client: FlaskClient, lead_id: UUID
) -> None:
    ana = signed_in(browser_client)
    pages = (mail_of(lead_id), mail_of(lead_id, "/guide"), mail_of(lead_id, "/guide/html"))
    absent = mail_of(uuid4())
    assert {browser_client.get(page).status_code for page in (*pages, absent)} == {404}
    with transaction() as session:
        callback = waiting_call(session)
        callback.lead_id, callback.status, callback.claimed_by = lead_id, "claimed", ana.id
        callback.claimed_until = NOON + timedelta(minutes=15)
    assert {browser_client.get(page).status_code for page in pages} == {200}
    other = stored(Lead)
    assert browser_client.get(mail_of(other.id)).status_code in (200, 404)


def stored(kind: type[Lead]) -> Lead:
    with transaction() as session:
        return session.scalars(select(kind).order_by(kind.created_at.desc())).first() or kind()


def test_preview_is_the_mail_as_they_would_get_it_but_its_links_lead_nowhere(
    supervisor: FlaskClient, lead_id: UUID
) -> None:
    page = supervisor.get(mail_of(lead_id, "/guide")).text
    assert "Your guide is here" in page
    assert "guide.pdf" in page
    html = supervisor.get(mail_of(lead_id, "/guide/html"))
    assert "Hello Ada," in html.text
    assert "/u/preview" in html.text
    with transaction() as session:
        lead = session.get_one(Lead, lead_id)
        assert lead.status_token not in html.text
    assert supervisor.get(mail_of(lead_id, "/guide/document.pdf")).data[:5] == b"%PDF-"
    assert supervisor.get(mail_of(lead_id, "/check_in/document.pdf")).status_code == 404
    assert "mail.previewed" in actions()


def test_only_our_own_page_may_frame_a_mail_and_nothing_runs_in_it(
    supervisor: FlaskClient, lead_id: UUID
) -> None:
    policy = supervisor.get(mail_of(lead_id, "/guide/html")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    page = supervisor.get(mail_of(lead_id, "/guide")).headers["Content-Security-Policy"]
    assert "frame-src 'self'" in page
    assert "frame-src" not in supervisor.get(mail_of(lead_id)).headers["Content-Security-Policy"]


@pytest.mark.parametrize("step", [step.name for step in SERIES.steps])
def test_every_mail_can_be_looked_at(supervisor: FlaskClient, lead_id: UUID, step: str) -> None:
    assert supervisor.get(mail_of(lead_id, f"/{step}")).status_code == 200


def test_trial_goes_to_the_one_who_asked_whatever_is_posted(supervisor: FlaskClient, lead_id: UUID) -> None:
    page = mail_of(lead_id, "/questions")
    answer = press(supervisor, page, f"{page}/trial", email="eve@evil.example", recipient="eve@evil.example")
    assert answer.status_code == 303
    (trial,) = rows(TrialMail)
    assert (trial.lead_id, trial.step) == (lead_id, "questions")
    (work,) = [row for row in rows(OutboxTask) if row.task == "send_trial_mail"]
    assert work.subject_id == trial.id
    assert "mail.trial_asked" in actions()


def test_links_of_a_trial_are_in_the_familys_language(
    supervisor: FlaskClient, lead_id: UUID, settings: Settings
) -> None:
    press(supervisor, mail_of(lead_id, "/questions"), f"{mail_of(lead_id, '/questions')}/trial")
    with transaction() as session:
        session.get_one(Lead, lead_id).language = "es"
        trial = session.scalars(select(TrialMail)).one()
        made = mail_preview.trial_content(session, trial, settings, now=NOON)
        assert made is not None
    assert made[0].status_url == f"{settings.public_url}/es/s/preview"
    assert made[0].unsubscribe_url == f"{settings.public_url}/es/u/preview"


def test_trials_end_after_fifty_in_a_day(supervisor: FlaskClient, lead_id: UUID) -> None:
    page = mail_of(lead_id, "/questions")
    token = token_in(supervisor.get(page).text)
    for _ in range(52):
        supervisor.post(f"{page}/trial", data={"csrf_token": token})
    assert len(rows(TrialMail)) == 50


def test_one_tap_stops_the_mail(supervisor: FlaskClient, lead_id: UUID) -> None:
    do(supervisor, lead_id, "stop")
    assert "No mail may be sent" in supervisor.get(mail_of(lead_id)).text
    assert [row.reason for row in rows(Suppression)] == ["asked_staff"]
    assert {row.status for row in rows(Mailing)} == {"accepted", "suppressed"}


def test_one_tap_stops_everything(supervisor: FlaskClient, lead_id: UUID) -> None:
    with transaction() as session:
        call = waiting_call(session).id
    do(supervisor, lead_id, "stop-everything")
    assert {row.channel for row in rows(Suppression)} == {"call", "text", "email"}
    with transaction() as session:
        assert session.get_one(Callback, call).status == "cancelled"


def test_mails_wait_a_week_and_go_on_when_staff_say_so(supervisor: FlaskClient, lead_id: UUID) -> None:
    before = {row.step: row.due_at for row in rows(Mailing)}
    do(supervisor, lead_id, "pause")
    assert all(row.due_at >= NOON + timedelta(days=7) for row in rows(Mailing) if row.step != "guide")
    do(supervisor, lead_id, "resume")
    assert {row.step: row.due_at for row in rows(Mailing)} == before


def test_old_page_changes_nothing(supervisor: FlaskClient, lead_id: UUID) -> None:
    for what in ("stop", "stop-everything", "pause"):
        supervisor.post(mail_of(lead_id, f"/{what}"))
    assert rows(Suppression) == []
    assert supervisor.post(mail_of(lead_id, "/nothing")).status_code == 404


def die(lead_id: UUID, *, relation: str = "parent") -> None:
    with transaction() as session:
        lead = get_lead(session, lead_id)
        lead.relation = relation
        call_effects.apply(session, lead, OUTCOMES["patient_died"], now=NOON)


def test_condolence_is_offered_after_a_death_and_sent_by_a_person(
    supervisor: FlaskClient, lead_id: UUID
) -> None:
    assert "letter of sympathy" not in supervisor.get(mail_of(lead_id)).text
    die(lead_id)
    page = supervisor.get(mail_of(lead_id)).text
    assert "Send the letter of sympathy" in page
    assert "Take care" not in page
    press(supervisor, mail_of(lead_id), f"/console/leads/{lead_id}/condolence")
    found = {row.step: row.status for row in rows(Mailing)}
    assert found["condolence"] == "planned"
    assert set(found.values()) == {"accepted", "suppressed", "planned"}


def test_supervisor_is_warned_when_the_address_was_the_dead_person_s(
    supervisor: FlaskClient, lead_id: UUID
) -> None:
    die(lead_id, relation="self")
    assert "Take care" in supervisor.get(mail_of(lead_id)).text


def test_condolence_is_not_sent_to_an_address_that_said_stop(supervisor: FlaskClient, lead_id: UUID) -> None:
    die(lead_id)
    do(supervisor, lead_id, "stop")
    press(supervisor, mail_of(lead_id), f"/console/leads/{lead_id}/condolence")
    assert "said stop" in said(supervisor)
    assert "condolence" not in {row.step for row in rows(Mailing)}


@pytest.fixture
def unknown(supervisor: FlaskClient, lead_id: UUID) -> Mailing:
    with transaction() as session:
        row = session.scalars(select(Mailing).where(Mailing.step == "guide")).one()
        row.status, row.sending_at, row.answered_at = "unknown", NOON, NOON
        return row


def decide(client: FlaskClient, mailing: Mailing, decision: str, **fields: str) -> TestResponse:
    return press(client, "/console/work", f"/console/mailings/{mailing.id}/{decision}", **fields)


def guide() -> tuple[str, str | None]:
    return next((row.status, row.because) for row in rows(Mailing) if row.step == "guide")


@pytest.mark.parametrize(
    ("decision", "after"),
    [("arrived", ("accepted", None)), ("again", ("planned", None)), ("leave", ("unknown", "left"))],
)
def test_supervisor_decides_about_a_mail_of_unknown_fate(
    supervisor: FlaskClient, unknown: Mailing, decision: str, after: tuple[str, str | None]
) -> None:
    assert "It arrived" in supervisor.get("/console/work").text
    assert decide(supervisor, unknown, decision, reason="asked the family").status_code == 303
    assert guide() == after
    assert "It arrived" not in supervisor.get("/console/work").text
    assert f"mailing.{decision}" in actions()
    assert decide(supervisor, unknown, decision, reason="once more").status_code == 409


def test_mail_that_is_sent_again_is_the_same_mail(supervisor: FlaskClient, unknown: Mailing) -> None:
    decide(supervisor, unknown, "again", reason="asked the family")
    (row,) = [row for row in rows(Mailing) if row.step == "guide"]
    assert (row.id, row.message_id) == (unknown.id, unknown.message_id)
    with transaction() as session:
        due = select(OutboxTask).where(OutboxTask.subject_id == row.id, OutboxTask.due_at == NOON)
        assert len(session.scalars(due).all()) == 2


def test_decision_without_a_reason_is_asked_for_it(supervisor: FlaskClient, unknown: Mailing) -> None:
    answer = decide(supervisor, unknown, "again")
    assert answer.status_code == 400
    assert "Say why" in answer.text
    assert guide() == ("unknown", None)


def test_held_mails_are_told_of_and_let_go_on_by_a_supervisor(supervisor: FlaskClient, lead_id: UUID) -> None:
    with transaction() as session:
        session.add(MailBrake(pulled_at=NOON, sent=1000, complaints=3))
    assert "All mails are held" in supervisor.get("/console/series").text
    assert press(supervisor, "/console/series", "/console/series/release").status_code == 400
    answer = press(supervisor, "/console/series", "/console/series/release", reason="a bot filled the form")
    assert answer.status_code == 303
    assert "All mails are held" not in supervisor.get("/console/series").text
    (brake,) = rows(MailBrake)
    assert (brake.reason, brake.released_at) == ("a bot filled the form", datetime.now(NOON.tzinfo))


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("bounced", "Does not work: a mail came back"),
        ("complained", "they marked one of ours as spam"),
        ("unsubscribed", "No mail: they said stop"),
        (None, "<dd>Given."),
    ],
)
def test_call_screen_says_whether_mail_reaches_them(
    browser_client: FlaskClient, reason: str | None, told: str
) -> None:
    ana = signed_in(browser_client)
    with transaction() as session:
        call = waiting_call(session)
        claims.claim(session, call.id, ana, NOON)
        if reason:
            blind = email_blind("ada@family.example")
            assert blind
            suppressions.suppress(session, Channel.EMAIL, blind, reason=reason, now=NOON)
    page = browser_client.get(f"/console/callbacks/{call.id}").text
    assert told in page
    assert f"/console/leads/{call.lead_id}/mail" in page
