"""Letters as rows: planned once, claimed once, never printed for whoever said stop, followed to the door."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, event, func, select, update
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.documents.data import Brand
from intake.documents.paper import Printed, letters_pdf
from intake.errors import BadInput, IllegalTransition
from intake.models import AuditEntry, ConsentEvent, Lead, Letter, LetterBatch, PostalAddress
from intake.rules.facts import Channel
from intake.rules.outcomes import OUTCOMES, OutcomeCode
from intake.rules.statuses import LetterStatus, change
from intake.services import (
    call_effects,
    consents,
    letter_batches,
    letter_files,
    letters,
    postal_addresses,
)
from intake.services.leads import ConsentAnswer, get_lead
from intake.services.suppressions import suppress
from tests.desk import account
from tests.factories import NOON
from tests.letters import address, families, posted_to

LATER = NOON + timedelta(hours=1)
BRAND = Brand("Sample Advocates", "(555) 010-0199", sample=True)


@pytest.fixture
def staff_id(database: Engine) -> UUID:
    with transaction() as session:
        return account(session).id


def statuses() -> dict[str, int]:
    with transaction() as session:
        counted = select(Letter.status, func.count()).group_by(Letter.status)
        return {status: count for status, count in session.execute(counted)}


def made(staff_id: UUID, *, most: int = 250) -> int:
    """A batch of what is due; its number."""
    with transaction() as session:
        batch = letter_batches.make(session, staff_id, most=most, now=NOON)
        assert batch is not None
        return batch.number


def filed(number: int) -> tuple[letter_files.Sheaf, Printed]:
    with transaction() as session:
        sheaf = letter_files.gather(session, number, now=NOON)
    return sheaf, letters_pdf(sheaf.letters, BRAND, sender=(), batch=number)


def printed(staff_id: UUID, number: int) -> bool:
    sheaf, file = filed(number)
    with transaction() as session:
        return letter_files.keep_manifest(session, number, sheaf, file, staff_id=staff_id, now=NOON)


def asked(**changes: object) -> UUID:
    with transaction() as session:
        return posted_to(session, **changes).lead_id  # type: ignore[arg-type]


def test_guide_asked_for_twice_is_one_letter(database: Engine) -> None:
    lead_id = asked()
    with transaction() as session:
        letters.ask_for_guide(session, lead_id, address(line_1="9 Other Road"), large_print=True, now=LATER)
        assert [letter.step for letter in letters.letters_of(session, lead_id)] == ["guide"]
        kept = postal_addresses.address_of(session, lead_id)
        assert kept is not None
        assert (postal_addresses.read(kept).line_1, kept.large_print) == ("9 Other Road", True)


def test_address_is_sealed_in_its_row(database: Engine) -> None:
    asked()
    with transaction() as session:
        row = session.execute(select(PostalAddress.__table__)).mappings().one()
    assert b"Example" not in b"".join(value for value in row.values() if isinstance(value, bytes))


def test_series_waits_for_the_packet_from_asking_to_arriving(staff_id: UUID) -> None:
    lead_id = asked()
    with transaction() as session:
        assert letters.packet_expected_at(session, lead_id) == NOON + timedelta(days=7)
    number = made(staff_id)
    assert printed(staff_id, number)
    with transaction() as session:
        letter_batches.post(session, number, staff_id, now=LATER)
        assert letters.packet_expected_at(session, lead_id) == LATER + timedelta(days=5)
        (letter,) = letters.letters_of(session, lead_id)
        letters.came_back(session, letter.id, "moved", by="staff:x", now=LATER)
        assert letters.packet_expected_at(session, lead_id) is None


def _stop(session: Session, lead_id: UUID) -> None:
    outcome = OUTCOMES[OutcomeCode.ASKED_TO_STOP]
    call_effects.apply(session, get_lead(session, lead_id), outcome, now=NOON)


def _die(session: Session, lead_id: UUID) -> None:
    outcome = OUTCOMES[OutcomeCode.PATIENT_DIED]
    call_effects.apply(session, get_lead(session, lead_id), outcome, now=NOON)


def _suppress_door(session: Session, lead_id: UUID) -> None:
    door = postal_addresses.blind(address(line_1="12 EXAMPLE ST."))
    suppress(session, Channel.POST, door, reason="earlier request", now=NOON)


def _take_consent_back(session: Session, lead_id: UUID) -> None:
    answer = ConsentAnswer(key="post_guide", given=False, typed="")
    consents.record(session, lead_id, [answer], consents.Trace(), now=LATER)


def _close(session: Session, lead_id: UUID) -> None:
    session.execute(update(Lead).where(Lead.id == lead_id).values(status="closed"))


def _erase(session: Session, lead_id: UUID) -> None:
    session.execute(delete(PostalAddress).where(PostalAddress.lead_id == lead_id))


REFUSALS = [_stop, _die, _suppress_door, _take_consent_back, _close]


@pytest.mark.parametrize("refuse", [*REFUSALS, _erase], ids=lambda verb: verb.__name__)
def test_whoever_may_not_be_written_to_is_never_in_a_batch_or_its_file(
    staff_id: UUID, refuse: Callable[[Session, UUID], None]
) -> None:
    asked(to=address(line_1="77 Other Street", recipient="Bea Other"))
    lead_id = asked()
    number = made(staff_id)
    with transaction() as session:
        refuse(session, lead_id)
    sheaf, _ = filed(number)
    assert [letter.address[0] for letter in sheaf.letters] == ["Bea Other"]
    with transaction() as session:
        batch = letter_batches.get(session, number)
        assert batch is not None
        assert [letter.lead_id for letter in letter_files.taken_out(session, batch)] == [lead_id]
        labels = letter_files.labels(session, number, staff_id=staff_id, now=NOON)
    assert [to.recipient for _, to in labels] == ["Bea Other"]


@pytest.mark.parametrize("refuse", REFUSALS, ids=lambda verb: verb.__name__)
def test_whoever_may_not_be_written_to_is_not_claimed(
    staff_id: UUID, refuse: Callable[[Session, UUID], None]
) -> None:
    lead_id = asked()
    with transaction() as session:
        refuse(session, lead_id)
    with transaction() as session:
        assert letter_batches.make(session, staff_id, now=NOON) is None
    assert statuses() == {"suppressed": 1}


def test_stop_between_file_and_manifest_leaves_no_manifest_with_that_letter(staff_id: UUID) -> None:
    lead_id = asked()
    asked(to=address(line_1="77 Other Street"))
    number = made(staff_id)
    sheaf, file = filed(number)
    with transaction() as session:
        _stop(session, lead_id)
    with transaction() as session:
        assert not letter_files.keep_manifest(session, number, sheaf, file, staff_id=staff_id, now=NOON)
    assert printed(staff_id, number)
    with transaction() as session:
        batch = letter_batches.get(session, number)
        assert batch is not None
        assert (batch.letters, len(batch.manifest)) == (1, 1)


def test_erased_family_leaves_nothing_and_the_batch_goes_on(staff_id: UUID) -> None:
    with transaction() as session:
        gone, *_ = families(session, 3)
    number = made(staff_id)
    with transaction() as session:
        theirs = delete(Letter).where(Letter.lead_id == gone)
        erased = session.scalars(theirs.returning(Letter.position)).one()
        session.execute(delete(PostalAddress).where(PostalAddress.lead_id == gone))
    sheaf, _ = filed(number)
    assert {letter.position for letter in sheaf.letters} == {1, 2, 3} - {erased}
    assert printed(staff_id, number)


def test_manifest_names_each_letter_of_the_file_with_its_pages_and_the_hash(staff_id: UUID) -> None:
    asked()
    asked(to=address(line_1="77 Other Street"), large_print=True)
    number = made(staff_id)
    _, file = filed(number)
    assert printed(staff_id, number)
    with transaction() as session:
        batch = letter_batches.get(session, number)
        assert batch is not None
        assert batch.sha256 == file.sha256 == filed(number)[1].sha256
        assert (batch.letters, batch.pages) == (2, sum(file.pages))
        assert [row["pages"] for row in batch.manifest] == list(file.pages)
        assert {row["print"] for row in batch.manifest} == {"normal", "large"}


def test_two_who_press_at_once_get_different_letters(staff_id: UUID) -> None:
    with transaction() as session:
        families(session, 40)
    barrier = threading.Barrier(4)
    found: list[int] = []

    def press() -> None:
        barrier.wait()
        with transaction() as session:
            batch = letter_batches.make(session, staff_id, most=15, now=NOON)
            if batch is not None:
                found.append(batch.number)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as session:
        claimed = session.execute(select(Letter.batch_id, func.count()).group_by(Letter.batch_id)).all()
        batches = session.scalars(select(LetterBatch)).all()
        assert sum(batch.letters for batch in batches) == sum(n for batch_id, n in claimed if batch_id)
        assert len(found) == len(set(found)) == len(batches)


class Killed(Exception):
    """The process died here."""


@pytest.mark.parametrize("moment", range(1, 10))
def test_batch_that_is_killed_leaves_every_letter_whole(staff_id: UUID, moment: int) -> None:
    """Killed after any write of claiming or printing: rows, manifest and file agree once it is done again."""
    with transaction() as session:
        families(session, 5)
    writes = iter(range(1, 100))

    def counted(*_: object) -> None:
        if next(writes) == moment:
            raise Killed

    event.listen(Session, "after_flush", counted)
    try:
        with pytest.raises(Killed):
            _finish(staff_id, most=2)
    finally:
        event.remove(Session, "after_flush", counted)
    _finish(staff_id, most=2)
    with transaction() as session:
        rows = session.scalars(select(Letter)).all()
        manifests = [row for batch in session.scalars(select(LetterBatch)) for row in batch.manifest]
        assert {letter.status for letter in rows} == {"printed"}
        assert len(manifests) == len({row["reference"] for row in manifests}) == len(rows) == 5


def _finish(staff_id: UUID, most: int = 20) -> None:
    """Claim until nothing is left, each batch in a commit of its own, and make every file."""
    claimed = True
    while claimed:
        with transaction() as session:
            claimed = letter_batches.make(session, staff_id, most=most, now=NOON) is not None
    with transaction() as session:
        numbers = session.scalars(select(LetterBatch.number)).all()
    for number in numbers:
        while not printed(staff_id, number):
            pass


def test_stops_at_any_instant_keep_their_letters_off_the_manifest(staff_id: UUID) -> None:
    with transaction() as session:
        leads = families(session, 60)
    stopped_leads = leads[::3]
    printing = threading.Thread(target=lambda: _finish(staff_id))
    printing.start()
    for lead_id in stopped_leads:
        with transaction() as session:
            _stop(session, lead_id)
    printing.join()
    _finish(staff_id)
    with transaction() as session:
        shown = {row["reference"] for batch in session.scalars(select(LetterBatch)) for row in batch.manifest}
        stopped = set(session.scalars(select(Lead.reference).where(Lead.id.in_(stopped_leads))))
        sent = session.scalars(select(Letter).where(Letter.lead_id.in_(stopped_leads))).all()
    assert {letter.status for letter in sent} == {"suppressed"}
    assert not shown & stopped
    assert len(shown) == 40


def test_spoilt_batch_gives_its_letters_back_and_posted_one_does_not(staff_id: UUID) -> None:
    asked()
    first = made(staff_id)
    with transaction() as session:
        assert letter_batches.give_back(session, first, staff_id, now=NOON) == 1
    second = made(staff_id)
    with transaction() as session, pytest.raises(BadInput, match="no file yet"):
        letter_batches.post(session, second, staff_id, now=NOON)
    assert printed(staff_id, second)
    with transaction() as session:
        assert letter_batches.post(session, second, staff_id, now=NOON) == 1
    for verb in (letter_batches.post, letter_batches.give_back):
        with transaction() as session, pytest.raises(BadInput, match="was posted on"):
            verb(session, second, staff_id, now=NOON)


def test_letter_that_came_back_holds_the_rest_until_the_address_is_corrected(staff_id: UUID) -> None:
    lead_id = asked()
    number = made(staff_id)
    assert printed(staff_id, number)
    with transaction() as session:
        letter_batches.post(session, number, staff_id, now=NOON)
        letters.plan_letter(session, lead_id, "questions", NOON, now=NOON)
        (letter, *_) = letters.letters_of(session, lead_id)
        letters.came_back(session, letter.id, "moved", by="staff:x", now=LATER)
    with transaction() as session:
        assert letter_batches.make(session, staff_id, now=LATER) is None
        assert letter_batches.queue(session, now=LATER).held == 1
        better = address(line_1="9 Other Road")
        letters.correct_address(session, letter.id, better, large_print=False, by="staff:x", now=LATER)
    with transaction() as session:
        batch = letter_batches.make(session, staff_id, now=LATER)
        assert batch is not None
        assert batch.letters == 2
        steps = {letter.step for letter in letter_batches.in_batch(session, batch)}
        assert steps == {"guide.2", "questions"}


def test_letter_is_tracked_only_when_it_is_posted(staff_id: UUID) -> None:
    lead_id = asked()
    with transaction() as session:
        (letter,) = letters.letters_of(session, lead_id)
        with pytest.raises(BadInput, match="Only a letter that was posted"):
            letters.track(session, letter.id, "9400", by="staff:x", now=NOON)
    with transaction() as session, pytest.raises(BadInput, match="no such letter"):
        letters.track(session, lead_id, "9400", by="staff:x", now=NOON)


def test_pause_after_a_call_holds_letters_as_it_holds_mails(database: Engine) -> None:
    lead_id = asked()
    with transaction() as session:
        call_effects.apply(session, get_lead(session, lead_id), OUTCOMES[OutcomeCode.NOT_READY], now=NOON)
    with transaction() as session:
        (letter,) = letters.letters_of(session, lead_id)
        assert letter.due_at == NOON + timedelta(days=7)


def test_every_step_is_in_the_audit_with_ids_alone(staff_id: UUID) -> None:
    asked()
    number = made(staff_id)
    assert printed(staff_id, number)
    with transaction() as session:
        letter_batches.post(session, number, staff_id, now=NOON)
    with transaction() as session:
        entries = session.scalars(select(AuditEntry)).all()
        actions = {entry.action for entry in entries}
        assert {"letter.asked", "letters.claimed", "letters.printed", "letters.posted"} <= actions
        assert not any("Example" in str(entry.detail) for entry in entries)
        assert session.scalars(select(ConsentEvent.channel).where(ConsentEvent.channel == "post")).one()


def test_no_letter_goes_back_from_where_it_ended() -> None:
    for old in (LetterStatus.SUPPRESSED, LetterStatus.RETURNED):
        with pytest.raises(IllegalTransition):
            change(old, LetterStatus.PRINTED)
