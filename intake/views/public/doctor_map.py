"""The small map after a list of doctors: numbered pins that match the list, which is the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.documents.data import DoctorEntry
from intake.language import gettext
from intake.rules.albers import HEIGHT, LEFT, TOP, WIDTH, on_map

VIEW_BOX = f"{LEFT} {TOP} {WIDTH} {HEIGHT}"
# Units of the drawing: pins nearer than this share one, so that each number can be read on a phone.
_APART = 62.0
_LETTER = 26.0
_ROUND = 62.0


@dataclass(frozen=True)
class Pin:
    """A pill of `width` around its point, with the numbers of the doctors there."""

    x: int
    y: int
    width: int
    label: str


@dataclass(frozen=True)
class DoctorMap:
    """`missing` names the places that the map leaves out, with their numbers."""

    pins: list[Pin]
    missing: list[str]
    title: str
    view_box: str = VIEW_BOX


def doctor_map(doctors: Sequence[DoctorEntry]) -> DoctorMap | None:
    """None when no doctor can be placed."""
    spots = {number: _spot(doctor) for number, doctor in enumerate(doctors, 1)}
    pins = [_pin(group) for group in _groups({n: spot for n, spot in spots.items() if spot})]
    if not pins:
        return None
    missing = [f"{n}: {doctors[n - 1].place}" for n, spot in spots.items() if spot is None]
    return DoctorMap(pins, missing, _title(doctors))


def _spot(doctor: DoctorEntry) -> tuple[float, float] | None:
    return on_map(*doctor.at) if doctor.at else None


def _groups(spots: dict[int, tuple[float, float]]) -> list[dict[int, tuple[float, float]]]:
    """Each spot joins the first group that has one close by."""
    groups: list[dict[int, tuple[float, float]]] = []
    for number, spot in spots.items():
        close = next(
            (group for group in groups if any(_is_close(spot, other) for other in group.values())), None
        )
        if close is None:
            groups.append({number: spot})
        else:
            close[number] = spot
    return groups


def _is_close(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < _APART and abs(one[1] - other[1]) < _APART


def _pin(group: dict[int, tuple[float, float]]) -> Pin:
    label = _runs(sorted(group))
    x = sum(spot[0] for spot in group.values()) / len(group)
    y = sum(spot[1] for spot in group.values()) / len(group)
    width = max(_ROUND, 30 + _LETTER * len(label))
    half = width / 2
    inside = min(max(x, LEFT + half), LEFT + WIDTH - half)
    return Pin(round(inside), round(y), round(width), label)


def _runs(numbers: list[int]) -> str:
    """ "1–3, 7": neighbours are written as a run."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _title(doctors: Sequence[DoctorEntry]) -> str:
    places = list(dict.fromkeys(doctor.place for doctor in doctors if doctor.at))
    return gettext("Map of the United States with the doctors above: %(places)s.", places="; ".join(places))
