"""ZIP codes as families type them, and the traps in the ZIP table."""

from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
import zipcodes

from intake.errors import BadInput
from intake.places import Place, ZipKind, find_place, normalise_zip, read_place
from intake.rules.zones import ALL_US_ZONES, STATES, is_zone, places_table, zones_for_state
from tests.unit.gazetteer import GAZETTEER, miles, read_gazetteer

FREELY_ASSOCIATED = {"FM", "MH", "PW"}
FAR_TERRITORIES = {"GU", "MP", "AS"}
MAILBOX_STATES = {"AA", "AE", "AP"}


@pytest.mark.parametrize(
    "typed",
    [
        " 02132 ",
        "02132-1234",
        "021321234",
        "02132 1234",
        "02132–1234",
        "０２１３２",
        "٠٢١٣٢",
        "0 2132",
        "02132-",
    ],
)
def test_zip_is_read_when_typed_in_any_usual_way(typed: str) -> None:
    assert normalise_zip(typed) == "02132"


def test_zip_of_four_digits_is_asked_about_never_repaired() -> None:
    with pytest.raises(BadInput, match="begins with zero, enter 02132"):
        normalise_zip("2132")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "123",
        "123456",
        "1234567890",
        "K1A 0B6",
        "02132\0",
        "{{7*7}}",
        "'; DROP",
        "🙂",
        "1" * 1_000_000,
        "١٢",
    ],
)
def test_zip_is_refused_with_a_sentence_when_it_is_none(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        normalise_zip(typed)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 100


@pytest.mark.parametrize("code", ["00000", "99999", "2132", "", "abcde", "０２１３２"])
def test_place_is_none_when_the_zip_does_not_exist(code: str) -> None:
    assert find_place(code) is None


def test_place_is_whole_when_the_zip_is_ordinary() -> None:
    place = find_place("77030")
    assert place is not None
    assert (place.city, place.state, place.kind, place.active) == ("Houston", "TX", ZipKind.STANDARD, True)
    assert (place.zones, place.zone_certain) == (("America/Chicago",), True)
    assert miles((place.lat, place.lon), (29.707, -95.402)) < 2


# The fixtures of the research, and the points that the package has wrong.
@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("86503", "America/Denver"),
        ("85001", "America/Phoenix"),
        ("86003", "America/Phoenix"),
        ("86040", "America/Phoenix"),
        ("47601", "America/Chicago"),
        ("47501", "America/Indiana/Vincennes"),
        ("32401", "America/Chicago"),
        ("79901", "America/Denver"),
        ("79942", "America/Denver"),
        ("83801", "America/Los_Angeles"),
        ("97910", "America/Boise"),
        ("37402", "America/New_York"),
        ("37405", "America/New_York"),
        ("38501", "America/Chicago"),
        ("57701", "America/Denver"),
        ("69301", "America/Denver"),
        ("67735", "America/Denver"),
        ("42001", "America/Chicago"),
        ("49801", "America/Menominee"),
        ("99546", "America/Adak"),
        ("96910", "Pacific/Guam"),
        ("96799", "Pacific/Pago_Pago"),
        ("96950", "Pacific/Saipan"),
        ("00901", "America/Puerto_Rico"),
        ("00802", "America/St_Thomas"),
        ("96898", "Pacific/Wake"),
        ("96941", "Pacific/Pohnpei"),
    ],
)
def test_zone_is_certain_when_the_zip_has_one(code: str, zone: str) -> None:
    place = find_place(code)
    assert place is not None
    assert (place.zones, place.zone_certain) == ((zone,), True)


def test_zone_falls_back_to_the_state_when_the_package_names_none_that_exists() -> None:
    place = find_place("99634")
    assert place is not None
    assert (place.zones, place.zone_certain) == (zones_for_state("AK"), False)


@pytest.mark.parametrize("code", ["86045", "89883", "36867", "58538", "37338"])
def test_zone_is_several_when_neighbours_keep_different_clocks(code: str) -> None:
    place = find_place(code)
    assert place is not None
    assert len(place.zones) == 2
    assert not place.zone_certain


