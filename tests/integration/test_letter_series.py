"""The series on paper: all of it without email; with email the mails wait for the packet."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select

from intake.db import transaction
from intake.models import Mailing
from intake.rules.series_hours import known_zones, local_day
from intake.services import letter_batches, letter_files, letter_series, letters, series
from intake.services.leads import ConsentAnswer
from tests.desk import account
from tests.factories import NOON, stored_lead
from tests.letters import COLLECT, address, posted_to

AGREED = ConsentAnswer(key="post_guide", given=True, typed="")
BY_MAIL = ConsentAnswer(key="email_guide", given=True, typed="ada@family.example")


def asked(**lead: object) -> UUID:
    with transaction() as session:
        sent = stored_lead(session, **{"consents": (COLLECT, AGREED), **lead})  # type: ignore[arg-type]
        session.flush()
        letter_series.ask_by_post(session, sent.lead_id, address(), large_print=False, now=NOON)
        return sent.lead_id


def days(lead_id: UUID) -> dict[str, int]:
    """Days after asking, in the family's own calendar, by step."""
    with transaction() as session:
        zones = known_zones(["America/Chicago"])
        began = local_day(NOON, zones)
        return {
            one.step: (local_day(one.due_at, zones) - began).days
            for one in letters.letters_of(session, lead_id)
        }


def test_family_without_email_gets_every_step_that_goes_by_post(database: Engine) -> None:
    assert days(asked(email=None)) == {"guide": 0, "doctors": 1, "questions": 3}


def test_family_in_remission_gets_the_checkups_on_paper_too(database: Engine) -> None:
    found = days(asked(email=None, treatment_status="full_remission"))
    assert found["after_treatment"] > found["questions"]


def test_family_that_did_not_agree_to_mail_gets_the_series_on_paper_though_it_gave_an_address(
    database: Engine,
) -> None:
    assert "questions" in days(asked())


def test_family_with_email_gets_the_packet_and_its_mails_wait_for_it(database: Engine) -> None:
    lead_id = asked(consents=(COLLECT, AGREED, BY_MAIL))
    assert days(lead_id) == {"guide": 0}
    with transaction() as session:
        series.begin(session, lead_id, now=NOON)
        session.flush()
        packet = letters.packet_expected_at(session, lead_id)
        assert packet is not None
        coming = [one.due_at for one in series.coming(session, lead_id, now=NOON) if one.due_at]
        assert coming
        assert min(coming) >= packet


def test_posting_later_moves_the_mails_that_wait(database: Engine) -> None:
    lead_id = asked(consents=(COLLECT, AGREED, BY_MAIL))
    with transaction() as session:
        staff_id = account(session).id
        series.begin(session, lead_id, now=NOON)
    posted_at = NOON + timedelta(days=6)
    with transaction() as session:
        batch = letter_batches.make(session, staff_id, now=NOON)
        assert batch is not None
        batch.printed_at = NOON
        number = batch.number
    with transaction() as session:
        letter_batches.post(session, number, staff_id, now=posted_at)
    with transaction() as session:
        waiting = select(Mailing.due_at).where(Mailing.lead_id == lead_id, Mailing.step != "guide")
        due: list[datetime] = [*session.scalars(waiting)]
        due += [one.due_at for one in series.coming(session, lead_id, now=posted_at) if one.due_at]
        assert min(due) >= posted_at + timedelta(days=5)


def test_every_step_that_goes_by_post_has_its_letter() -> None:
    assert letter_series.steps_without_words() == set()


def test_every_letter_of_the_series_can_be_printed(database: Engine) -> None:
    with transaction() as session:
        staff_id = account(session).id
        lead_id = posted_to(session).lead_id
        for step in ("doctors", "questions", "after_treatment", "check_in"):
            letters.plan_letter(session, lead_id, step, NOON, now=NOON)
    with transaction() as session:
        batch = letter_batches.make(session, staff_id, now=NOON)
        assert batch is not None
        sheaf = letter_files.gather(session, batch.number, now=NOON)
        assert [len(letter.encloses) for letter in sheaf.letters].count(1) == 4
