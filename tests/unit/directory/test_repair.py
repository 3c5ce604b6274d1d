import pytest

from intake.directory.repair import phone, whole_number, zip_code
from intake.errors import BadInput


@pytest.mark.parametrize(
    ("text", "state", "found"),
    [
        ("77030", "TX", "77030"),
        ("770304000", "TX", "77030"),
        ("77030-4000", "TX", "77030"),
        (" 02132 ", "MA", "02132"),
    ],
)
def test_zip_is_read_without_a_note_when_nothing_is_missing(text: str, state: str, found: str) -> None:
    mended = zip_code(text, state)
    assert (mended.value, mended.note) == (found, None)


@pytest.mark.parametrize(
    ("text", "state", "found"),
    [
        ("4416", "ME", "04416"),
        ("41023134", "ME", "04102"),
        ("80511606.0", "NJ", "08051"),
        ("688482168.0", "NE", "68848"),
        ("37067.0", "TN", "37067"),
        ("901", "PR", "00901"),
        ("2215", "MA", "02215"),
        ("9021234", "PR", "00902"),
    ],
)
def test_zip_is_mended_with_a_note_when_a_spreadsheet_damaged_it(text: str, state: str, found: str) -> None:
    mended = zip_code(text, state)
    assert mended.value == found
    assert mended.note == f"ZIP {text} read as {found}"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("4416", "TX"),
        ("4416", ""),
        ("12", "ME"),
        ("770304", "TX"),
        ("ABCDE", "TX"),
        ("6.88482E+08", "NE"),
        ("00000", "TX"),
        ("٧٧٠٣٠", "TX"),
    ],
)
def test_zip_is_refused_when_its_digits_are_not_certain(text: str, state: str) -> None:
    with pytest.raises(BadInput):
        zip_code(text, state)


@pytest.mark.parametrize(
    "text", ["7135550100", "(713) 555-0100", "1-713-555-0100", "7135550100.0", "713.555.0100"]
)
def test_phone_is_plus_one_and_ten_digits_when_it_is_a_us_number(text: str) -> None:
    assert phone(text).value == "+17135550100"


@pytest.mark.parametrize("text", ["555-0100", "0135550100", "44 20 7946 0000", "call us"])
def test_phone_is_left_out_with_a_note_when_it_is_no_us_number(text: str) -> None:
    assert phone(text).value == ""
    assert text in (phone(text).note or "")


def test_number_is_refused_when_a_spreadsheet_rounded_it() -> None:
    assert whole_number("1679576722.0") == "1679576722"
    with pytest.raises(BadInput, match="rounded"):
        whole_number("1.67958E+09")
