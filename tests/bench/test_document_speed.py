"""How long a PDF takes, kept and new, beside one empty page of Typst; and a thousand letters."""

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.documents.choose import Case
from intake.documents.content import Kind
from intake.documents.data import Brand, DoctorEntry, Wanted
from intake.documents.load import PRINT
from intake.documents.paper import letters_pdf
from intake.documents.render import document_pdf, guide_pdf, typeset
from intake.models import Letter
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus
from intake.services import letter_batches, letter_files
from tests.bench.figures import Figure, percentile, show
from tests.desk import account
from tests.factories import NOON
from tests.letters import address, posted_to

BRAND = Brand("Sample Advocates", "(555) 010-0199", sample=True)
CASE = Case(Diagnosis.PLEURAL, Stage.TWO, TreatmentStatus.NEW)
RUNS, LETTERS = 60, 1000


def median_ms(work: Callable[[int], object]) -> float:
    times = []
    for run in range(RUNS):
        started = time.perf_counter()
        work(run)
        times.append((time.perf_counter() - started) * 1000)
    return percentile(times, 50)


def doctors(run: int) -> tuple[DoctorEntry, ...]:
    """Five doctors of a list that nobody had before."""
    return tuple(
        DoctorEntry(
            key=str(number),
            name=f"Sample Doctor {run}-{number}, MD",
            centre="Sample center",
            place="Houston, TX",
            distance=f"about {run + 1} miles",
            phone="(555) 010-0155",
            phone_link="+15550100155",
            reasons=("Treats this type.", "Takes new patients.", "Works at a large center."),
            sample=True,
        )
        for number in range(5)
    )


@pytest.mark.long
def test_one_pdf() -> None:
    template = "tests_empty.typ"
    path = PRINT / template
    path.write_text('#let data = json(bytes(sys.inputs.data))\n#set document(title: "x")\n#text(data.word)\n')
    try:
        empty = median_ms(lambda run: typeset(template, {"word": str(run)}))
    finally:
        path.unlink()
    guide_pdf(CASE, BRAND)
    print()
    show(
        Figure("guide PDF, kept", median_ms(lambda _: guide_pdf(CASE, BRAND)), "ms", 15, empty, of_value=True)
    )
    fresh = median_ms(lambda run: document_pdf(Wanted(kind=Kind.DOCTORS, doctors=doctors(run)), BRAND))
    show(Figure("doctor list PDF, new", fresh, "ms", 15, empty, of_value=True))
    anew = median_ms(lambda run: guide_pdf(CASE, Brand(f"Desk {run}", BRAND.phone, sample=True)))
    show(Figure("guide PDF, set anew", anew, "ms", floor=empty))


@pytest.fixture
def staff_id(database: Engine) -> UUID:
    with transaction() as session:
        return account(session).id


@pytest.mark.long
def test_a_thousand_letters(staff_id: UUID) -> None:
    cases = itertools.cycle(itertools.product(("pleural", "peritoneal"), ("1", "2", "3", "4", "unknown")))
    with transaction() as session:
        for number, (diagnosis, stage) in zip(range(LETTERS), cases, strict=False):
            door = address(line_1=f"{number + 1} Example Street")
            large = number % 4 == 0
            posted_to(session, to=door, large_print=large, diagnosis=Diagnosis(diagnosis), stage=Stage(stage))
    started = time.perf_counter()
    numbers, pages = [], 0
    while True:
        with transaction() as session:
            batch = letter_batches.make(session, staff_id, now=NOON)
            if batch is None:
                break
            numbers.append(batch.number)
    claimed = time.perf_counter() - started
    for number in numbers:
        with transaction() as session:
            sheaf = letter_files.gather(session, number, now=NOON)
        file = letters_pdf(sheaf.letters, BRAND, sender=("100 Sample Street",), batch=number)
        with transaction() as session:
            assert letter_files.keep_manifest(session, number, sheaf, file, staff_id=staff_id, now=NOON)
        pages += sum(file.pages)
    whole = time.perf_counter() - started
    bare = [replace(letter, encloses=()) for letter in sheaf.letters]
    started = time.perf_counter()
    letters_pdf(bare, BRAND, sender=(), batch=1)
    fronts = (time.perf_counter() - started) * len(numbers)
    with transaction() as session:
        assert {letter.status for letter in session.scalars(select(Letter))} == {"printed"}
    print(f"\n{LETTERS} letters in {len(numbers)} batches, {pages:,} pages; claimed in {claimed:.2f} s")
    show(Figure("1,000 letters, claimed and made", whole, "s", floor=fronts))
