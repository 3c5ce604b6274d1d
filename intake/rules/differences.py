"""What changed on a family's list, as far as it matters to whoever calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

TOP = 3
MOVED_BY = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A doctor at a rank of a list."""

    rank: int
    doctor: str
    name: str


def differences(old: Sequence[Place], new: Sequence[Place]) -> list[dict[str, Any]]:
    """Codes with figures: a new doctor in the top three, one gone, one that moved by three places or more."""
    return [*_new(old, new), *_gone(old, new), *_moved(old, new)]


def _new(old: Sequence[Place], new: Sequence[Place]) -> Iterator[dict[str, Any]]:
    known = {place.doctor for place in old}
    for place in new:
        if place.rank <= TOP and place.doctor not in known:
            yield {"code": "new", "doctor": place.doctor, "name": place.name, "to": place.rank}


def _gone(old: Sequence[Place], new: Sequence[Place]) -> Iterator[dict[str, Any]]:
    left = {place.doctor for place in new}
    for place in old:
        if place.doctor not in left:
            yield {"code": "gone", "doctor": place.doctor, "name": place.name, "from": place.rank}


def _moved(old: Sequence[Place], new: Sequence[Place]) -> Iterator[dict[str, Any]]:
    before = {place.doctor: place.rank for place in old}
    for place in new:
        rank = before.get(place.doctor, place.rank)
        if abs(rank - place.rank) >= MOVED_BY:
            yield {
                "code": "moved",
                "doctor": place.doctor,
                "name": place.name,
                "from": rank,
                "to": place.rank,
            }


class HasDifferences(Protocol):
    """A match set as it is stored."""

    @property
    def differences(self) -> Sequence[Any]: ...


def difference_texts(match_set: HasDifferences) -> list[str]:
    """For staff, one sentence each. Codes of a later version are left out."""
    return [_text(row) for row in match_set.differences if row["code"] in {"new", "gone", "moved"}]


def _text(row: Mapping[str, Any]) -> str:
    if row["code"] == "new":
        return f"{row['name']} is new, at place {row['to']}."
    if row["code"] == "gone":
        return f"{row['name']} is no longer on the list (was at place {row['from']})."
    return f"{row['name']} moved from place {row['from']} to {row['to']}."