@pytest.mark.parametrize("code", ["09001", "34001", "96601", "96507", "09905"])
def test_place_has_no_point_and_no_zone_when_it_is_military_mail(code: str) -> None:
    place = find_place(code)
    assert place is not None
    assert place.kind is ZipKind.MILITARY
    assert (place.lat, place.lon, place.zones, place.zone_certain) == (None, None, (), False)
    assert place.state in MAILBOX_STATES


@pytest.mark.parametrize("code", ["77352", "11805", "88888", "96917"])
def test_place_has_no_point_when_the_package_says_zero_zero(code: str) -> None:
    place = find_place(code)
    assert place is not None
    assert (place.lat, place.lon) == (None, None)
    assert place.zones


@pytest.mark.parametrize(
    ("code", "point"),
    [
        ("90095", (34.0665, -118.4452)),
        ("90073", (34.0560, -118.4560)),
        ("90089", (34.0214, -118.2866)),
        ("99503", (61.19, -149.89)),
        ("99701", (64.84, -147.72)),
        ("99723", (71.29, -156.79)),
        ("92143", (32.55, -117.04)),
        ("96960", (7.1, 171.38)),
        ("96910", (13.47, 144.75)),
    ],
)
def test_point_is_right_when_the_package_or_the_census_is_wrong(
    code: str, point: tuple[float, float]
) -> None:
    place = find_place(code)
    assert place is not None
    assert miles((place.lat, place.lon), point) < 5


@pytest.fixture(scope="module")
def table() -> dict[str, Place]:
    return {row["zip_code"]: read_place(row) for row in zipcodes.list_all()}  # type: ignore[no-untyped-call]


def test_every_place_is_sound_when_the_whole_table_is_read(table: dict[str, Place]) -> None:
    assert len(table) == 42_789
    for place in table.values():
        assert all(map(is_zone, place.zones)), place
        assert (place.lat is None) == (place.lon is None), place
        assert place.lat is None or abs(place.lat) + abs(place.lon or 0) > 1, place
        assert bool(place.zones) is (place.kind is not ZipKind.MILITARY), place
        assert place.zone_certain is False or place.state in STATES, place
        assert not place.zone_certain or place.state == "HI" or place.zones[0] in STATES[place.state].zones, (
            place
        )


def test_every_correction_belongs_to_a_zip_that_exists() -> None:
    corrections = places_table()["corrections"]
    for code, mend in corrections.items():
        assert find_place(code) is not None, code
        assert set(mend) <= {"lat", "lon", "point_of", "zones", "certain", "kind", "state", "source"}, code
        assert ("lat" in mend) == ("lon" in mend), code
        assert all(map(is_zone, mend.get("zones", ()))), code


def test_every_clock_of_a_state_is_among_those_of_an_unknown_place() -> None:
    instants = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=12 * step) for step in range(2 * 730)]

    def clock(zone: str) -> tuple[timedelta | None, ...]:
        return tuple(instant.astimezone(ZoneInfo(zone)).utcoffset() for instant in instants)

    known = {clock(zone) for zone in ALL_US_ZONES}
    for state in STATES.values():
        missing = [zone for zone in state.zones if clock(zone) not in known]
        assert not missing or state.code in FREELY_ASSOCIATED | FAR_TERRITORIES, (state.code, missing)


def test_zones_are_all_of_the_country_when_the_state_is_unknown() -> None:
    assert zones_for_state(None) == zones_for_state("ZZ") == ALL_US_ZONES
    assert len(STATES) == 50 + 1 + 5 + len(FREELY_ASSOCIATED)


def test_points_agree_with_the_census_unless_the_difference_is_explained(table: dict[str, Place]) -> None:
    if not GAZETTEER.exists():
        pytest.skip(f"the Census gazetteer is not at {GAZETTEER}: set ADVOCATE_TEST_DATA to its folder")
    distances, unexplained = [], set()
    for code, census in read_gazetteer().items():
        place = table.get(code)
        if place is None or place.lat is None:
            continue
        apart = miles((place.lat, place.lon), census.point)
        distances.append(apart)
        if apart > max(25, 2 * census.radius_miles):
            unexplained.add(code)
    assert len(distances) > 33_000
    assert median(distances) < 1.5
    assert unexplained == set(places_table()["kept"]["zips"])
