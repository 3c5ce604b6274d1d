"""`advocate check` sees every gap, and nothing else."""

import json
from datetime import timedelta
from uuid import uuid4

from click.testing import CliRunner
from sqlalchemy import Engine, func, update

from intake.cli.check import command
from intake.db import transaction
from intake.models import Callback, Lead, Mailing, MatchSet, OutboxTask
from intake.rules.facts import RequestKind
from intake.rules.statuses import CallbackStatus, LeadStatus, MailingStatus, TaskState
from intake.services.check import Findings, check
from intake.services.leads import get_lead
from intake.services.mailings import plan_mailings
from tests.factories import NOON, stored_lead


def _findings() -> Findings:
    with transaction() as session:
        return check(session)[0]


def _give_everything() -> None:
    with transaction() as session:
        sent = stored_lead(session)
    with transaction() as session:
        lead = get_lead(session, sent.lead_id)
        session.add(_match_set(lead.id))
        session.add(_callback(lead.id))
        plan_mailings(session, lead, {"guide": NOON}, now=NOON)
    with transaction() as session:
        session.execute(update(OutboxTask).values(state=TaskState.DONE))
        session.execute(update(Mailing).values(status=MailingStatus.ACCEPTED))


def _match_set(lead_id: object) -> MatchSet:
    return MatchSet(
        lead_id=lead_id,
        current=True,
        created_at=NOON,
        rule_version="test",
        directory_version=1,
        widened=False,
        excluded={},
    )


def _callback(lead_id: object) -> Callback:
    return Callback(
        lead_id=lead_id,
        status=CallbackStatus.WAITING,
        created_at=NOON,
        due_at=NOON,
        promise_by=NOON + timedelta(days=3650),
        due_because="as_asked",
        requested=True,
    )


def test_all_is_well_when_every_lead_has_what_it_is_owed(database: Engine) -> None:
    _give_everything()
    assert _findings() == Findings(ok=True, leads=1, missing=0, late=0, parked=0, unknown=0, suppressed=0)


def test_three_things_are_missing_when_nothing_was_done_yet(database: Engine) -> None:
    with transaction() as session:
        stored_lead(session)
    with transaction() as session:
        findings, gaps = check(session)
    assert (findings.ok, findings.missing) == (False, 3)
    assert {gap.lacks for gap in gaps} == {"a match set", "a callback", "the guide mail"}


def test_nothing_is_owed_when_only_a_page_was_read(database: Engine) -> None:
    with transaction() as session:
        stored_lead(session, kind=RequestKind.GUIDE, call_day=None, consents=(), phone=None)
    assert _findings().ok


def test_nothing_is_owed_when_the_lead_is_closed(database: Engine) -> None:
    with transaction() as session:
        stored_lead(session)
        session.execute(update(Lead).values(status=LeadStatus.CLOSED))
    assert _findings().ok


def test_late_parked_and_unknown_are_counted_when_work_hangs(database: Engine) -> None:
    _give_everything()
    for state in (TaskState.DUE, TaskState.PARKED):
        with transaction() as session:
            session.add(
                OutboxTask(
                    event="test",
                    task="match_lead",
                    queue="matching",
                    subject_id=uuid4(),
                    state=state,
                    due_at=func.now() - timedelta(minutes=5),
                    created_at=NOON,
                )
            )
    with transaction() as session:
        session.execute(update(Callback).values(promise_by=func.now() - timedelta(minutes=1)))
    found = _findings()
    assert (found.ok, found.late, found.parked) == (True, 2, 1)


def test_command_exits_1_and_prints_one_object_when_something_is_missing(
    database: Engine, environment: dict[str, str]
) -> None:
    with transaction() as session:
        stored_lead(session)
    result = CliRunner().invoke(command, ["--json"])
    assert result.exit_code == 1
    keys = ["ok", "leads", "missing", "late", "parked", "unknown", "suppressed"]
    assert list(json.loads(result.stdout)) == keys
