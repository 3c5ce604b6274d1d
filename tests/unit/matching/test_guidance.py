"""Sanity of the guidance over every cell: type x cell type x stage x status."""

from itertools import product

import pytest

from intake.errors import ConfigError
from intake.rules import guidance as module
from intake.rules.expertise import Expertise
from intake.rules.facts import CellType, Diagnosis, Stage, TreatmentStatus
from intake.rules.guidance import AWAITING, NOTES, ROWS, UNSTAGED, Guidance, guidance_for
from intake.rules.taxonomy import SPECIALTIES
from intake.rules.weights import RULE_VERSION

Cell = tuple[Diagnosis, CellType, Stage, TreatmentStatus]
CELLS: list[Cell] = list(product(Diagnosis, CellType, Stage, TreatmentStatus))
LATE = (Stage.FOUR, Stage.ADVANCED)


def _all() -> list[tuple[Cell, Guidance]]:
    return [(cell, guidance_for(*cell)) for cell in CELLS]


def test_every_cell_is_filled_with_known_codes_when_resolved() -> None:
    assert len(CELLS) == 980
    for cell, guidance in _all():
        assert all((guidance.specialties, guidance.treatments, guidance.row_ids)), cell
        assert set(guidance.specialties) <= set(SPECIALTIES), cell
        assert set(guidance.treatments) <= set(Expertise), cell
        assert set(guidance.opinions) <= set(guidance.specialties), cell
        assert set(guidance.notes) <= set(NOTES), cell
        assert len(set(guidance.specialties)) == len(guidance.specialties), cell
        assert len(set(guidance.treatments)) == len(guidance.treatments), cell


def test_every_row_is_used_when_all_cells_are_resolved() -> None:
    used = {row_id for _, guidance in _all() for row_id in guidance.row_ids}
    assert used == {row.id for row in ROWS}
    assert len({row.id for row in ROWS}) == len(ROWS)


def test_chest_surgeon_is_never_listed_when_peritoneal() -> None:
    assert not [cell for cell, g in _all() if cell[0] is Diagnosis.PERITONEAL and "TS" in g.specialties]


def test_urologist_is_listed_only_when_testicular() -> None:
    assert {cell[0] for cell, g in _all() if "UR" in g.specialties} == {Diagnosis.TESTICULAR}


@pytest.mark.parametrize("diagnosis", [Diagnosis.PERICARDIAL, Diagnosis.TESTICULAR])
def test_stage_changes_nothing_when_the_type_has_no_staging(diagnosis: Diagnosis) -> None:
    assert diagnosis in UNSTAGED
    for cell_type, status in product(CellType, TreatmentStatus):
        assert len({guidance_for(diagnosis, cell_type, stage, status) for stage in Stage}) == 1


def test_unknown_stage_never_yields_fewer_specialties_when_compared_with_a_known_one() -> None:
    for diagnosis, cell_type, stage, status in CELLS:
        unknown = guidance_for(diagnosis, cell_type, Stage.UNKNOWN, status)
        known = guidance_for(diagnosis, cell_type, stage, status)
        assert len(unknown.specialties) >= len(known.specialties), (diagnosis, cell_type, stage, status)


def test_supportive_care_is_listed_when_stage_4_or_distant_recurrence() -> None:
    for cell, guidance in _all():
        if cell[2] in LATE or cell[3] is TreatmentStatus.DISTANT_RECURRENCE:
            assert "PC" in guidance.specialties, cell


def test_call_comes_sooner_when_stage_4_or_distant_recurrence() -> None:
    for cell, guidance in _all():
        late = cell[2] in LATE and cell[0] not in UNSTAGED
        distant = cell[3] is TreatmentStatus.DISTANT_RECURRENCE
        assert ("call_sooner" in guidance.notes) == (late or distant), cell


def test_surgeon_comes_first_in_the_pleura_only_when_stage_1_is_not_of_other_cells() -> None:
    for (diagnosis, cell_type, stage, status), guidance in _all():
        if diagnosis is Diagnosis.PLEURAL and guidance.surgical:
            assert stage is Stage.ONE
            assert cell_type in {CellType.EPITHELIOID, CellType.UNKNOWN}
            assert status in {TreatmentStatus.NEW, TreatmentStatus.PARTIAL_REMISSION, TreatmentStatus.UNSURE}
            assert "surgery_unclear" in guidance.notes


