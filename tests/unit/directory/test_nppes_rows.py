from datetime import date

import pytest

from intake.directory.facts import Deactivation, DoctorFacts, Fact
from intake.directory.nppes import layout, read_row
from intake.directory.rejects import RowRejected
from intake.directory.table_file import BadFile
from tests import nppes_files as files
from tests.nppes_files import HEADER, NEUROLOGY, ONCOLOGY, THORACIC, code, doctor, switch

USED = frozenset({THORACIC, ONCOLOGY})


def read(row: dict[str, str], header: list[str] = HEADER) -> Fact | None:
    return read_row(layout(header, name="test.csv"), [row.get(column, "") for column in header], USED)


def facts(row: dict[str, str]) -> DoctorFacts:
    found = read(row)
    assert isinstance(found, DoctorFacts)
    return found


def slots(*pairs: tuple[str, str]) -> dict[str, str]:
    codes = {code(n): value for n, (value, _) in enumerate(pairs, start=1)}
    return {**codes, **{switch(n): value for n, (_, value) in enumerate(pairs, start=1)}}


def test_row_gives_a_doctor_when_its_primary_code_is_used() -> None:
    found = facts(doctor(1))
    (office,) = found.offices
    assert (office.zip, office.state, office.phone) == ("77030", "TX", "+17135550100")
    assert (found.taxonomy_codes, found.notes) == ((THORACIC,), ())


@pytest.mark.parametrize("place", range(1, 16))
def test_primary_code_leads_when_it_stands_in_any_slot(place: int) -> None:
    pairs = [(NEUROLOGY, "N")] * 15
    pairs[place - 1] = (ONCOLOGY, "Y")
    pairs[place % 15] = (THORACIC, "N")
    assert facts(doctor(1, **slots(*pairs))).taxonomy_codes == (ONCOLOGY, THORACIC)


def test_row_is_skipped_when_only_a_secondary_code_is_used() -> None:
    assert read(doctor(1, **slots((THORACIC, "N"), (NEUROLOGY, "Y")))) is None


def test_row_is_skipped_when_a_code_only_looks_like_one_in_use() -> None:
    assert read(doctor(1, **slots((f"{THORACIC}1", "Y")))) is None


def test_first_used_code_leads_with_a_note_when_no_switch_says_yes() -> None:
    found = facts(doctor(1, **slots((NEUROLOGY, ""), (THORACIC, "X"), (ONCOLOGY, "N"))))
    assert found.taxonomy_codes == (THORACIC, ONCOLOGY)
    assert "no taxonomy is marked as primary" in found.notes[0]


@pytest.mark.parametrize("entity", ["2", "2.0"])
def test_row_is_skipped_when_it_is_an_organisation(entity: str) -> None:
    assert read(doctor(1, **{files.ENTITY: entity})) is None


def test_row_is_skipped_when_the_office_is_abroad() -> None:
    assert read(doctor(1, **{files.COUNTRY: "CA", files.STATE: "ON", files.ZIP: "K1A0B1"})) is None


def test_row_is_a_deactivation_when_only_npi_and_date_are_given() -> None:
    found = read({"NPI": files.npi(1), files.ENDED: "03/01/2026"})
    assert found == Deactivation(files.npi(1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("back", "kind"), [("03/01/2026", DoctorFacts), ("04/01/2026", DoctorFacts), ("02/28/2026", Deactivation)]
)
def test_row_is_active_when_reactivation_is_not_before_deactivation(back: str, kind: type[Fact]) -> None:
    assert isinstance(read(doctor(1, **{files.ENDED: "03/01/2026", files.REVIVED: back})), kind)


@pytest.mark.parametrize(
    ("changed", "column", "value"),
    [
        ({"NPI": "1234567890"}, "NPI", "1234567890"),
        ({"NPI": ""}, "NPI", ""),
        ({files.ZIP: "4416"}, files.ZIP, "4416"),
        ({files.ZIP: ""}, files.ZIP, ""),
        ({files.STATE: "TEXAS"}, files.STATE, "TEXAS"),
        ({files.LAST: "  "}, files.LAST, ""),
        ({files.ENTITY: "3"}, files.ENTITY, "3"),
        ({files.ENTITY: ""}, files.ENTITY, ""),
        ({files.ENDED: "13/45/2026"}, files.ENDED, "13/45/2026"),
        ({files.LINE_1: "a\0b"}, files.LINE_1, "a\0b"),
    ],
)
def test_row_is_rejected_with_column_and_value_when_one_is_wrong(
    changed: dict[str, str], column: str, value: str
) -> None:
    with pytest.raises(RowRejected) as wrong:
        read(doctor(1, **changed))
    assert (wrong.value.column, wrong.value.value) == (column, value)


def test_row_is_rejected_when_values_are_missing() -> None:
    with pytest.raises(RowRejected, match="has 3 values"):
        read_row(layout(HEADER, name="test.csv"), ["1", "2", "3"], USED)


def test_columns_are_found_when_case_blanks_and_order_differ() -> None:
    header = [f"  {column.upper().replace(' ', '  ')} " for column in reversed(HEADER)]
    values = [doctor(1).get(column, "") for column in reversed(HEADER)]
    found = read_row(layout(header, name="test.csv"), values, USED)
    assert isinstance(found, DoctorFacts)
    assert found.taxonomy_codes == (THORACIC,)


def test_older_layout_is_read_when_sex_is_called_gender_and_certification_is_absent() -> None:
    header = [c.replace("Sex Code", "Gender Code") for c in HEADER if c != "Certification Date"]
    assert isinstance(read(doctor(1), header), DoctorFacts)


def test_layout_is_refused_naming_columns_when_some_are_missing() -> None:
    header = [column for column in HEADER if column not in (files.ZIP, code(1))]
    with pytest.raises(BadFile, match=r"Postal Code.*Taxonomy Code_1.* are not in its first line"):
        layout(header, name="test.csv")


def test_name_is_mended_with_a_note_when_its_bytes_are_latin_1() -> None:
    latin = "Muñoz-Example".encode("latin-1").decode("utf-8", "surrogateescape")
    found = facts(doctor(1, **{files.LAST: latin}))
    assert found.last_name == "Muñoz-Example"
    assert "Windows-1252" in found.notes[0]


def test_digest_stays_when_only_a_note_differs() -> None:
    assert facts(doctor(1)).digest == facts(doctor(1, **{files.ZIP: "77030.0"})).digest
    assert facts(doctor(1)).digest != facts(doctor(1, **{files.PHONE: "7135550101"})).digest
