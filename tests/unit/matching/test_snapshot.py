"""The arrays of a directory: order, masks, centres and places."""

from datetime import date

import numpy as np
import pytest

from intake.rules.expertise import Designation, expertise_mask
from intake.rules.taxonomy import specialty_mask
from workers.matching.snapshot import (
    DESIGNATIONS,
    VOLUMES,
    DoctorRow,
    LocationRow,
    Snapshot,
    centre_key,
    principal,
)

from .directories import office, snapshot, surgeon


def test_doctors_stand_by_npi_then_id_when_built() -> None:
    rows = [
        surgeon("b"),
        surgeon("z", npi="1000000001"),
        surgeon("a"),
        surgeon("y", npi="1000000002"),
    ]
    assert [snapshot(*rows).doctor(at).id for at in range(4)] == ["z", "y", "a", "b"]


def test_columns_follow_the_rows_when_built() -> None:
    built = snapshot(
        surgeon(
            "a",
            languages=("es", "fr"),
            accepts_new=None,
            video=True,
            verified_on=date(2026, 1, 1),
            volume_band="high",
        ),
        office("a", centre="Sample centre A", designation="va"),
    )
    assert built.specialties[0] == specialty_mask(["TS"])
    assert built.expertise[0] == expertise_mask(["pleural_mesothelioma", "pleurectomy_decortication"])
    assert built.languages[0] == 0b11
    assert (built.accepts[0], built.video[0], built.veterans[0]) == (0, True, True)
    assert built.verified[0] == date(2026, 1, 1).toordinal()
    assert VOLUMES[built.volume[0]] == "high"
    assert DESIGNATIONS[built.designation[0]] is Designation.VA


def test_locations_are_grouped_by_doctor_when_they_arrive_mixed() -> None:
    built = snapshot(
        office("b"), office("a", "Boston"), surgeon("a"), office("b", "Austin"), surgeon("b"), surgeon("c")
    )
    assert [[row.city for row in built.locations_of(at)] for at in range(3)] == [
        ["Boston"],
        ["Austin", "Houston"],
        [],
    ]
    assert built.counts.tolist() == [1, 2, 0]


def test_location_is_left_out_when_its_doctor_is_not_given() -> None:
    built = snapshot(surgeon("a"), office("stranger"))
    assert built.locations_of(0) == ()
    assert built.vectors.shape == (3, 0)


def test_location_has_no_place_when_it_stands_at_zero_zero() -> None:
    built = snapshot(surgeon("a"), office("a", lat=0.0, lon=0.0))
    assert built.locations_of(0)[0].place is None
    assert np.linalg.norm(built.vectors[:, 0]) > 2


def test_unknown_codes_count_for_nothing_when_a_later_version_wrote_them() -> None:
    built = snapshot(
        surgeon("a", expertise=("from_the_future",), volume_band="vast", taxonomy_codes=("9999X",)),
        office("a", centre="Sample centre A", designation="from_the_future"),
    )
    assert (built.specialties[0], built.expertise[0], built.volume[0], built.designation[0]) == (0, 0, 0, 0)


def test_best_designation_stands_for_the_doctor_when_she_works_at_several_centres() -> None:
    rows = [
        LocationRow(id="1", doctor_id="a", centre="Sample clinic"),
        LocationRow(id="2", doctor_id="a", centre="Sample centre B", designation="nci_clinical"),
        LocationRow(id="3", doctor_id="a", centre="Sample centre C", designation="mesothelioma_program"),
        LocationRow(id="4", doctor_id="a"),
    ]
    chosen = principal(rows)
    assert chosen is not None
    assert chosen.id == "3"
    assert principal(rows[3:]) is None


def test_centre_is_told_by_id_before_name_when_both_are_there() -> None:
    named = LocationRow(id="1", doctor_id="a", centre="Sample Centre A")
    assert centre_key(named) == "sample centre a"
    assert centre_key(LocationRow(id="1", doctor_id="a", centre="Sample Centre A", centre_id="7")) == "7"
    assert centre_key(None) is None


def test_arrays_refuse_to_change_when_written_to() -> None:
    built = snapshot(surgeon("a"), office("a"))
    with pytest.raises(ValueError, match="read-only"):
        built.specialties[0] = 0


def test_directory_is_empty_when_there_are_no_rows() -> None:
    empty = Snapshot.build([], [], version="0")
    assert len(empty) == 0
    assert empty.vectors.shape == (3, 0)
    assert isinstance(DoctorRow("a", None, "Sample"), DoctorRow)
