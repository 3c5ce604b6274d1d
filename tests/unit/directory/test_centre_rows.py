import pytest

from intake.directory.centres import CentreFacts, layout, miles_between, read_centre
from intake.directory.rejects import RowRejected
from intake.directory.table_file import BadFile
from intake.places import Place, ZipKind

HEADER = [
    *("name", "street", "city", "state", "zip5", "geocoder_zip5", "latitude", "longitude"),
    *("designation", "url"),
]
ROW = {
    "name": "Sample centre A",
    "city": "Springfield",
    "state": "IL",
    "zip5": "62701",
    "latitude": "39.80",
    "longitude": "-89.65",
    "designation": "Comprehensive Cancer Center",
}
PLACES = {"62701": (39.80, -89.64), "62702": (40.80, -89.64)}


def find(zip_code: str) -> Place | None:
    if zip_code not in PLACES:
        return None
    lat, lon = PLACES[zip_code]
    return Place(zip_code, "Springfield", "IL", lat, lon, ("America/Chicago",), True, ZipKind.STANDARD, True)


def read(**changed: str) -> CentreFacts | None:
    row = {**ROW, **changed}
    return read_centre(layout(HEADER, name="list.csv"), [row.get(name, "") for name in HEADER], find)


def facts(**changed: str) -> CentreFacts:
    found = read(**changed)
    assert found is not None
    return found


def test_point_of_the_list_is_used_when_the_zip_code_bears_it_out() -> None:
    found = facts()
    assert (found.latitude, found.longitude, found.note) == (39.80, -89.65, None)
    assert found.designation == "nci_comprehensive"


def test_point_of_the_zip_code_is_used_with_a_note_when_the_two_disagree() -> None:
    found = facts(latitude="40.80")
    assert (found.latitude, found.longitude) == (39.80, -89.64)
    assert (found.given_latitude, found.given_longitude) == (40.80, -89.65)
    assert found.note is not None
    assert "69 miles" in found.note


def test_point_of_the_list_is_used_with_a_note_when_its_second_zip_code_agrees() -> None:
    found = facts(latitude="40.80", geocoder_zip5="62702")
    assert (found.latitude, found.longitude) == (40.80, -89.65)
    assert found.note is not None
    assert "second ZIP code agrees" in found.note


@pytest.mark.parametrize(("lat", "lon"), [("", ""), ("0", "0"), ("0.0", "-0.0")])
def test_point_of_the_zip_code_is_used_when_the_list_has_none(lat: str, lon: str) -> None:
    found = facts(latitude=lat, longitude=lon)
    assert (found.latitude, found.given_latitude) == (39.80, None)


def test_centre_has_the_list_s_point_when_its_zip_code_is_not_known() -> None:
    assert facts(zip5="99999").latitude == 39.80


def test_zip_is_mended_when_its_zero_was_lost() -> None:
    found = facts(zip5="2215", state="MA")
    assert (found.zip, found.note) == ("02215", "ZIP 2215 read as 02215")


def test_centre_is_left_out_when_it_treats_children_only() -> None:
    assert read(designation="Pediatric Cancer Center") is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("latitude", "91"),
        ("latitude", "north"),
        ("latitude", "nan"),
        ("zip5", "2215"),
        ("state", "Illinois"),
        ("designation", "Famous"),
        ("designation", ""),
        ("name", ""),
    ],
)
def test_row_is_rejected_naming_the_column_when_a_value_is_wrong(column: str, value: str) -> None:
    with pytest.raises(RowRejected) as wrong:
        read(**{column: value})
    assert wrong.value.column == column


def test_list_is_refused_when_columns_are_missing() -> None:
    with pytest.raises(BadFile, match='"zip5"'):
        layout([name for name in HEADER if name != "zip5"], name="list.csv")


def test_miles_are_those_of_the_known_pair_when_measured() -> None:
    lyon, paris = (45.7597, 4.8422), (48.8567, 2.3508)
    assert miles_between(lyon, paris) == pytest.approx(243.71250609539814, rel=1e-6)