def test_surgery_on_the_lung_is_looked_for_only_when_pleural_stage_1_of_fitting_cells() -> None:
    for (diagnosis, cell_type, stage, _), guidance in _all():
        if "pleurectomy_decortication" in guidance.treatments:
            assert (diagnosis, stage) == (Diagnosis.PLEURAL, Stage.ONE)
            assert cell_type not in {CellType.SARCOMATOID, CellType.BIPHASIC}
        assert "extrapleural_pneumonectomy" not in guidance.treatments


def test_treatments_approved_for_the_pleura_are_looked_for_only_when_pleural() -> None:
    for cell, guidance in _all():
        if {"immunotherapy", "ttfields", "pleural_imrt"} & set(guidance.treatments):
            assert cell[0] is Diagnosis.PLEURAL, cell
        if "crs_hipec" in guidance.treatments:
            assert cell[0] is Diagnosis.PERITONEAL, cell


def test_surgeon_never_comes_first_when_treated_in_remission_or_recurred() -> None:
    base_as_is = {TreatmentStatus.NEW, TreatmentStatus.PARTIAL_REMISSION, TreatmentStatus.UNSURE}
    for cell, guidance in _all():
        if cell[3] not in base_as_is:
            assert guidance.tiers[0] == ("MO", "HO"), cell


def test_second_opinion_and_no_stopping_are_noted_when_in_treatment() -> None:
    for cell, guidance in _all():
        if cell[3] is TreatmentStatus.TREATMENT:
            assert guidance.treatments[0] == "second_opinion"
            assert {"second_opinion", "keep_treatment"} <= set(guidance.notes)


def test_type_surgeon_follows_when_recurrence_is_local() -> None:
    expected = {"pleural": "TS", "peritoneal": "SO", "pericardial": "TS", "testicular": "UR"}
    for diagnosis, surgeon in expected.items():
        guidance = guidance_for(
            Diagnosis(diagnosis), CellType.UNKNOWN, Stage.TWO, TreatmentStatus.LOCAL_RECURRENCE
        )
        assert guidance.tiers[:3] == (("MO", "HO"), (surgeon,), ("RO",))
        assert guidance.opinions == (surgeon,)


@pytest.mark.parametrize(
    ("diagnosis", "stage", "cell_type", "tiers"),
    [
        ("pleural", "1", "epithelioid", "TS MO/HO RO PU"),
        ("pleural", "1", "biphasic", "MO/HO TS RO PU"),
        ("pleural", "2", "unknown", "MO/HO TS RO PU"),
        ("pleural", "3", "unknown", "MO/HO TS RO PU PC"),
        ("pleural", "4", "unknown", "MO/HO PC RO PU/IR"),
        ("peritoneal", "1", "unknown", "SO MO/HO CR/GS GY"),
        ("peritoneal", "2", "unknown", "SO MO/HO CR/GS GY"),
        ("peritoneal", "3", "unknown", "MO/HO SO PC"),
        ("peritoneal", "4", "unknown", "MO/HO SO PC"),
        ("pericardial", "2", "unknown", "TS MO/HO CA PC"),
        ("testicular", "2", "unknown", "UR MO/HO RO SO PC"),
        ("unsure", "2", "unknown", "MO/HO TS SO PA PU"),
    ],
)
def test_order_is_that_of_the_notes_when_newly_diagnosed(
    diagnosis: str, stage: str, cell_type: str, tiers: str
) -> None:
    guidance = guidance_for(Diagnosis(diagnosis), CellType(cell_type), Stage(stage), TreatmentStatus.NEW)
    assert " ".join("/".join(tier) for tier in guidance.tiers) == tiers


def test_every_row_awaits_review_and_names_its_source_when_read() -> None:
    for row in ROWS:
        assert row.review == AWAITING
        assert not row.reviewed
        assert row.sources
        assert row.version >= 1
        assert row.dated.year >= 2026
    assert not any(guidance.reviewed for _, guidance in _all())


def test_two_rows_for_a_cell_are_refused_when_the_file_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BASE_ROWS", module.BASE_ROWS + module.BASE_ROWS[:1])
    guidance_for.cache_clear()
    with pytest.raises(ConfigError, match="2 base rows for pleural/unknown/1/new"):
        guidance_for(Diagnosis.PLEURAL, CellType.UNKNOWN, Stage.ONE, TreatmentStatus.NEW)
    guidance_for.cache_clear()


def test_rule_version_names_the_three_files_when_read() -> None:
    assert RULE_VERSION.count("-") == 3
    for table in (module.TABLE,):
        assert table.version in RULE_VERSION
