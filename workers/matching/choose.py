"""Which doctors stand on the list: the best by score, and those a family should not have to miss.

Kept first: the most experienced and the nearest of the kind that leads, and one for symptoms where
the guidance names that kind. The rest are the best by score. At most WEIGHTS.per_centre for a
centre, whoever they are. Then all stand in the order of their scores.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from intake.rules.facts import Travel
from intake.rules.weights import WEIGHTS
from workers.matching.rules import Field, Group
from workers.matching.score import Scores
from workers.matching.snapshot import IntArray

_FIRST_LOOK = 96
SUPPORT = "PC"


@dataclass(frozen=True, slots=True)
class Choice:
    """A doctor by position in the snapshot; `why`: codes of what she was kept for, beside her score."""

    doctor: int
    group: Group
    at: int
    why: tuple[str, ...] = ()


def chosen(scores: Scores, *, limit: int) -> list[Choice]:
    """Up to `limit` doctors, best score first."""
    kept = _kept_first(scores)
    places = _filled(scores, list(kept)[: max(0, limit - 1)], limit=limit)
    order = np.array(sorted(places), np.int64)
    order = order[np.argsort(-scores.exact(order), kind="stable")]
    return [_choice(scores, int(at), kept.get(int(at), ())) for at in order]


def _choice(scores: Scores, at: int, why: tuple[str, ...] = ()) -> Choice:
    return Choice(int(scores.group.doctors[at]), scores.group, at, why)


def _kept_first(scores: Scores) -> dict[int, tuple[str, ...]]:
    kept: dict[int, tuple[str, ...]] = {}
    for code, at in _anchors(scores):
        kept[at] = (*kept.get(at, ()), code)
    return kept


def _anchors(scores: Scores) -> Iterator[tuple[str, int]]:
    guidance = scores.question.guidance
    leading = scores.with_role(guidance.tiers[0])
    if len(leading):
        points = scores.experience(leading)
        if points.max() > 0:
            yield "most_experienced", _best(scores, leading[points == points.max()])
        yield from _nearest(scores, leading)
    if SUPPORT in guidance.specialties and len(support := scores.with_role((SUPPORT,))):
        yield "supportive", _best(scores, support)


def _nearest(scores: Scores, leading: IntArray) -> Iterator[tuple[str, int]]:
    half = scores.group.half
    if half is not None and scores.placed(leading).any():
        least = half[leading].min()
        yield "nearest", _best(scores, leading[half[leading] == least])


def _best(scores: Scores, among: IntArray) -> int:
    return int(scores.first(1, among)[0])


def _filled(scores: Scores, kept: list[int], *, limit: int) -> list[int]:
    """`kept`, as far as the cap allows, and the best by score."""
    centres = scores.group.centres
    room = _Room()
    places = [at for at in kept if room.takes(int(centres[at]))]
    look, size = min(max(_FIRST_LOOK, limit), len(scores.group)), len(scores.group)
    while True:
        found, trial = list(places), room.copy()
        for at in scores.first(look).tolist():
            if len(found) < limit and at not in places and trial.takes(int(centres[at])):
                found.append(at)
        if len(found) >= limit or look == size:
            return found[:limit]
        look = min(size, look * 4)


class _Room:
    """How many of each centre may still come; -1 is no centre, and has no cap."""

    def __init__(self, taken: Counter[int] | None = None) -> None:
        self._taken: Counter[int] = Counter(taken)

    def takes(self, centre: int) -> bool:
        if centre >= 0 and self._taken[centre] >= WEIGHTS.per_centre:
            return False
        self._taken[centre] += 1
        return True

    def copy(self) -> "_Room":
        return _Room(self._taken)


def beside(scores: Scores, field: Field, listed: Sequence[Choice]) -> list[Choice]:
    """Named after the list and never instead of it: a video opinion, and veterans' hospitals."""
    video = _by_video(scores, field, listed)
    extra = [video] if video else []
    if scores.question.case.veteran:
        extra += _for_veterans(scores, {choice.doctor for choice in (*listed, *extra)})
    return extra


def _by_video(scores: Scores, field: Field, listed: Sequence[Choice]) -> Choice | None:
    """One who gives opinions by video, when the wish to travel is short and the list has none."""
    video = field.suitable.snapshot.video
    if scores.question.case.travel is not Travel.HOUR or any(video[choice.doctor] for choice in listed):
        return None
    group = field.suitable.only(video[field.suitable.doctors])
    if not len(group):
        return None
    among = Scores(scores.question, group)
    leading = among.with_role(scores.question.guidance.tiers[0])
    at = _best(among, leading if len(leading) else np.arange(len(group)))
    return _choice(among, at, ("beside_video",))


def _for_veterans(scores: Scores, listed: set[int]) -> list[Choice]:
    group = scores.group
    veterans = np.flatnonzero(group.snapshot.veterans[group.doctors])
    others = [int(at) for at in scores.first(len(veterans), veterans) if int(group.doctors[at]) not in listed]
    room = _Room()
    kept = [at for at in others if room.takes(int(group.centres[at]))]
    return [_choice(scores, at, ("beside_va",)) for at in kept[: WEIGHTS.beside]]
